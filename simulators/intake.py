"""The terms of an order or a replace as the wire has them, checked."""

from typing import NamedTuple

from simulators.codes import (
    LIMITED,
    ORD_TYPES,
    SIDES,
    STOPPED,
    TIMES_IN_FORCE,
    OrdRejReason,
    Side,
    TimeInForce,
)
from simulators.orders import Terms
from simulators.ticks import exact_ticks, price, whole_shares
from simulators.wire import Fields


class Refusal(NamedTuple):
    """Why the broker does not take it: OrdRejReason(103) and Text(58)."""

    reason: str
    text: str


def read_terms(fields: Fields) -> Terms | Refusal:
    """The terms of a D or G, or the first reason against them."""
    try:
        qty = whole_shares(fields.get(38, ""))
    except ValueError as error:
        return Refusal(OrdRejReason.INCORRECT_QUANTITY, f"OrderQty(38): {error}")
    ord_type, tif = fields.get(40, ""), fields.get(59, TimeInForce.DAY)
    if ord_type not in ORD_TYPES:
        return Refusal(OrdRejReason.UNSUPPORTED, f"OrdType(40) {ord_type!r} is not supported")
    if tif not in TIMES_IN_FORCE:
        return Refusal(OrdRejReason.UNSUPPORTED, f"TimeInForce(59) {tif!r} is not supported")
    try:
        limit = exact_ticks(fields.get(44, "")) if ord_type in LIMITED else None
        stop = exact_ticks(fields.get(99, "")) if ord_type in STOPPED else None
    except ValueError as error:
        return Refusal(OrdRejReason.OTHER, f"Price(44) or StopPx(99): {error}")
    return Terms(qty, ord_type, tif, limit, stop, fields.get(152, ""))


def in_shares(fields: Fields, last: int, spent: int = 0, filled: int = 0) -> Fields:
    """A D or G in money (CashOrderQty) with the shares that it comes to at the last price, in ticks, or
    at its limit where that is the better one; any other as it is.
    """
    if 38 in fields or 152 not in fields:
        return fields
    try:
        amount, limit = exact_ticks(fields[152]), exact_ticks(fields.get(44, str(price(last))))
    except ValueError:
        return fields  # read_terms says what is wrong
    at = min(limit, last) if fields.get(54) == Side.BUY else max(limit, last)
    return fields | {38: str(filled + max(amount - spent, 0) // max(at, 1))}


def check_instrument(fields: Fields, symbols: frozenset[str]) -> Refusal | None:
    """A reason against the symbol or the side of a D."""
    if fields.get(55) not in symbols:
        return Refusal(
            OrdRejReason.UNKNOWN_SYMBOL, f"Symbol(55) {fields.get(55, '')!r} is not traded here"
        )
    if fields.get(54) not in SIDES:
        return Refusal(
            OrdRejReason.UNSUPPORTED, f"Side(54) {fields.get(54, '')!r} is not supported"
        )
    return None
