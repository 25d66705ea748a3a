"""Never take back without need: what an allocation becomes after accounts were told of theirs.

The block may have grown (more fills), changed its size (cancel/replace), lost an account (its
order is 0), or shrunk (a bust, a correction).
"""

from dataclasses import dataclass

import numpy as np

from allocation.errors import NegativeQuantityError, OverfillError
from allocation.exact import Int64, Ties
from allocation.proportional import proportional
from allocation.ragged import at_fault, check_int64, segment_ids, segment_sums


@dataclass(frozen=True, slots=True)
class Rederived:
    """``quantities``, and beside what had been sent, ``given`` and ``taken`` back; (n_values,)."""

    quantities: Int64
    given: Int64
    taken: Int64


def rederive(
    wanted: Int64, sent: Int64, ordered: Int64, offsets: Int64, lot: Int64, ties: Ties
) -> Rederived:
    """Come as near to ``wanted`` as what was ``sent`` allows.

    Args:
        wanted: int64 (n_values,), the allocation as if nothing had been sent, from
            :func:`allocation.terms.allocate` on the orders and fills of now.
        sent: int64 (n_values,), what accounts were told, 0 where nothing.
        ordered: int64 (n_values,), the orders of now.
        offsets, lot, ties: as :mod:`allocation.methods`.

    Returns:
        Quantities with the block sums of ``wanted``, none above its order. While the block holds
        at least what was sent, nobody gets less than was sent, unless its own order is less. In
        a block that shrank below it nobody gets more than was sent, so that no more is taken
        back than was lost.

    Raises:
        NegativeQuantityError: a quantity is negative.
        OverfillError: wanted more than ordered.
    """
    check_int64(len(ordered), wanted=wanted, sent=sent, ordered=ordered)
    negative = np.minimum(np.minimum(wanted, ordered), sent) < 0
    if negative.any():
        raise NegativeQuantityError("a quantity is negative", **at_fault(negative, offsets))
    if (wanted > ordered).any():
        raise OverfillError("more is wanted than ordered", **at_fault(wanted > ordered, offsets))
    kept, total = np.minimum(sent, ordered), segment_sums(wanted, offsets)
    shrunk = (total < segment_sums(kept, offsets))[segment_ids(offsets)]
    result = np.where(shrunk, np.minimum(wanted, kept), np.maximum(wanted, kept))
    gap = total - segment_sums(result, offsets)
    # Where the block grew, what others had already comes from those who would have got more now.
    room = np.where(shrunk, kept - result, result - kept)
    weights = np.where(shrunk, np.where(room > 0, ordered, 0), np.where(room > 0, wanted, 0))
    moved = proportional(weights, room, np.abs(gap), offsets, lot, ties)
    result += np.where(shrunk, moved, -moved)
    return Rederived(result, np.maximum(result - sent, 0), np.maximum(sent - result, 0))
