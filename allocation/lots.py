"""Tax lots, disposals and relief as columns, over many (account, instrument) pairs at once.

Quantities are always positive: a lot is long or short by what the caller keeps it under, and long
and short lots never share a pair id in one call. For a long lot the basis is what it cost and a
disposal's amount the net proceeds of the sale; for a short lot the basis is the net proceeds of
the short sale and a disposal's amount the cost of the buy that covers it. Relief
(:mod:`allocation.relief`) is the same for both; :func:`realized_gain` takes the sign.
Money is int64 minor units, dates are int64 days since 1970-01-01. Sums of quantities in a call,
sizes, bases and amounts stay below 2**62.
"""

from dataclasses import dataclass

import numpy as np

from allocation.errors import NegativeQuantityError
from allocation.exact import Int64, Mask, indices, round_ratio
from allocation.ragged import check_bound, check_int64, segment_sums


@dataclass(frozen=True, slots=True)
class Lots:
    """Columns int64 (n_lots,), in any order.

    ``basis`` belongs to ``size``, the quantity when the lot was opened or its basis last changed;
    ``remaining`` (0 to ``size``) is still open. Basis relieved is thereby a function of quantity
    alone, so a lot sold in a thousand pieces is off by no more than half a cent at any time.
    ``sequence`` orders lots of one pair and acquisition date, lower first.
    """

    pair: Int64
    acquired: Int64
    sequence: Int64
    size: Int64
    basis: Int64
    remaining: Int64


@dataclass(frozen=True, slots=True)
class Disposals:
    """Columns int64 (n_disposals,); those of one pair are relieved in the order given.

    All lots of a call count as open before its first disposal.
    """

    pair: Int64
    quantity: Int64
    amount: Int64


@dataclass(frozen=True, slots=True)
class Relief:
    """Rows int64 (n_rows,), by disposal as given and, within it, in order of relief.

    ``lot`` and ``disposal`` are positions in the columns of the call; ``basis`` and ``amount`` are
    the row's parts. ``remaining`` int64 (n_lots,) is each lot's open quantity afterwards.
    """

    lot: Int64
    disposal: Int64
    quantity: Int64
    basis: Int64
    amount: Int64
    remaining: Int64


def open_lots(pair: Int64, acquired: Int64, sequence: Int64, quantity: Int64, basis: Int64) -> Lots:
    """Lots of which nothing has been relieved yet."""
    return Lots(pair, acquired, sequence, quantity, basis, quantity)


def open_basis(lots: Lots) -> Int64:
    """Basis of what remains of each lot, int64 (n_lots,)."""
    return lots.basis - round_ratio(lots.basis, lots.size - lots.remaining, lots.size)


def realized_gain(relief: Relief, short: Mask) -> Int64:
    """Gain of each row, int64 (n_rows,); ``short`` (n_rows,) marks rows that close a short lot."""
    gain = relief.amount - relief.basis
    return np.where(short, -gain, gain)


def check_columns(lots: Lots, disposals: Disposals) -> None:
    """Refuse columns outside the bounds this module documents.

    Raises:
        ColumnsError, NegativeQuantityError, AmountOverflowError.
    """
    columns = {name: getattr(lots, name) for name in Lots.__slots__}
    check_int64(len(lots.pair), **columns)
    columns = {name: getattr(disposals, name) for name in Disposals.__slots__}
    check_int64(len(disposals.pair), **columns)
    bad = (lots.size < 1) | (lots.remaining < 0) | (lots.remaining > lots.size)
    if bad.any():
        raise NegativeQuantityError(
            "a lot's quantities are not 0 <= remaining <= size", accounts=indices(bad)
        )
    bad = disposals.quantity < 1
    if bad.any():
        raise NegativeQuantityError("a disposal's quantity is not positive", accounts=indices(bad))
    check_bound(basis=lots.basis, size=lots.size, amount=disposals.amount)
    for quantity in (lots.remaining, disposals.quantity):
        segment_sums(quantity, np.array([0, len(quantity)], np.int64))
