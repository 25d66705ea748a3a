"""What a trader does with placements."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from blotter import notional
from blotter.handlers.acknowledging import insist
from blotter.handlers.deeds import Deed, act, do
from blotter.handlers.orders import REASON
from blotter.screens.preview import Asked, Said
from blotter.screens.replace import Replacement, ReplaceTicket
from blotter.split import amount
from blotter.workplace import Workplace
from tradeoms.model import commands as c


def _nothing_left(row: Any) -> str:
    return "" if row.LeavesQty else "has nothing left"


#: Without a question, for the way out must be short.
CANCEL = Deed("cancel", lambda row, _: c.CancelPlacement(row.key), _nothing_left, preview=False)
cancel_selected = act(CANCEL)


async def cancel(place: Workplace, rows: Sequence[Any]) -> None:
    """Ask the brokers to cancel what is left of these placements."""
    await do(place, CANCEL, rows)


async def change(place: Workplace) -> None:
    """Ask the broker for another quantity, limit or stop."""
    row = place.grid.cursor
    if row is None:
        return
    if not row.LeavesQty:
        place.tell("note", f"replace {row.key}: has nothing left")
        return
    given: Replacement | None = None
    while True:
        at = notional.price(row, place.rows("prices"))
        block = place.rows("blocks").get(row.block)
        in_money = block is not None and block.CashOrderQty is not None
        given = await place.ask(ReplaceTicket(row, at, given, in_money))
        if given is None:
            return
        each = Decimal(1) if in_money else at
        value = notional.amount(given.total, each, notional.currency(row, place.rows("prices")))
        command = c.ReplacePlacement(row.key, given.total, given.Price, given.StopPx)
        if in_money:
            command = replace(command, OrderQty=Decimal(0), CashOrderQty=given.total)
        if await insist(place, f"replace {row.key}", command, f"≈ {value}"):
            return


ask_status = act(
    Deed("ask for the status of", lambda row, _: c.RequestStatus(row.key), preview=False)
)
close = act(
    Deed(
        "close",
        lambda row, said: c.ClosePlacement(row.key, said["reason"]),
        _nothing_left,
        (REASON,),
        note=("Only what the broker no longer knows. What is left returns to the block."),
    )
)


def _fill(row: Any, said: Said) -> c.Command:
    fill = c.EnterFill(row.key, said["LastQty"], said["LastPx"], said["reason"])
    return replace(fill, LastMkt=said["LastMkt"] or "")


enter_fill = act(
    Deed(
        "enter a fill of",
        _fill,
        asks=(
            Asked("LastQty", "shares, as told by telephone", amount),
            Asked("LastPx", "price", amount),
            Asked("LastMkt", "market, if known", needed=False),
            REASON,
        ),
    )
)
