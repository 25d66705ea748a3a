"""How much room the limits leave an order, in words for the ticket: asked of the server at every change."""

from decimal import Decimal
from typing import Any

from blotter import cells
from blotter.link import Link
from tradeoms.bus.client import BusRefused, NoAnswer
from tradeoms.model.orders import NewOrder


async def headroom(link: Link, order: NewOrder) -> str:
    """A line for each limit in force, what rules find in it, and as of which record that is true.

    Without an answer it says why: the order may be sent all the same, and the server judges it then.
    """
    try:
        found = await link.query("headroom", order=order)
    except (BusRefused, NoAnswer) as error:
        return f"limits: {error}"
    if found.problem:
        return f"limits: {found.problem}"
    lines = [_line(row) for row in found.rows] or ["no limit is in force for it"]
    return "\n".join([*lines, f"as of record {found.seq:,}"])


def _line(row: dict[str, Any]) -> str:
    whose = f"{row['account']}: " if row["account"] else ""
    if row["kind"] == "finding":
        return cells.printable(f"{row['severity']} {row['rule']}: {whose}{row['message']}")
    has, limit, left = (cells.number(Decimal(row[name])) for name in ("has", "limit", "left"))
    unit = f" {row['unit']}" if row["unit"] else ""
    most = "" if row["most"] is None else f", {cells.number(Decimal(row['most']))} at most"
    beyond = Decimal(row["left"]) < 0
    what = f"{left.removeprefix('-')} too much" if beyond else f"{left} left"
    return f"{row['rule']}: {whose}{row['what']} {has} of {limit}{unit}, {what}{most}"
