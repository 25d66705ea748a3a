"""The composition root: reads the configuration, builds the adapters, wires engine and readers."""

from tradeoms.app.asof import NeverWas, rows_as_of
from tradeoms.app.follower import ReaderProcess
from tradeoms.app.recovery import recover, verify_journal
from tradeoms.app.reporting import NotThere, write_report, write_reports
from tradeoms.app.server import AlreadyRunning, Server

__all__ = [
    "AlreadyRunning",
    "NeverWas",
    "NotThere",
    "ReaderProcess",
    "Server",
    "recover",
    "rows_as_of",
    "verify_journal",
    "write_report",
    "write_reports",
]
