"""Orders filled one after another or tier by tier: rotation, lottery, drift, priority.

Each fills an order completely before the next, so that few accounts get odd pieces or tickets;
fairness comes over many blocks: from the stored pointer, the seed or the need. They never take
back as fills grow. ``lot`` matters only where a tier is shared.
"""

import numpy as np

from allocation.checks import check_fills
from allocation.errors import AllocationError
from allocation.exact import Int64, Ties
from allocation.methods.pro_rata import pro_rata
from allocation.proportional import check_lot, required
from allocation.rounding import Rounding, largest_remainder
from allocation.turns import in_turn, tiers


def _check(ordered: Int64, filled: Int64, offsets: Int64, lot: Int64, ties: Ties) -> None:
    """Refuse what every method refuses."""
    check_fills(ordered, filled, offsets, ties)
    check_lot(lot, len(filled))


def rotation(
    ordered: Int64,
    filled: Int64,
    offsets: Int64,
    lot: Int64,
    ties: Ties,
    basis: Int64 | None = None,
    split: Rounding = largest_remainder,
) -> Int64:
    """One after another from where the last block stopped: ``basis`` is :func:`turns.queue`."""
    _check(ordered, filled, offsets, lot, ties)
    places = required(basis, offsets, "place in the queue")
    return in_turn(ordered, filled, offsets, places, ties)


def lottery(
    ordered: Int64,
    filled: Int64,
    offsets: Int64,
    lot: Int64,
    ties: Ties,
    basis: Int64 | None = None,
    split: Rounding = largest_remainder,
) -> Int64:
    """One after another in the order of ``ties``, a hash whose seed is in the record."""
    _check(ordered, filled, offsets, lot, ties)
    return in_turn(ordered, filled, offsets, ties)


def drift(
    ordered: Int64,
    filled: Int64,
    offsets: Int64,
    lot: Int64,
    ties: Ties,
    basis: Int64 | None = None,
    split: Rounding = largest_remainder,
) -> Int64:
    """Who is furthest from its target first, up to its order, which is what reaches the target.

    ``basis`` is the distance, say in hundredths of a basis point of the account's value.
    """
    _check(ordered, filled, offsets, lot, ties)
    return in_turn(ordered, filled, offsets, -required(basis, offsets, "drift"), ties)


def priority(
    ordered: Int64,
    filled: Int64,
    offsets: Int64,
    lot: Int64,
    ties: Ties,
    basis: Int64 | None = None,
    split: Rounding = largest_remainder,
) -> Int64:
    """Rank by rank, ``basis`` 0 first; accounts of one rank share pro rata to their orders."""
    _check(ordered, filled, offsets, lot, ties)
    cut = tiers(ordered, filled, offsets, required(basis, offsets, "rank"))
    columns = ordered[cut.order], cut.filled, cut.offsets, lot[cut.block], ties[cut.order]
    result = np.empty_like(ordered)
    try:
        result[cut.order] = pro_rata(*columns, None, split)
    except AllocationError as error:  # a rank's place and its accounts' are known here alone
        raise error.where(cut.block.item, cut.order.item) from None
    return result
