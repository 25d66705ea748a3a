"""How much room the limits leave an order, in words for the ticket: asked of the server at every change."""

from decimal import Decimal
from typing import Any

from rich.text import Text

from blotter import cells
from blotter.link import Link
from tradeoms.bus.client import BusRefused, NoAnswer
from tradeoms.model.orders import NewOrder


async def headroom(link: Link, order: NewOrder) -> Text:
    """What rules find in it, the hard ones first; a line for each limit in force, those that it
    would break first; and as of which record that is true.

    Without an answer it says why: the order may be sent all the same, and the server judges it then.
    """
    try:
        found = await link.query("headroom", order=order)
    except (BusRefused, NoAnswer) as error:
        return Text(f"limits: {error}")
    if found.problem:
        return Text(f"limits: {found.problem}")
    lines = [_line(row) for row in sorted(found.rows, key=_worst)]
    lines = lines or [Text("no limit is in force for it")]
    return Text("\n").join([*lines, Text(f"as of record {found.seq:,}")])


def _worst(row: dict[str, Any]) -> int:
    if row["kind"] == "finding":
        return 0 if row["severity"] == "BLOCK" else 1
    return 2 if Decimal(row["left"]) < 0 else 3


def _line(row: dict[str, Any]) -> Text:
    whose = f"{row['account']}: " if row["account"] else ""
    if row["kind"] == "finding":
        style = "bold reverse" if row["severity"] == "BLOCK" else "bold"
        text = Text().append(row["severity"], style)
        return text.append(cells.printable(f" {row['rule']}: {whose}{row['message']}"), "bold")
    has, limit, left = (cells.number(Decimal(row[name])) for name in ("has", "limit", "left"))
    unit = f" {row['unit']}" if row["unit"] else ""
    most = "" if row["most"] is None else f", {cells.number(Decimal(row['most']))} at most"
    beyond = Decimal(row["left"]) < 0
    what = f"{left.removeprefix('-')} too much" if beyond else f"{left} left"
    line = f"{row['rule']}: {whose}{row['what']} {has} of {limit}{unit}, {what}{most}"
    return Text(line, "bold" if beyond else "")
