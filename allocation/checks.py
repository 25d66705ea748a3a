"""What every split refuses, as :mod:`allocation.rounding` says."""

from allocation.errors import NegativeQuantityError, NoWeightError, OverfillError
from allocation.exact import Int64, Ties
from allocation.ragged import (
    at_fault,
    blocks_at_fault,
    check_bound,
    check_int64,
    check_offsets,
    check_ties,
    segment_sums,
)


def check_split(weights: Int64, totals: Int64, offsets: Int64, ties: Ties) -> Int64:
    """Refuse what cannot be split; return the sums of weights (n_blocks,)."""
    check_offsets(offsets, len(weights))
    check_int64(len(weights), weights=weights)
    check_int64(len(offsets) - 1, totals=totals)
    check_ties(ties, len(weights))
    if weights.min(initial=0) < 0:
        raise NegativeQuantityError("a weight is negative", **at_fault(weights < 0, offsets))
    if totals.min(initial=0) < 0:
        raise NegativeQuantityError("a total is negative", **blocks_at_fault(totals < 0, offsets))
    check_bound(totals=totals)
    sums = segment_sums(weights, offsets)
    empty = (sums == 0) & (totals > 0)
    if empty.any():
        raise NoWeightError("a total has nobody to go to", **blocks_at_fault(empty, offsets))
    return sums


def check_fills(ordered: Int64, filled: Int64, offsets: Int64, ties: Ties) -> Int64:
    """Refuse fills that cannot be split over their orders; return the sums of orders (n_blocks,).

    Raises:
        OverfillError: more was filled than ordered; what :func:`check_split` raises.
    """
    sums = check_split(ordered, filled, offsets, ties)
    over = filled > sums
    if over.any():
        raise OverfillError("more was filled than ordered", **blocks_at_fault(over, offsets))
    return sums
