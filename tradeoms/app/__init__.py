"""The composition root: reads the configuration, builds the adapters, wires engine and readers."""

from tradeoms.app.follower import ReaderProcess
from tradeoms.app.recovery import recover, verify_journal
from tradeoms.app.reporting import NotThere, write_report, write_reports
from tradeoms.app.server import AlreadyRunning, Server

__all__ = [
    "AlreadyRunning",
    "NotThere",
    "ReaderProcess",
    "Server",
    "recover",
    "verify_journal",
    "write_report",
    "write_reports",
]
