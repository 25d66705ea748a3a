"""Orders that are merged: as the server suggests, into a working block, and out of it again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from blotter import cells
from blotter.handlers.acknowledging import insist
from blotter.handlers.deeds import Deed, act, named, put
from blotter.handlers.orders import REASON
from blotter.screens.choose import Choice, Choose
from blotter.screens.preview import Asked, Preview, Said
from blotter.workplace import Workplace
from tradeoms.bus.client import NoAnswer
from tradeoms.model import commands as c
from tradeoms.model.commands import Problem

LATER = Asked("reason", "needed where the block was routed already", needed=False)
TERMS = ("instrument", "Side", "OrdType", "Price", "StopPx", "TimeInForce")
KEEPS = "It keeps its share of the fills so far; the rest is staged again."
SHOWN = 3.0  # seconds, until a row shows what the server has done
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

    async def send(chosen: str) -> Sequence[Problem]:
        row = found.rows[int(chosen)]
        names = tuple(row["orders"])
        if row["block"]:  # asked about below
            return ()
        return (await place.send(f"block {named(names)}", c.BlockOrders(names))).problems

    chosen = await place.ask(Choose("Merge …", choices, send))
    if chosen is not None and found.rows[int(chosen)]["block"]:
        row = found.rows[int(chosen)]
        await _join(place, row["block"], tuple(row["orders"]))


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


async def _join(place: Workplace, block: str, orders: tuple[str, ...], why: Asked = LATER) -> bool:
    """False where it was not done."""
    what = f"join {named(orders)} to {block}"

    async def send(said: Said) -> Sequence[Problem]:
        command = c.JoinBlock(block, orders, said["reason"] or "")
        return await insist(place, what, command, _size(place, orders))

    said = await place.ask(Preview(cells.begun(what), (), "Join", send, (why,), PAST))
    return said is not None


def _size(place: Workplace, orders: tuple[str, ...]) -> str:
    """How much joins, of those that are in sight."""
    rows = [row for name in orders if (row := place.rows("orders").get(name))]
    total = sum(row.OrderQty for row in rows)
    return f"{cells.side(rows[0].Side)} {cells.number(total)} {rows[0].instrument}" if rows else ""


def _outside(row: Any) -> str:
    return "" if row.state == "in block" else "is in no block"


LEAVE = Deed(
    "take out of its block",
    lambda row, said: c.LeaveBlock(row.block, row.key, said["reason"] or ""),
    _outside,
    (LATER,),
    note=KEEPS,
    quantity="OrderQty",
)
leave = act(LEAVE)


async def take_out(place: Workplace, blocks: Sequence[Any]) -> None:
    """One order out of these blocks, with a reason where they were routed."""
    names = {row.key for row in blocks}
    orders = {row.key: row for row in place.rows("orders").values() if row.block in names}
    choices = [_order(name, row) for name, row in orders.items()]
    chosen = await place.ask(Choose("Take out …", choices))
    if chosen is None:
        return
    block = orders[chosen].block
    what = f"{chosen} out of {block}"
    send = put(place, f"take {what}", lambda said: c.LeaveBlock(block, chosen, said["reason"]))
    preview = Preview(f"Take {what}", (), "Take out", send, (REASON,), KEEPS)
    if await place.ask(preview) is not None:
        await _shown(place, chosen, lambda row: row.block != block)


async def let_in(place: Workplace, blocks: Sequence[Any]) -> None:
    """One staged order into one of these blocks, with a reason where it was routed."""
    found = {
        f"{block.key} {row.key}": row
        for block in blocks
        for row in place.rows("orders").values()
        if row.state == "staged" and all(getattr(block, n) == getattr(row, n) for n in TERMS)
    }
    if not found:
        place.tell("note", "let in: no staged order has the terms of the block")
        return
    choices = [_order(name, row) for name, row in found.items()]
    chosen = await place.ask(Choose("Let in …", choices))
    if chosen is not None:
        block, _, order = chosen.partition(" ")
        if await _join(place, block, (order,), REASON):
            await _shown(place, order, lambda row: row.block == block)


def _order(name: str, row: Any) -> Choice:
    who = row.account or cells.count(row.accounts, "account")
    return Choice(name, name, cells.printable(f"{who} {cells.number(row.OrderQty)} {row.pm}"))


async def _shown(place: Workplace, order: str, true: Callable[[Any], bool]) -> None:
    """Until its row shows what was done: from then on the server foretells the split with it."""
    rows = place.rows("orders")
    try:
        await place.link.until(lambda: order not in rows or true(rows[order]), SHOWN)
    except NoAnswer:
        place.tell("warning", f"{order}: its row does not show it yet, nor may the split")
