"""Shares that do not follow the orders: by net asset value, equal, by percentage, fixed.

Nobody gets more than its order: what an order cannot hold goes to the others, by their weights.
"""

import numpy as np

from allocation.errors import BasisError, OverfillError
from allocation.exact import Int64, Ties
from allocation.proportional import proportional, required
from allocation.ragged import at_fault, blocks_at_fault, segment_sums
from allocation.rounding import Rounding, largest_remainder

WHOLE = 1_000_000  # percentages are in millionths


def nav(
    ordered: Int64,
    filled: Int64,
    offsets: Int64,
    lot: Int64,
    ties: Ties,
    basis: Int64 | None = None,
    split: Rounding = largest_remainder,
) -> Int64:
    """In proportion to ``basis``: net asset value or available cash, in any unit of one scale."""
    weights = required(basis, offsets, "net asset value")
    return proportional(weights, ordered, filled, offsets, lot, ties, split)


def equal(
    ordered: Int64,
    filled: Int64,
    offsets: Int64,
    lot: Int64,
    ties: Ties,
    basis: Int64 | None = None,
    split: Rounding = largest_remainder,
) -> Int64:
    """The same quantity to everybody with an order, up to the order."""
    weights = (ordered > 0).astype(np.int64)
    return proportional(weights, ordered, filled, offsets, lot, ties, split)


def percentage(
    ordered: Int64,
    filled: Int64,
    offsets: Int64,
    lot: Int64,
    ties: Ties,
    basis: Int64 | None = None,
    split: Rounding = largest_remainder,
) -> Int64:
    """By agreed percentages: ``basis`` in millionths, a million in each block that has accounts."""
    weights = required(basis, offsets, "percentage")
    wrong = (segment_sums(weights, offsets) != WHOLE) & (np.diff(offsets) > 0)
    if wrong.any():
        raise BasisError("percentages do not add up to 100", **blocks_at_fault(wrong, offsets))
    return proportional(weights, ordered, filled, offsets, lot, ties, split)


def fixed(
    ordered: Int64,
    filled: Int64,
    offsets: Int64,
    lot: Int64,
    ties: Ties,
    basis: Int64 | None = None,
    split: Rounding = largest_remainder,
) -> Int64:
    """Agreed quantities, ``basis``, none above its order; less than all is split in proportion."""
    agreed = required(basis, offsets, "fixed quantity")
    if (agreed > ordered).any():
        above = at_fault(agreed > ordered, offsets)
        raise BasisError("a fixed quantity is above the order", **above)
    over = filled > segment_sums(agreed, offsets)
    if over.any():
        fault = blocks_at_fault(over, offsets)
        raise OverfillError("more was filled than the fixed quantities", **fault)
    return proportional(agreed, agreed, filled, offsets, lot, ties, split)
