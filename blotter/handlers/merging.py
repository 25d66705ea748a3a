"""Orders that are merged: as the server suggests, into a working block, and out of it again."""

from collections.abc import Mapping
from typing import Any

from blotter import cells
from blotter.handlers.acknowledging import insist
from blotter.handlers.deeds import Deed, act, named
from blotter.screens.choose import Choice, Choose
from blotter.screens.preview import Asked, Preview
from blotter.workplace import Workplace
from tradeoms.model import commands as c

LATER = Asked("reason", "needed where the block was routed already", needed=False)
TERMS = ("instrument", "Side", "OrdType", "Price", "StopPx", "TimeInForce")
PAST = "They share the block's fills from now on, never those before."


async def suggested(place: Workplace) -> None:
    """Show what may be merged; enter does it."""
    found = await place.query("suggested merges", "merges", user=place.user)
    if found is None:
        return
    if not found.rows:
        place.tell("note", "suggested merges: none")
        return
    choices = [_choice(str(n), row) for n, row in enumerate(found.rows)]
    chosen = await place.ask(Choose("Merge …", choices))
    if chosen is None:
        return
    row = found.rows[int(chosen)]
    if row["block"]:
        await _join(place, row["block"], tuple(row["orders"]))
    else:
        names = tuple(row["orders"])
        await place.send(f"block {named(names)}", c.BlockOrders(names))


def _choice(name: str, row: Mapping[str, Any]) -> Choice:
    into = f"into {row['block']}" if row["block"] else "into a new block"
    what = f"{cells.side(row['Side'])} {row['OrderQty']} {row['instrument']} {row['OrdType']}"
    about = f"{what} {row['Price']} {row['TimeInForce']}: {named(row['orders'])}"
    return Choice(name, into, cells.printable(about))


async def join(place: Workplace) -> None:
    """Merge the selected orders into a working block with the same terms."""
    rows = [row for row in place.grid.targets() if row.state == "staged"]
    if not rows:
        place.tell("note", "join: no staged order is selected")
        return
    fit = [
        block
        for block in place.rows("blocks").values()
        if block.state in ("open", "working")
        and all(getattr(block, name) == getattr(rows[0], name) for name in TERMS)
    ]
    if not fit:
        place.tell("note", f"join: no working block has the terms of {rows[0].key}")
        return
    choices = [
        Choice(
            block.key,
            block.key,
            f"{cells.number(block.filled)} of "
            f"{cells.number(block.OrderQty)} are filled, {block.claimed_by}",
        )
        for block in fit
    ]
    block = await place.ask(Choose(f"Join {named([row.key for row in rows])} to …", choices))
    if block is not None:
        await _join(place, block, tuple(row.key for row in rows))


async def _join(place: Workplace, block: str, orders: tuple[str, ...]) -> None:
    said = await place.ask(Preview(f"Join {named(orders)} to {block}", (), "Join", (LATER,), PAST))
    if said is not None:
        command = c.JoinBlock(block, orders, said["reason"] or "")
        await insist(place, f"join {named(orders)} to {block}", command, _size(place, orders))


def _size(place: Workplace, orders: tuple[str, ...]) -> str:
    """How much joins, of those that are in sight."""
    rows = [row for name in orders if (row := place.rows("orders").get(name))]
    total = sum(row.OrderQty for row in rows)
    return f"{cells.side(rows[0].Side)} {cells.number(total)} {rows[0].instrument}" if rows else ""


def _outside(row: Any) -> str:
    return "" if row.state == "in block" else "is in no block"


leave = act(
    Deed(
        "take out of its block",
        lambda row, said: c.LeaveBlock(row.block, row.key, said["reason"] or ""),
        _outside,
        (LATER,),
        note="It keeps its share of the fills so far; the rest is staged again.",
        quantity="OrderQty",
    )
)
