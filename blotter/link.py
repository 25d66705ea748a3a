"""What the blotter needs of a client, and what it collects from it between two drawings."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from tradeoms.bus.client import Change, Result
from tradeoms.model.commands import Command
from tradeoms.model.events import Answered, Record

STALE = 3.0  # seconds without a word from the server, after which nothing on the screen is trusted


class Link(Protocol):
    """The part of `tradeoms.bus.client.AsyncClient` that is used here."""

    changed: Callable[[list[Change]], None]

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """Key -> row of every table followed."""

    @property
    def seq(self) -> dict[str, int]:
        """The sequence number at which each table is true; missing before its snapshot."""

    @property
    def silence(self) -> float:
        """Seconds since the server last said something."""

    async def run(self) -> None:
        """Receive for ever."""

    async def follow(self, *tables: str) -> None:
        """Follow tables; `changed` is called with their rows."""

    async def records(self, after: int = 0) -> None:
        """Follow the records of the journal after a number."""

    def take_records(self) -> list[Record]:
        """The records that came since the last call."""

    async def submit(self, command: Command, id: str = "", /) -> Answered:
        """Send a command and wait for its answer; with the id of one sent before it is done once."""

    async def query(
        self,
        question: str,
        timeout: float = 30.0,  # noqa: ASYNC109
        **arguments: Any,
    ) -> Result:
        """Ask a question that no table answers."""

    async def until(
        self,
        true: Callable[[], bool],
        timeout: float = 30.0,  # noqa: ASYNC109
    ) -> None:
        """Wait until something is true of the tables; NoAnswer where it does not become so."""

    def close(self) -> None:
        """Close; nothing is waited for."""


class Feed:
    """Changes since the last look, the latest version of a row only: the screen draws no more."""

    def __init__(self) -> None:
        self._waiting: dict[str, dict[str, Any]] = {}

    def put(self, changes: list[Change]) -> None:
        """Take what the client reports."""
        for table, key, row in changes:
            self._waiting.setdefault(table, {})[key] = row

    def take(self) -> Mapping[str, Mapping[str, Any]]:
        """Table -> key -> row or None, of everything that waits."""
        taken, self._waiting = self._waiting, {}
        return taken
