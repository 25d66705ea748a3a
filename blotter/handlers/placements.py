"""What a trader does with placements."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from blotter.handlers.deeds import Deed, act, do
from blotter.handlers.orders import REASON
from blotter.screens.preview import Asked, Said
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
