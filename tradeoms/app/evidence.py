"""The question after an order's messages: what it may name, and where the archive is asked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tradeoms.fix.evidence import CHAIN, messages
from tradeoms.model.state import State
from tradeoms.reader import Reader
from tradeoms.views.placements import PlacementRow

EARLIER = timedelta(minutes=1)  # that a message may be archived before what it did is journalled
KNOWN = ("placement", "session", "ids", "after", "until")


Left = Callable[[str], PlacementRow | None]


def nothing(name: str) -> PlacementRow | None:
    """Where nothing has left memory."""


def question(
    archive: Path, left: Left = nothing
) -> Callable[[Reader, dict[str, Any]], list[dict[str, str]]]:
    """The question over an archive's folder; `left` finds a placement that has left memory."""

    def ask(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, str]]:
        """An order's FIX messages as they came, by `placement`, or by `session` and `ids`.

        `ids` are ClOrdIDs or OrderIDs; `after` and `until` are times. ValueError for what makes no
        sense.
        """
        if unknown := sorted(set(arguments) - set(KNOWN)):
            raise ValueError(f"{', '.join(unknown)}: known are {', '.join(KNOWN)}")
        session, ids, begun = _whose(reader.state, arguments, left)
        after = _time(arguments, "after", begun)
        until = _time(arguments, "until", datetime.max.replace(tzinfo=UTC))
        found = messages(archive, session, ids, after, until)
        if name := arguments.get("placement"):
            found = [one for one in found if not _of_another(reader.state, name, one.text)]
        return [one._asdict() for one in found]

    return ask


def _of_another(state: State, placement: str, text: str) -> bool:
    """True where a message names orders of ours, and none is the placement's: brokers begin their
    OrderIDs again every day, and a list's orders have its message in common.
    """
    ids = CHAIN.findall(text.encode())
    owners = {state.placement_of.get(one.decode("utf-8", "replace"), "") for one in ids} - {""}
    return bool(owners) and placement not in owners


def _whose(state: State, arguments: dict[str, Any], left: Left) -> tuple[str, list[str], datetime]:
    """The session, the ids, and since when there may be messages."""
    name = arguments.get("placement")
    if name is not None:
        placement = state.placements.get(name) if isinstance(name, str) else None
        if placement is None and isinstance(name, str) and (row := left(name)) is not None:
            # Not by its OrderID: another order may have got it since.
            return row.session, [row.ClOrdID], row.routed - EARLIER
        if placement is None:
            raise ValueError(f"placement = {name!r}: is unknown")
        known = [placement.ClOrdID, *({placement.OrderID} - {"NONE"})]
        return placement.session, known, placement.routed - EARLIER
    session, ids = arguments.get("session"), arguments.get("ids")
    if session not in state.sessions:
        raise ValueError(f"session = {session!r}: is unknown; a placement or a session is needed")
    if not isinstance(ids, list) or not ids or not all(isinstance(one, str) for one in ids):
        raise ValueError(f"ids = {ids!r}: ClOrdIDs or OrderIDs are needed")
    return session, ids, datetime.min.replace(tzinfo=UTC)


def _time(arguments: dict[str, Any], name: str, other: datetime) -> datetime:
    if name not in arguments:
        return other
    try:
        at = datetime.fromisoformat(arguments[name])
    except (TypeError, ValueError):
        raise ValueError(f"{name} = {arguments[name]!r}: must be a time of ISO 8601") from None
    if at.tzinfo is None:
        raise ValueError(f"{name} = {arguments[name]!r}: its zone is missing, such as Z")
    return at.astimezone(UTC)
