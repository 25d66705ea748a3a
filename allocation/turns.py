"""One after another: orders filled in a sequence, blocks cut into tiers, and whose turn is next.

Arrays as :mod:`allocation.methods`; ``filled`` is at most the sum of ``ordered`` in each block.
"""

from dataclasses import dataclass

import numpy as np

from allocation.exact import Int64, Ties
from allocation.ragged import offsets_of, order_within, segment_ids, segment_sums


def in_turn(ordered: Int64, filled: Int64, offsets: Int64, *keys: Ties) -> Int64:
    """Fill one order after another by ``keys``, most significant first; one at most is partial."""
    order = order_within(offsets, *keys)
    queue, ids = ordered[order], segment_ids(offsets)
    # The running sum may wrap; its differences within a block are right modulo 2**64.
    running = offsets_of(queue)[:-1]
    start = np.concatenate((running, np.zeros(1, np.int64)))[offsets[:-1]]
    result = np.empty_like(ordered)
    result[order] = np.clip(filled[ids] - (running - start[ids]), 0, queue)
    return result


@dataclass(frozen=True, slots=True)
class Tiers:
    """Blocks cut into tiers: each tier is a block of its own, filled before the next one.

    ``order`` int64 (n_values,) the accounts, by block and tier; ``offsets`` (n_tiers + 1,) over
    them; ``filled`` (n_tiers,) what each tier gets; ``block`` (n_tiers,) the block it is of.
    """

    order: Int64
    offsets: Int64
    filled: Int64
    block: Int64


def tiers(ordered: Int64, filled: Int64, offsets: Int64, tier: Int64) -> Tiers:
    """Cut by ``tier`` int64 (n_values,), the lowest first; equal numbers are one tier."""
    order, ids = order_within(offsets, tier), segment_ids(offsets)
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(tier[order]) != 0) | (np.diff(ids) != 0)
    starts = np.flatnonzero(new)
    cut = np.append(starts, len(order)).astype(np.int64)
    block = ids[starts]
    of_block = np.searchsorted(block, np.arange(len(filled) + 1)).astype(np.int64)
    places = np.arange(len(block), dtype=np.int64)
    share = in_turn(segment_sums(ordered[order], cut), filled, of_block, places)
    return Tiers(order, cut, share, block)


def queue(numbers: Int64, pointer: Int64, offsets: Int64) -> Int64:
    """Places (n_values,) in the rotation: who has the pointer's number, or the next above, is first.

    ``numbers`` int64 (n_values,), each account's permanent number; ``pointer`` int64 (n_blocks,).
    """
    passed = (numbers < pointer[segment_ids(offsets)]).astype(np.int64)
    order = order_within(offsets, passed, numbers)
    places = np.empty_like(numbers)
    places[order] = np.arange(len(order), dtype=np.int64) - offsets[segment_ids(offsets)]
    return places


def next_turn(
    quantities: Int64, ordered: Int64, numbers: Int64, pointer: Int64, offsets: Int64
) -> Int64:
    """Pointer (n_blocks,) to store after an allocation by rotation.

    It is the number of the first account in the queue whose order is not filled. Where every
    order is filled it moves on by one account; where nothing was given it stays.
    """
    ids, places = segment_ids(offsets), queue(numbers, pointer, offsets)
    open_ = (quantities < ordered).astype(np.int64)
    given, left = segment_sums(quantities, offsets) > 0, segment_sums(open_, offsets) > 0
    second = (places != 1).astype(np.int64)
    wanted = np.where(left[ids], 1 - open_, second)
    result = pointer.copy()
    first = order_within(offsets, wanted, places)
    held = given & (np.diff(offsets) > 0)
    result[held] = numbers[first[offsets[:-1][held]]]
    return result
