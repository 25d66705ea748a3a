"""One call for a whole policy: a method, its rounding, and what limits it."""

from dataclasses import dataclass, replace

import numpy as np

from allocation.checks import check_fills
from allocation.errors import AllocationError, NegativeQuantityError, NoRoomError
from allocation.exact import Int64, Ties
from allocation.methods import METHODS
from allocation.minimums import Draw, at_least
from allocation.ragged import at_fault, blocks_at_fault, check_int64, segment_sums
from allocation.rounding import ROUNDING
from allocation.turns import tiers


@dataclass(frozen=True, slots=True)
class Terms:
    """How blocks are split. A column that is left out sets no condition.

    ``method``, ``rounding``: rows of METHODS and ROUNDING.
    ``basis`` (n_values,): what the method weighs or sorts by.
    ``cap`` (n_values,): the most an account may get, besides its order; pro rata still goes by
    the orders.
    ``minimum`` (n_values,): the least an account may get, see :mod:`allocation.minimums`.
    ``draw``: who gets a minimum piece.
    ``tier`` (n_values,): clients 0, own account 1: the higher only gets what the lower leaves
    (MiFID DR 2017/565 art. 69); percentages then add up to 100 in each tier.
    ``hold_back`` (n_blocks,): nothing is split before so much is filled, or all.
    """

    method: str = "pro_rata"
    rounding: str = "largest_remainder"
    basis: Int64 | None = None
    cap: Int64 | None = None
    minimum: Int64 | None = None
    draw: Draw = "seeded"
    tier: Int64 | None = None
    hold_back: Int64 | None = None


def allocate(
    ordered: Int64, filled: Int64, offsets: Int64, lot: Int64, ties: Ties, terms: Terms
) -> Int64:
    """Split what each block filled, as its terms say; arguments as :mod:`allocation.methods`.

    Returns:
        int64 (n_values,) with block sums ``filled``, or zeros in a block that is held back.

    Raises:
        As :mod:`allocation.methods`; NoRoomError where caps hold less than was filled;
        MinimumError.
    """
    sums = check_fills(ordered, filled, offsets, ties)
    if terms.hold_back is not None:
        check_int64(len(filled), hold_back=terms.hold_back)
        filled = np.where((filled < terms.hold_back) & (filled < sums), 0, filled)
    cap = terms.cap
    if cap is not None:
        if terms.method == "pro_rata" and terms.basis is None:
            terms = replace(terms, basis=ordered)  # a cap is no smaller order
        ordered = _capped(ordered, filled, offsets, cap)
    if terms.tier is None:
        return _one_tier(ordered, filled, offsets, lot, ties, terms)
    check_int64(len(ordered), tier=terms.tier)
    cut = tiers(ordered, filled, offsets, terms.tier)
    own = replace(terms, basis=_at(terms.basis, cut.order), minimum=_at(terms.minimum, cut.order))
    columns = ordered[cut.order], cut.filled, cut.offsets, lot[cut.block], ties[cut.order]
    result = np.empty_like(ordered)
    try:
        result[cut.order] = _one_tier(*columns, own)
    except AllocationError as error:  # a tier's place and its accounts' are known here alone
        raise error.where(cut.block.item, cut.order.item) from None
    return result


def _one_tier(
    ordered: Int64, filled: Int64, offsets: Int64, lot: Int64, ties: Ties, terms: Terms
) -> Int64:
    """The method, then the minimum."""
    split = ROUNDING[terms.rounding]
    shares = METHODS[terms.method](ordered, filled, offsets, lot, ties, terms.basis, split)
    if terms.minimum is None:
        return shares
    return at_least(shares, ordered, terms.minimum, offsets, lot, ties, terms.draw)


def _capped(ordered: Int64, filled: Int64, offsets: Int64, cap: Int64) -> Int64:
    """Orders cut to their caps."""
    check_int64(len(ordered), cap=cap)
    if (cap < 0).any():
        raise NegativeQuantityError("a cap is negative", **at_fault(cap < 0, offsets))
    ordered = np.minimum(ordered, cap)
    short = segment_sums(ordered, offsets) < filled
    if short.any():
        fault = blocks_at_fault(short, offsets)
        raise NoRoomError("caps leave no room for all that was filled", **fault)
    return ordered


def _at(column: Int64 | None, order: Int64) -> Int64 | None:
    return None if column is None else column[order]
