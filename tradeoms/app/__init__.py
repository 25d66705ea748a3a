"""The composition root: reads the configuration, builds the adapters, wires engine and readers."""

from tradeoms.app.follower import ReaderProcess
from tradeoms.app.recovery import recover, verify_journal
from tradeoms.app.reporting import write_report
from tradeoms.app.server import AlreadyRunning, Server

__all__ = ["AlreadyRunning", "ReaderProcess", "Server", "recover", "verify_journal", "write_report"]
