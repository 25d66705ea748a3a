"""What a trader does with blocks."""

from typing import Any

from msgspec.structs import replace
from rich.text import Text

from blotter import cells
from blotter.handlers.placements import cancel
from blotter.screens.confirm import Confirm
from blotter.screens.route import RouteTicket
from blotter.workplace import MUST, Workplace
from tradeoms.model import commands as c
from tradeoms.model.events import Answered
from tradeoms.model.fields import Outcome, Severity
from tradeoms.model.orders import Violation


def _one(place: Workplace, what: str) -> Any | None:
    """The one block that is meant; a message where there are several."""
    rows = place.grid.targets()
    if len(rows) > 1:
        place.tell("warning", f"{what}: one block at a time, {len(rows)} are selected")
        return None
    return rows[0] if rows else None


async def route(place: Workplace) -> None:
    """Split what is idle over brokers; what the server does not take comes back to the ticket."""
    row = _one(place, "route")
    text = ""
    while row is not None:
        price = place.rows("prices").get(row.instrument)
        ticket = RouteTicket(row, brokers(place), price.Px if price else None, text)
        split = await place.ask(ticket)
        if split is None:
            return
        text = split.text
        if await _routed(place, c.RouteBlock(row.key, split.routes)):
            return
        row = place.rows("blocks").get(row.key)


async def _routed(place: Workplace, command: c.RouteBlock) -> bool:
    """Send; ask for every warning that was not seen yet. True where the ticket is done with."""
    while True:
        answered = await place.send(f"route {command.block}", command)
        if answered is None or answered.outcome is not Outcome.Refused:
            return True
        warnings = {p.field for p in answered.problems if p.reason.startswith(MUST)}
        if not warnings:
            return False
        final = len(warnings) < len({p.field for p in answered.problems})
        body, verb = worst_first(answered), "" if final else "Acknowledge and send"
        if not await place.ask(Confirm(f"Before {command.block} is routed", body, verb)):
            place.tell("note", f"route {command.block}: not sent, warnings not acknowledged")
            return False
        command = replace(command, acknowledged=(*command.acknowledged, *sorted(warnings)))


def worst_first(answered: Answered) -> Text:
    """What the rules say: what cannot be lifted, what one may lift, what needs to be seen."""
    text = Text()
    for problem in answered.problems:
        if all(problem.field != v.rule for v in answered.violations):
            text.append(f"{problem.field} {problem.value}: {problem.reason}\n\n", "bold")
    for violation in sorted(answered.violations, key=_badness):
        text.append(f"{violation.severity:<6}", "bold reverse" if _blocks(violation) else "bold")
        text.append(f"{violation.rule}  {violation.account}\n", "bold")
        text.append(f"{cells.printable(violation.message)}\n")
        facts = "  ".join(f"{name} {value}" for name, value in violation.facts.items())
        text.append(f"{facts}\n\n" if facts else "\n", "dim")
    text.rstrip()
    return text


def _blocks(violation: Violation) -> bool:
    return violation.severity is Severity.Block


def _badness(violation: Violation) -> tuple[bool, str, str]:
    return (not _blocks(violation), violation.rule, violation.account)


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
    await cancel(place, [p.key for p in live])


async def finish(place: Workplace) -> None:
    """Done: what is filled is allocated and booked, and that is hard to take back."""
    row = _one(place, "finish")
    if row is None:
        return
    body = (
        f"{cells.side(row.Side)} {row.Symbol}: {cells.number(row.filled)} of"
        f" {cells.number(row.OrderQty)} are filled, {cells.number(row.working)} still work.\n\n"
        f"What is filled is allocated over {row.members} members and booked."
    )
    if await place.ask(Confirm(f"Finish {row.key}", body, "Finish and allocate")):
        await place.send(f"finish {row.key}", c.FinishBlock(row.key))


async def dissolve(place: Workplace) -> None:
    """Give the orders of unrouted blocks back to the stage."""
    names = [row.key for row in place.grid.targets()]
    await place.send_all({f"dissolve {name}": c.DissolveBlock(name) for name in names})
