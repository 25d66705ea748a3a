"""Minimum tax on columns: an order of relief made for the prices of a call."""

import numpy as np

from allocation.errors import ColumnsError
from allocation.exact import Int64, Mask, ratio_keys
from allocation.lots import Disposals, Lots
from allocation.relief import ReliefOrder
from allocation.term import long_term

#: T5: place of (sign of the gain + 1, held long) in the order of relief.
_BUCKETS = np.array([[0, 1], [2, 3], [5, 4]], np.int64)


def minimum_tax(disposals: Disposals, disposed: Int64, holding_from: Int64) -> ReliefOrder:
    """Losses before gains, short before long losses, long before short gains (T5).

    ``disposals`` are those of the call, one to a pair; ``disposed`` int64 (n_disposals,) their
    trade dates; ``holding_from`` int64 (n_lots,) where each lot's holding period starts.

    Raises:
        ColumnsError: two disposals of one pair: each price needs an order of its own.
    """
    if len(np.unique(disposals.pair)) != len(disposals.pair):
        raise ColumnsError("minimum tax takes one disposal of a pair at a time")
    by_pair = np.argsort(disposals.pair)

    def order(lots: Lots) -> tuple[Int64, ...]:
        """Bucket, then most loss or least gain, then booking order."""
        found = np.searchsorted(disposals.pair[by_pair], lots.pair)
        sale = by_pair[np.minimum(found, len(by_pair) - 1)] if len(by_pair) else found
        if not len(by_pair):
            return (lots.sequence,)
        sign = _sign(lots, disposals.amount[sale], disposals.quantity[sale])
        long = long_term(holding_from, disposed[sale]).astype(np.int64)
        basis = ratio_keys(lots.basis, lots.size)
        return _BUCKETS[sign + 1, long], *(-key for key in basis), lots.sequence

    return order


def _sign(lots: Lots, amount: Int64, quantity: Int64) -> Int64:
    """Sign of the gain a unit, from exact ratios compared digit by digit."""
    keys = ratio_keys(np.concatenate((amount, lots.basis)), np.concatenate((quantity, lots.size)))
    sign = np.zeros(len(amount), np.int64)
    for key in keys:
        price, basis = key[: len(amount)], key[len(amount) :]
        open_: Mask = sign == 0
        sign[open_] = np.sign(price - basis)[open_]
    return sign
