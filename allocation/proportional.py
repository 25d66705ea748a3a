"""Proportional shares within bounds and in whole lots: what most methods are made of.

Arguments and errors as :mod:`allocation.rounding`, and besides: ``caps`` int64 (n_values,), the most
each account can take, >= 0; ``lot`` int64 (n_blocks,), quantity of one lot, >= 1.
"""

import numpy as np

from allocation.checks import check_split
from allocation.errors import BasisError, NegativeQuantityError, NoRoomError
from allocation.exact import Int64, Mask, Ties, indices, muldiv
from allocation.ragged import (
    at_fault,
    blocks_at_fault,
    check_int64,
    least_within,
    lengths_of,
    offsets_of,
    segment_ids,
    segment_sums,
    sub_offsets,
)
from allocation.rounding import Rounding, largest_remainder


def proportional(
    weights: Int64,
    caps: Int64,
    totals: Int64,
    offsets: Int64,
    lot: Int64,
    ties: Ties,
    split: Rounding = largest_remainder,
) -> Int64:
    """Split ``totals`` in proportion to ``weights``, nobody beyond its cap.

    Whole lots first, as far as the caps have room for whole lots. The odd rest goes to one
    account whose cap can hold it, the one furthest below its share; only if no single account
    can hold it is it spread pro rata to the room left. Without a weight there is no share.

    Raises:
        NoRoomError: the caps of those with a weight hold less than the total.
    """
    check_split(weights, totals, offsets, ties)
    check_caps(weights, caps, totals, offsets)
    check_lot(lot, len(totals))
    if (lot == 1).all():
        return capped(weights, caps, totals, offsets, ties, split)
    open_caps = np.where(weights > 0, caps, 0)
    ids = segment_ids(offsets)
    room = open_caps // lot[ids]
    lots = np.minimum(totals // lot, segment_sums(room, offsets))
    allocated = capped(weights, room, lots, offsets, ties, split) * lot[ids]
    rest = totals - segment_sums(allocated, offsets)
    blocks = np.flatnonzero(rest > 0)
    if len(blocks):
        _place_rest(allocated, weights, open_caps, totals, blocks, rest, offsets, ties)
    return allocated


def required(basis: Int64 | None, offsets: Int64, what: str) -> Int64:
    """The basis, or a refusal that says what it should hold."""
    if basis is None:
        raise BasisError(f"the method needs {what} of each account")
    check_int64(int(offsets[-1]), basis=basis)
    if basis.min(initial=0) < 0:
        raise BasisError(f"{what} of an account is negative", **at_fault(basis < 0, offsets))
    return basis


def check_caps(weights: Int64, caps: Int64, totals: Int64, offsets: Int64) -> None:
    """Refuse caps that are negative or, together, too small."""
    check_int64(len(weights), caps=caps)
    if caps.min(initial=0) < 0:
        raise NegativeQuantityError("a cap is negative", **at_fault(caps < 0, offsets))
    room = caps if weights.min(initial=1) > 0 else np.where(weights > 0, caps, 0)
    short = segment_sums(room, offsets) < totals
    if short.any():
        fault = blocks_at_fault(short, offsets)
        raise NoRoomError("nobody has room for all that was filled", **fault)


def check_lot(lot: Int64, n_blocks: int) -> None:
    """Refuse lots below one unit."""
    check_int64(n_blocks, lot=lot)
    if (lot < 1).any():
        raise NegativeQuantityError("a lot is less than one unit", blocks=indices(lot < 1))


def capped(
    weights: Int64, caps: Int64, totals: Int64, offsets: Int64, ties: Ties, split: Rounding
) -> Int64:
    """Split in proportion; who would get more than its cap gets the cap, the others share the rest.

    Capping somebody only raises the shares of the others, so who is capped once stays so.
    """
    result = split(weights, totals, offsets, ties)
    over = result > caps
    ids = segment_ids(offsets)
    full: Mask = np.zeros(len(weights), np.bool_)
    while over.any():
        full |= over
        again = np.zeros(len(totals), np.bool_)
        again[ids[over]] = True
        result[full] = caps[full]
        chosen = np.flatnonzero(again[ids] & ~full & (weights > 0))
        left = totals - segment_sums(np.where(full, result, 0), offsets)
        part = sub_offsets(chosen, offsets)
        shares = split(weights[chosen], np.where(again, left, 0), part, ties[chosen])
        result[chosen] = shares
        over = np.zeros(len(weights), np.bool_)
        over[chosen] = shares > caps[chosen]
    return result


def _place_rest(
    allocated: Int64,
    weights: Int64,
    caps: Int64,
    totals: Int64,
    blocks: Int64,
    rest: Int64,
    offsets: Int64,
    ties: Ties,
) -> None:
    """Add the ``rest`` of each of ``blocks``, less than a lot of room each, to ``allocated``."""
    chosen = np.flatnonzero((rest > 0)[segment_ids(offsets)])
    part = offsets_of(lengths_of(offsets)[blocks])
    ids = segment_ids(part)
    room = caps[chosen] - allocated[chosen]
    whole, fraction = muldiv(
        weights[chosen], totals[blocks][ids], segment_sums(weights[chosen], part)[ids]
    )
    unable = (room < rest[blocks][ids]).astype(np.int64)
    first = least_within(part, unable, allocated[chosen] - whole, -fraction, ties[chosen])
    holds = unable[first] == 0
    allocated[chosen[first[holds]]] += rest[blocks][holds]
    spread = np.where(holds, 0, rest[blocks])
    allocated[chosen] += largest_remainder(room, spread, part, ties[chosen])
