"""Recall and re-route: cancel what works, and route anew what the brokers have let go."""

from collections.abc import Callable, Sequence
from typing import Any

from blotter.handlers.blocks import divide
from blotter.handlers.deeds import finish, named
from blotter.recalls import Outcome, Recalled
from blotter.workplace import Workplace
from tradeoms.model import commands as c

TABLES = ("blocks", "placements")


async def recall(place: Workplace) -> None:
    """Ask for the cancels, without a question: the way out must be short. What comes back is routed
    once the brokers have let it go; pressed again, what is back is not waited for any longer.
    """
    rows = _placements(place)
    fresh = [row for row in rows if row.LeavesQty and row.key not in place.recalls]
    if fresh:
        await _cancel(place, fresh)
    elif not await _reroute(place, lambda one: one.placement in {row.key for row in rows}):
        waiting = place.recalls.waiting({row.block for row in rows})
        whom = ", ".join(f"{one.placement} at {one.broker}" for one in waiting)
        told = f"{whom} has not answered yet" if waiting else "nothing of it is at a broker"
        place.tell("note", f"recall {named([row.key for row in place.grid.targets()])}: {told}")


def _placements(place: Workplace) -> list[Any]:
    """Those that are meant, or that the blocks have which are meant."""
    rows = place.grid.targets()
    if place.table == "placements":
        return list(rows)
    blocks = {row.key for row in rows}
    return [row for row in place.rows("placements").values() if row.block in blocks]


async def _cancel(place: Workplace, rows: Sequence[Any]) -> None:
    if place.blind:
        place.tell("error", f"recall: not sent, {place.blind}")
        return
    place.recalls.ask(rows, place.now())
    place.keep()
    commands = {f"recall {row.key}": c.CancelPlacement(row.key) for row in rows}
    answers = await place.send_all(commands)
    for row, answer in zip(rows, answers.values(), strict=True):
        if answer.answered is None or answer.done:
            place.recalls.answered(row.key, place.now())
        else:
            place.recalls.forget([row.key])
    place.keep()
    await finish(place, "recall: what became of it", answers)


def heard(place: Workplace) -> list[Outcome]:
    """What the rows say of what was recalled; nothing while they may be old."""
    if not place.recalls or place.blind or not all(t in place.link.seq for t in TABLES):
        return []
    return place.recalls.look(place.rows("placements"), place.link.seq["placements"], place.now())


def due(place: Workplace) -> bool:
    """Whether the ticket should open: something is back, the person is at it, and no dialog is open."""
    here = place.table in TABLES and place.grid.has_focus and len(place.app.screen_stack) == 1
    return here and not place.blind and place.recalls.any_ready(place.link.seq.get("blocks", 0))


async def reroute(place: Workplace) -> None:
    """The ticket with all that came back of what is over."""
    await _reroute(place, place.recalls.ready(place.link.seq["blocks"]))


async def _reroute(place: Workplace, which: Callable[[Recalled], bool]) -> bool:
    """The ticket for what is back of these; False where nothing is. Escape leaves it idle."""
    if place.blind:
        place.tell("error", f"recall: not routed, {place.blind}")
        return True
    blocks = place.rows("blocks")
    found = [one.block for one in place.recalls.kept if one.back is not None and which(one)]
    back = place.recalls.take(which, blocks)
    if gone := sorted(set(found) - set(back)):
        place.tell("note", f"recall: of {named(gone)} nothing is idle any more")
    place.keep()
    if back:
        await divide(place, [blocks[name] for name in back], back)
    return bool(found)
