"""What a trader does with blocks."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import RenderableType

from blotter import allotted, cells, notional
from blotter.handlers import merging, splitting
from blotter.handlers.acknowledging import insist
from blotter.handlers.deeds import Deed, First, act, named
from blotter.handlers.placements import cancel
from blotter.objections import Routing
from blotter.screens.choose import Choice, Choose
from blotter.screens.preview import Asked
from blotter.screens.route import RouteTicket, Split
from blotter.workplace import Workplace
from tradeoms.model import commands as c
from tradeoms.model.commands import Problem

MOST = 20  # blocks of which each account is shown before they are finished


async def route(place: Workplace) -> None:
    """Split what is idle of the blocks over brokers."""
    await divide(place, place.grid.targets())


async def divide(
    place: Workplace, rows: Sequence[Any], back: Mapping[str, Decimal] | None = None
) -> None:
    """The ticket for what is idle of blocks, or of that only what came `back`."""
    rows = _idle(place, rows)
    if not rows:
        return

    async def send(split: Split) -> Sequence[Problem]:
        what = f"route {named([row.block for row in split.blocks])}"
        problems = await insist(place, what, _command(split), f"≈ {split.value}")
        now = place.rows("blocks")
        left = [now[row.key] for row in rows if row.key in now and now[row.key].idle > 0]
        if problems and left:
            ticket.anew(left)
        elif not problems:
            place.grid.clear_selection()
        return problems

    ticket = RouteTicket(rows, brokers(place), place.rows("prices"), send, back)
    await place.ask(ticket)


async def route_list(place: Workplace) -> None:
    """What is idle of the blocks to one broker, as one list."""
    rows = _idle(place, place.grid.targets())
    if not rows:
        return
    value = f"≈ {notional.total(rows, 'idle', place.rows('prices'))}"

    async def send(broker: str) -> Sequence[Problem]:
        command = c.RouteList(broker, tuple(row.key for row in rows))
        problems = await insist(place, f"route {_names(rows)} as a list", command, value)
        if not problems:
            place.grid.clear_selection()
        return problems

    title = f"{_names(rows)} as one list, {value}, to:"
    choices = [Choice(name, name, "" if up else "is down") for name, up in brokers(place).items()]
    await place.ask(Choose(title, choices, send, ("broker",)))


def _names(rows: Sequence[Any]) -> str:
    return named([row.key for row in rows])


def _command(split: Split) -> Routing:
    return split.blocks[0] if len(split.blocks) == 1 else c.RouteBlocks(split.blocks)


def _idle(place: Workplace, rows: Sequence[Any]) -> list[Any]:
    """Those of which something is idle; the others are named."""
    fit = [row for row in rows if row.idle > 0]
    if len(fit) < len(rows):
        others = named([row.key for row in rows if row.idle <= 0])
        place.tell("note", f"route: {others} left out: nothing is idle")
    return fit


def brokers(place: Workplace) -> dict[str, bool]:
    """Every broker that a session reaches, and whether the session is up."""
    found: dict[str, bool] = {}
    for session in place.rows("sessions").values():
        found.update((name.strip(), session.up) for name in session.brokers.split(",") if name)
    for placement in place.rows("placements").values():
        found.setdefault(placement.broker, False)
    return dict(sorted(found.items()))


async def cancel_all(place: Workplace) -> None:
    """Cancel whatever of these blocks is still at brokers."""
    names = {row.key for row in place.grid.targets()}
    live = [p for p in place.rows("placements").values() if p.block in names and p.LeavesQty]
    if not live:
        place.tell("note", f"cancel: nothing of {', '.join(sorted(names))} is at a broker")
    await cancel(place, live)


def _done(rows: Sequence[Any]) -> str:
    """What finishing means, and that it is hard to take back."""
    if len(rows) == 1:
        members = cells.count(rows[0].members, "member")
        return f"{_filled(rows[0])}; allocated over {members} and booked."
    more = f"… and {len(rows) - 2} more. " if len(rows) > 2 else ""
    return "\n".join([*map(_filled, rows[:2]), f"{more}Each is allocated and booked."])


def _filled(row: Any) -> str:
    return (
        f"{row.key} {cells.side(row.Side)} {row.Symbol}: {cells.number(row.filled)} of"
        f" {cells.number(row.OrderQty)} are filled, {cells.number(row.working)} still work"
    )


async def _foresee(place: Workplace, rows: Sequence[Any]) -> tuple[str, RenderableType]:
    """What each account would get. Finishing does not wait for it: what is not known is said."""
    found, unknown = list[allotted.Foretold](), list[str]()
    for row in rows[:MOST]:
        what = f"allocation of {row.key}"
        answer = await place.query(what, "allocation", block=row.key, user=place.user)
        if answer is None:
            unknown.append(row.key)
        else:
            found += answer.rows
    notes = [allotted.sums(found)] if found else []
    if unknown:
        notes.append(f"not known for each account: {named(unknown)}, see the messages")
    if len(rows) > MOST:
        notes.append(f"by account only the first {MOST} blocks")
    return "\n".join(notes), allotted.table(found)


finish = act(
    Deed(
        "finish",
        lambda row, said: c.FinishBlock(row.key, said["reason"] or ""),
        lambda row: "" if row.state == "working" else f"is {row.state}",
        asks=(Asked("reason", "only where fills and the broker's CumQty differ", needed=False),),
        confirm=True,
        explain=_done,
        foresee=_foresee,
        first=(
            First("ctrl+t", "Take out", merging.take_out),
            First("ctrl+l", "Let in", merging.let_in),
            First("ctrl+e", "Split", splitting.before),
        ),
        quantity="filled",
        together=lambda rows, said: c.FinishBlocks(
            tuple(row.key for row in rows), said["reason"] or ""
        ),
    )
)
dissolve = act(Deed("dissolve", lambda row, _: c.DissolveBlock(row.key)))
