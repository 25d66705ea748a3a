"""What a sale would relieve, in words for the ticket: asked of the server at every change."""

from decimal import Decimal
from typing import Any

from blotter import cells
from blotter.link import Link
from tradeoms.bus.client import BusRefused, NoAnswer
from tradeoms.model.orders import NewOrder

SHOWN = 4  # lots that are named; the rest is counted


async def relief(link: Link, order: NewOrder) -> str:
    """Lots, gain and term of a plain sale, and what a wash sale would defer; nothing for others.

    Without an answer it says why: the order may be sent all the same.
    """
    (member,) = order.members
    try:
        found = await link.query(
            "relief",
            account=member.account,
            instrument=order.instrument,
            quantity=str(member.OrderQty),
            price="" if order.Price is None else str(order.Price),
        )
    except (BusRefused, NoAnswer) as error:
        return f"relief: {error}"
    if found.problem:
        return f"relief: {found.problem}"
    return said(found.rows)


def said(rows: tuple[dict[str, Any], ...]) -> str:
    """A line for the whole, and one for each of the first lots."""
    first = rows[0]
    term = {True: "long", False: "short"}
    gains = {held: _sum(rows, "gain", held) for held in (True, False)}
    parts = [f"{term[held]}-term {cells.number(gain)}" for held, gain in gains.items() if gain]
    lines = [f"{first['method']}: gain {', '.join(parts) or '0'} {first['Currency']}"]
    if deferred := sum(Decimal(row["disallowed"]) for row in rows):
        lines[0] += f", of the loss {cells.number(deferred)} deferred by a wash sale"
    lines += [
        f"lot {row['lot']} of {row['acquired']}: {cells.number(Decimal(row['quantity']))},"
        f" basis {cells.number(Decimal(row['basis']))}, gain {cells.number(Decimal(row['gain']))}"
        for row in rows[:SHOWN]
    ]
    if len(rows) > SHOWN:
        lines.append(f"and {cells.count(len(rows) - SHOWN, 'lot')} more")
    return "\n".join(lines)


def _sum(rows: tuple[dict[str, Any], ...], name: str, held: bool) -> Decimal:
    return sum((Decimal(row[name]) for row in rows if row["long_term"] is held), Decimal(0))
