"""The FIX message behind a line of the timeline, as it came: asked for when somebody looks."""

from collections.abc import Sequence
from typing import Any

from blotter.link import Link
from blotter.timeline import Entry
from tradeoms.bus.client import BusRefused, NoAnswer

SOH = "\x01"
Pair = tuple[str, str]


class Evidence:
    """One for each dialog: a placement's messages are asked for once, and again when one is missing."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._known: dict[str, Sequence[dict[str, Any]]] = {}

    async def of(self, entry: Entry) -> list[Pair]:
        """Its messages, each with its direction and time; why there are none, where one is missing."""
        placement, mark = _placement(entry), _mark(entry)
        if not placement or mark is None:
            return []
        found = self._having(placement, mark)
        if not found:
            problem = await self._ask(placement)
            found = [("raw", problem)] if problem else self._having(placement, mark)
        return found or [("raw", "not in the archive (yet)")]

    async def _ask(self, placement: str) -> str:
        try:
            result = await self._link.query("messages", placement=placement)
        except (BusRefused, NoAnswer) as error:
            return str(error)
        self._known[placement] = result.rows
        return str(result.problem)

    def _having(self, placement: str, mark: tuple[str, str]) -> list[Pair]:
        direction, field = mark
        return [
            (f"{direction} {row['at'][11:]}", row["text"].strip(SOH).replace(SOH, "|"))
            for row in self._known.get(placement, ())
            if row["direction"] == direction and f"{SOH}{field}{SOH}" in row["text"]
        ]


def _placement(entry: Entry) -> str:
    """The placement that an event is about."""
    about = getattr(entry.event, "placement", None)
    return str(getattr(about, "placement", about) or "")


def _mark(entry: Entry) -> tuple[str, str] | None:
    """How its message is known: what came by its number, what we sent by its ClOrdID."""
    if entry.cause.session:
        return "in", f"34={entry.cause.MsgSeqNum}"
    for one in (
        entry.event,
        *(getattr(entry.event, name, None) for name in ("request", "placement")),
    ):
        if ClOrdID := getattr(one, "ClOrdID", ""):
            return "out", f"11={ClOrdID}"
    return None
