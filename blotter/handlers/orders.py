"""What is done with portfolio managers' orders."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from rich.text import Text

from blotter.handlers.deeds import Deed, act, named
from blotter.headroom import headroom
from blotter.relief import relief
from blotter.screens.choose import Choice, Choose
from blotter.screens.preview import Asked, Said
from blotter.screens.stage import Ask, StageTicket
from blotter.workplace import Workplace
from tradeoms.model import commands as c
from tradeoms.model.commands import Problem
from tradeoms.model.orders import NewOrder

LONGEST = 30  # days that an override may hold
REASON = Asked("reason", "why; it is kept in the journal")


def hours(text: str) -> timedelta:
    """`4h` or `2d` from now."""
    number, unit = text[:-1], text[-1:].lower()
    if not number.isdecimal() or unit not in ("h", "d") or not int(number):
        raise ValueError(f"“{text}”: say 4h or 2d")
    span = int(number) * (1 if unit == "h" else 24)
    if span > LONGEST * 24:
        raise ValueError(f"“{text}”: at most {LONGEST}d")
    return timedelta(hours=span)


async def block(place: Workplace) -> None:
    """Merge the orders; the server makes one block for each instrument, side, type and price."""
    names = tuple(row.key for row in place.grid.targets())
    if not names:
        return
    grid = place.grid
    if (await place.send(f"block {named(names)}", c.BlockOrders(names))).done:
        grid.clear_selection()


def similar(place: Workplace) -> None:
    """Select the staged orders that would go into one block with the order under the cursor."""
    row, grid = place.grid.cursor, place.grid
    if row is None:
        return
    alike = [
        other.key for other in grid.rows if other.state == "staged" and _terms(other) == _terms(row)
    ]
    grid.clear_selection()
    for key in alike:
        grid.rows.toggle(key)
    place.tell("note", f"{len(alike)} staged orders fit into one block with {row.key}")


def _terms(row: Any) -> tuple[Any, ...]:
    return row.instrument, row.Side, row.OrdType, row.Price, row.StopPx, row.TimeInForce


withdraw = act(
    Deed(
        "withdraw",
        lambda row, said: c.CancelOrder(row.key, said["reason"]),
        asks=(REASON,),
        quantity="OrderQty",
    )
)


async def override(place: Workplace) -> None:
    """Lift a rule that holds an order; some rules need a second person to do the same."""
    rows = [row for row in place.grid.targets() if row.state == "held"]
    if not rows:
        place.tell("note", "override: no order that is held is selected")
        return
    rules = sorted({rule.strip() for row in rows for rule in row.blocks.split(",") if rule.strip()})
    rule: str | None = rules[0]
    if len(rules) > 1:
        rule = await place.ask(Choose("Which rule?", [Choice(name, name) for name in rules]))
    if rule is not None:
        await act(_lift(rule))(place)


def _lift(rule: str) -> Deed:
    def make(row: Any, said: Said) -> c.Command:
        return c.OverrideViolation(row.key, rule, said["reason"], datetime.now(UTC) + said["for"])

    def unfit(row: Any) -> str:
        held = row.state == "held" and rule in [name.strip() for name in row.blocks.split(",")]
        return "" if held else f"is not held by {rule}"

    asks = (REASON, Asked("for", "how long, such as 4h", hours, first="8h", takes=("expires",)))
    note = "If the rule asks for two persons, the order waits for the second one."
    return Deed(f"override {rule} of", make, unfit, asks, note=note, quantity="OrderQty")


async def stage(place: Workplace) -> None:
    """A new order by hand."""

    async def send(order: NewOrder) -> Sequence[Problem]:
        return (await place.send("stage", c.SubmitOrder(order))).problems

    room, lots = (seeing(place, partial(ask, place.link)) for ask in (headroom, relief))
    await place.ask(StageTicket(place.link.tables, room, lots, send))


def seeing(place: Workplace, ask: Ask) -> Ask:
    """The question, but while the blotter is blind only why nothing is known."""

    async def asked(order: NewOrder) -> str | Text:
        return f"not asked: {place.blind}" if place.blind else await ask(order)

    return asked
