"""Pro rata to the orders, in whole lots: the default legal split of a block's fills.

Source: SMC Capital, SEC no-action letter of 5 September 1995 (a partial fill is allocated pro
rata to the allocation statement).
"""

import numpy as np

from allocation.errors import NegativeQuantityError, OverfillError
from allocation.exact import Int64, Ties, indices, muldiv
from allocation.ragged import (
    check_int64,
    first_within,
    offsets_of,
    order_within,
    segment_ids,
    segment_sums,
)
from allocation.rounding import check_split, largest_remainder


def pro_rata(ordered: Int64, filled: Int64, offsets: Int64, lot: Int64, ties: Ties) -> Int64:
    """Split what each block filled in proportion to its orders.

    Args:
        ordered: int64 (n_values,), each account's order, >= 0.
        filled: int64 (n_blocks,), each block's filled quantity, at most the sum of its orders.
        offsets: int64 (n_blocks + 1,).
        lot: int64 (n_blocks,), quantity of one lot, >= 1; all quantities in the same unit.
        ties: int64 or uint64 (n_values,), distinct within a block, lower first.

    Returns:
        int64 (n_values,): whole lots by largest remainder, an extra lot only where the account's
        order has room for it. Lots nobody has such room for go pro rata to the whole lots of room
        left. The odd rest goes to one account whose order can hold it, the one furthest below
        its share; only if no single account can hold it is it spread pro rata to the room left.

    Raises:
        ColumnsError, NegativeQuantityError, NoWeightError, AmountOverflowError:
            as :mod:`allocation.rounding`.
        OverfillError: a block has more fills than orders.
    """
    sums = check_split(ordered, filled, offsets, ties)
    check_int64(len(filled), lot=lot)
    if (lot < 1).any():
        raise NegativeQuantityError("a lot is less than one unit", blocks=indices(lot < 1))
    if (filled > sums).any():
        raise OverfillError("more was filled than ordered", blocks=indices(filled > sums))
    allocated = _whole_lots(ordered, filled // lot, sums, offsets, lot, ties)
    rest = filled - segment_sums(allocated, offsets)
    open_blocks = np.flatnonzero(rest > 0)
    if len(open_blocks):
        _place_rest(allocated, ordered, filled, open_blocks, rest, offsets, ties)
    return allocated


def _whole_lots(
    ordered: Int64, lots: Int64, sums: Int64, offsets: Int64, lot: Int64, ties: Ties
) -> Int64:
    """Allocate as many of ``lots`` whole lots as the orders have room for; quantities."""
    ids = segment_ids(offsets)
    share, remainder = muldiv(ordered, lots[ids], np.maximum(sums, 1)[ids])
    able = (ordered // lot[ids] > share) & (remainder > 0)
    left = np.minimum(
        lots - segment_sums(share, offsets), segment_sums(able.astype(np.int64), offsets)
    )
    share += first_within(offsets, left, np.where(able, -remainder, 1), ties)
    left = lots - segment_sums(share, offsets)
    if left.any():
        room = ordered // lot[ids] - share
        left = np.minimum(left, segment_sums(room, offsets))
        share += largest_remainder(room, left, offsets, ties)
    return share * lot[ids]


def _place_rest(
    allocated: Int64,
    ordered: Int64,
    filled: Int64,
    blocks: Int64,
    rest: Int64,
    offsets: Int64,
    ties: Ties,
) -> None:
    """Add the ``rest`` of each of ``blocks``, less than a lot of room each, to ``allocated``."""
    chosen = np.flatnonzero((rest > 0)[segment_ids(offsets)])
    part = offsets_of(np.diff(offsets)[blocks])
    ids = segment_ids(part)
    room = ordered[chosen] - allocated[chosen]
    whole, fraction = muldiv(
        ordered[chosen], filled[blocks][ids], segment_sums(ordered[chosen], part)[ids]
    )
    unable = (room < rest[blocks][ids]).astype(np.int64)
    order = order_within(part, unable, allocated[chosen] - whole, -fraction, ties[chosen])
    first = order[part[:-1]]
    holds = unable[first] == 0
    allocated[chosen[first[holds]]] += rest[blocks][holds]
    spread = np.where(holds, 0, rest[blocks])
    allocated[chosen] += largest_remainder(room, spread, part, ties[chosen])
