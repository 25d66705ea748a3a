"""Another split than the policy's: quantities typed for accounts, with a reason, and the approval."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from blotter import cells
from blotter.handlers.deeds import Deed, act, put
from blotter.handlers.orders import REASON
from blotter.screens.choose import Choice, Choose
from blotter.screens.preview import Asked, Line, Preview, Said, Seen
from blotter.workplace import Workplace
from tradeoms.model import commands as c

ZERO = Decimal(0)


def _read(text: str) -> tuple[c.AccountQty, ...]:
    return tuple(map(c.AccountQty.typed, text.replace(";", " ").split()))


HINT = "FUND1=300 FUND2=100; nothing: as the policy says"
QUANTITIES = Asked("quantities", HINT, _read, needed=False)


class Has(NamedTuple):
    """What a member of a block has, or would get now, of what it ordered."""

    order: str
    account: str
    OrderQty: Decimal
    AllocQty: Decimal


async def change(place: Workplace) -> None:
    """Of the first of the blocks that are meant."""
    names = dict.fromkeys(getattr(row, "block", row.key) for row in place.grid.targets())
    if names:
        await _change(place, next(iter(names)))


async def before(place: Workplace, blocks: Sequence[Any]) -> None:
    """From the preview of blocks that are to be finished: one of them."""
    choices = [Choice(row.key, row.key, cells.printable(f"{row.Symbol}")) for row in blocks]
    name = blocks[0].key if len(blocks) == 1 else await place.ask(Choose("Split of …", choices))
    if name is not None:
        await _change(place, name)


async def _change(place: Workplace, block: str) -> None:
    members = await _members(place, block)
    if not members:
        return
    what = f"change the split of {block}"
    send = put(
        place, what, lambda said: c.ChangeSplit(block, said["quantities"] or (), said["reason"])
    )
    lines, asks = [_line(row, row.AllocQty) for row in members], (QUANTITIES, REASON)
    look = partial(_look, members)
    await place.ask(Preview(cells.begun(what), lines, "Change", send, asks, look=look))


async def _members(place: Workplace, block: str) -> list[Has]:
    """As it was allocated, or as it would be now; said aloud where neither is known."""
    booked = [row for row in place.rows("allocations").values() if row.block == block]
    if booked:
        return [Has(*(getattr(row, name) for name in Has._fields)) for row in booked]
    found = await place.query(f"split of {block}", "allocation", block=block, user=place.user)
    rows: Sequence[Mapping[str, Any]] = found.rows[0]["rows"] if found is not None else ()
    return [
        Has(row["order"], row["account"], Decimal(row["OrderQty"]), Decimal(row["AllocQty"]))
        for row in rows
    ]


def _line(row: Has, after: Decimal, more: str = "") -> Line:
    about = f"{cells.number(row.AllocQty)} of {cells.number(row.OrderQty)}"
    if after != row.AllocQty or more:
        moved = after - row.AllocQty
        sign = "+" if moved > 0 else ""
        about += f"  →  {cells.number(after)}   {sign}{cells.number(moved)}{more}"
    return Line(f"{row.account} {row.order}", about)


def _look(members: Sequence[Has], said: Said) -> Seen:
    """Old, new and difference of each member, those that change first; and whether the sum is right."""
    lines, others, total = list[Line](), list[Line](), ZERO
    wanted = {(one.account, one.order): one.AllocQty for one in said["quantities"] or ()}
    for row in members:
        mine = [one for one in members if one.account == row.account]
        after = wanted.get((row.account, row.order), row.AllocQty)
        more = ""
        if (whole := wanted.get((row.account, ""))) is not None:
            # Of an account with several orders the server says which of them gives or gets.
            after, more = (whole, "") if row is mine[0] else (ZERO, "  with the order above")
            if len(mine) > 1 and row is mine[0]:
                more = f"  over {len(mine)} orders"
        total += after
        (lines if after != row.AllocQty else others).append(_line(row, after, more))
    filled = sum((row.AllocQty for row in members), ZERO)
    note = f"together {cells.number(total)} of {cells.number(filled)} filled"
    if total != filled:
        off = abs(total - filled)
        note += f": {cells.number(off)} too {'many' if total > filled else 'few'}"
    unknown = [n for n, _ in wanted if n not in {row.account for row in members}]
    return Seen([*lines, *others], f"{note}; unknown: {', '.join(unknown)}" if unknown else note)


approve = act(
    Deed(
        "approve the changed split of",
        lambda row, said: c.ApproveSplit(row.block, said["reason"] or "", row.part),
        lambda row: (
            "" if row.change == "split changed" and not row.approved_by else "waits for no approval"
        ),
        (Asked("reason", "what was looked at", needed=False),),
        note="As a second person, of compliance: what an account gets is not what was written before.",
    )
)
