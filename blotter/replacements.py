"""What one change makes of each of many placements."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from blotter import cells, changes
from blotter.entry import OF_PRICE, OF_QUANTITY
from blotter.screens.preview import Asked, Said
from blotter.screens.replace import Replacement
from blotter.split import BadSplit
from tradeoms.model.reference import Instrument

CENT = Decimal("0.01")
ASKS = (
    Asked(
        "quantity",
        "2000, 2k, +500, -500, +10%; with what is filled",
        changes.of_quantity,
        needed=False,
        takes=("OrderQty", "CashOrderQty", *OF_QUANTITY),
    ),
    Asked(
        "price",
        "415.5, +0.05, -2t (ticks), +5bp, +1%",
        changes.of_price,
        needed=False,
        takes=("Price", *OF_PRICE),
    ),
    Asked("stop", "the same", changes.of_price, needed=False, takes=("StopPx",)),
)


class Wanted(NamedTuple):
    """What would become of a placement, or why it is left out."""

    row: Any
    becomes: Replacement
    in_money: bool
    left_out: str = ""


def foresee(row: Any, said: Said, known: Instrument, in_money: bool) -> Wanted:
    """What a change would make of a placement; `in_money`: its block is."""
    total = row.CashOrderQty if in_money else row.OrderQty
    before = Replacement(total, row.Price, row.StopPx)
    try:
        after = _changed(before, row, said, known, CENT if in_money else known.lot)
    except BadSplit as error:
        return Wanted(row, before, in_money, str(error))
    return Wanted(row, after, in_money, _unfit(row, before, after, in_money))


def _changed(
    before: Replacement, row: Any, said: Said, known: Instrument, step: Decimal
) -> Replacement:
    """A limit between two ticks is never better for the market than asked; a stop never earlier."""
    sells = row.Side != "Buy"
    wanted = {"Price": (said["price"], sells), "StopPx": (said["stop"], not sells)}
    after = before
    if said["quantity"] is not None:
        after = after._replace(total=changes.quantity(said["quantity"], before.total, step))
    for name, (change, upwards) in wanted.items():
        if change is None:
            continue
        value = getattr(before, name)
        if value is None:
            raise BadSplit(f"a {row.OrdType} order has no {name}")
        after = after._replace(**{name: changes.price(change, value, upwards, known)})
    return after


def _unfit(row: Any, before: Replacement, after: Replacement, in_money: bool) -> str:
    if not row.LeavesQty:
        return "has nothing left"
    if after == before:
        return "nothing would change"
    if not in_money and after.total <= row.CumQty:
        return f"{cells.number(row.CumQty)} are filled already: cancel"
    return "" if after.total > 0 else "nothing would be left: cancel"


def about(one: Wanted) -> str:
    """The placement and what would be another of it, in one line."""
    row, after = one.row, one.becomes
    total = row.CashOrderQty if one.in_money else row.OrderQty
    pairs: Mapping[str, tuple[Decimal | None, Decimal | None]] = {
        "": (total, after.total),
        "limit ": (row.Price, after.Price),
        "stop ": (row.StopPx, after.StopPx),
    }
    parts = [_arrow(name, *pair) for name, pair in pairs.items() if pair[0] is not None]
    words = (cells.side(row.Side), row.Symbol, row.broker, *parts)
    return cells.printable("  ".join(words))


def _arrow(name: str, before: Decimal | None, after: Decimal | None) -> str:
    became = f" → {cells.number(after)}" if after != before else ""
    return f"{name}{cells.number(before)}{became}"
