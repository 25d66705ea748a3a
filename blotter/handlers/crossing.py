"""Opposite orders that trade with each other in the house: found, proposed, answered, taken back."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from blotter import cells
from blotter.entry import OF_QUANTITY
from blotter.handlers.acknowledging import insist
from blotter.handlers.deeds import Deed, about, act, named
from blotter.handlers.orders import REASON
from blotter.screens.choose import Choice, Choose
from blotter.screens.form import Send
from blotter.screens.preview import Asked, Line, Preview, Said
from blotter.workplace import Workplace
from tradeoms.model import commands as c
from tradeoms.model.commands import Problem

OF_SIZE = ("OrderQty", *OF_QUANTITY)
WHY = Asked("reason", "if you want to say why", needed=False)
SECOND = "A second person approves it, at the market's price of that moment. No broker hears of it."
HAPPENS = "Both sides are booked at the market's price of now, without a commission."


def _quantity(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"“{text}” is not a number") from None


async def candidates(place: Workplace) -> None:
    """Show what could cross; enter goes on."""
    found = await place.query("crosses", "crosses", user=place.user)
    if found is None:
        return
    if not found.rows:
        place.tell("note", "crosses: no opposite orders")
        return
    choices = [_choice(str(n), row) for n, row in enumerate(found.rows)]
    chosen = await place.ask(Choose("Cross …", choices))
    if chosen is not None:
        await _propose(place, found.rows[int(chosen)])


def _choice(name: str, row: Mapping[str, Any]) -> Choice:
    price = row["reason"] or f"at {row['Px']}, {row['basis']} of {row['source']}"
    what = f"sell {named(row['sells']) or 'nothing'}, buy {named(row['buys']) or 'nothing'}"
    return Choice(name, row["instrument"], cells.printable(f"{row['OrderQty']} {price}: {what}"))


async def _propose(place: Workplace, row: Mapping[str, Any]) -> None:
    """What crosses, what stays out and why; then how much of it."""
    if row["reason"]:
        why = "; ".join([row["reason"], *(f"{o}: {why}" for o, why in row["left_out"].items())])
        place.tell("note", cells.printable(f"cross {row['instrument']}: {why}"))
        return
    orders = (*row["sells"], *row["buys"])
    lines = [Line(name, _about(place, name)) for name in orders]
    lines += [Line(name, _about(place, name), why) for name, why in row["left_out"].items()]
    title = f"Cross {row['OrderQty']} {row['instrument']} at {row['Px']} ({row['basis']})"
    asks = (
        Asked("quantity", "less of it, if you want", _quantity, False, takes=OF_SIZE),
        WHY,
    )

    async def send(said: Said) -> Sequence[Problem]:
        command = c.ProposeCross(orders, said["quantity"], said["reason"] or "")
        return await insist(place, f"cross {named(orders)}", command, title)

    await place.ask(Preview(title, lines, "Propose", send, asks, SECOND))


def _about(place: Workplace, name: str) -> str:
    row = place.rows("orders").get(name)
    return about(row) if row else ""


def _unless(*states: str) -> Callable[[Any], str]:
    return lambda row: "" if row.state in states else f"is {row.state}"


async def approve(place: Workplace) -> None:
    """One after the other, each looked at: nobody approves what was not on the screen."""
    rows = [row for row in place.grid.targets() if row.state == "proposed"]
    if not rows:
        place.tell("note", "approve: no cross that is proposed is selected")
    for row in rows:
        what = f"{cells.number(row.OrderQty)} {row.Symbol} from {row.sellers} to {row.buyers}"
        lines = [
            Line("proposed", cells.printable(f"by {row.proposed_by}: {row.reason or 'no reason'}")),
            Line("price then", f"{cells.number(row.Px)}, {row.basis}, {row.source} {row.priced}"),
        ]
        title, send = cells.printable(f"Cross {what}"), _approving(place, row.key, what)
        await place.ask(Preview(title, lines, "Approve", send, (WHY,), HAPPENS))


def _approving(place: Workplace, cross: str, what: str) -> Send[Said]:
    async def send(said: Said) -> Sequence[Problem]:
        command = c.ApproveCross(cross, said["reason"] or "")
        return await insist(place, f"approve {cross}", command, what)

    return send


reject = act(
    Deed(
        "reject",
        lambda row, said: c.RejectCross(row.key, said["reason"]),
        _unless("proposed", "bust proposed"),
        (REASON,),
        note="A cross that is proposed does not happen; one that is to be taken back stays.",
    )
)
bust = act(
    Deed(
        "take back",
        lambda row, said: c.BustCross(row.key, said["reason"]),
        _unless("approved"),
        (REASON,),
        note="Both sides are undone once a second person says so too.",
    )
)
approve_bust = act(
    Deed(
        "let be taken back",
        lambda row, said: c.ApproveBust(row.key, said["reason"]),
        _unless("bust proposed"),
        (REASON,),
        note="Fills, lots and cash of both sides are undone; the orders are staged again.",
    )
)
