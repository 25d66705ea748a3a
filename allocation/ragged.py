"""Ragged columns in compressed row form.

``values`` of all segments lie one after another; segment ``b`` is
``values[offsets[b]:offsets[b + 1]]``, ``offsets`` int64 of shape (n_segments + 1,). Segments may
be empty. A segment is a block and its values are the block's accounts, or a disposal and its
relief rows.
"""

import numpy as np

from allocation.errors import AmountOverflowError, ColumnsError
from allocation.exact import LIMIT, Int64, Mask, Ties, indices


def check_int64(length: int, **columns: Int64) -> None:
    """Refuse a column that is not a one-dimensional int64 array of ``length``.

    Raises:
        ColumnsError: naming the column.
    """
    for name, column in columns.items():
        if column.dtype != np.int64:
            raise ColumnsError(f"{name} must be int64, not {column.dtype}")
        if column.shape != (length,):
            raise ColumnsError(f"{name} must have shape ({length},), not {column.shape}")


def check_offsets(offsets: Int64, n_values: int) -> None:
    """Refuse offsets that do not partition ``n_values`` values.

    Raises:
        ColumnsError: wrong dtype or shape, not from 0 to ``n_values``, or decreasing.
    """
    if offsets.dtype != np.int64 or offsets.ndim != 1 or not len(offsets):
        raise ColumnsError("offsets must be a one-dimensional, non-empty int64 array")
    if offsets[0] != 0 or offsets[-1] != n_values:
        raise ColumnsError(f"offsets must run from 0 to {n_values}")
    falling = np.diff(offsets) < 0
    if falling.any():
        raise ColumnsError("offsets must not decrease", blocks=indices(falling))


def check_ties(ties: Ties, n_values: int) -> None:
    """Refuse tie keys that are not one int64 or uint64 per value."""
    if ties.dtype not in (np.dtype(np.int64), np.dtype(np.uint64)):
        raise ColumnsError(f"ties must be int64 or uint64, not {ties.dtype}")
    if ties.shape != (n_values,):
        raise ColumnsError(f"ties must have shape ({n_values},), not {ties.shape}")


def check_bound(**columns: Int64) -> None:
    """Refuse per-block or per-account columns with a value outside (-2**62, 2**62).

    Raises:
        AmountOverflowError: naming the column; the positions are its ``blocks``.
    """
    for name, column in columns.items():
        beyond = (column >= LIMIT) | (column <= -LIMIT)
        if beyond.any():
            raise AmountOverflowError(f"{name} exceeds 2**62", blocks=indices(beyond))


def offsets_of(lengths: Int64) -> Int64:
    """Offsets (n + 1,) of segments with the given ``lengths`` (n,)."""
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)))


def segment_ids(offsets: Int64) -> Int64:
    """Index of the segment each value belongs to, shape (n_values,)."""
    return np.repeat(np.arange(len(offsets) - 1, dtype=np.int64), np.diff(offsets))


def sub_offsets(chosen: Int64, offsets: Int64) -> Int64:
    """Offsets (n_segments + 1,) of the values at the ascending positions ``chosen`` alone."""
    return np.searchsorted(chosen, offsets).astype(np.int64)


def _differences(values: Int64, offsets: Int64) -> Int64:
    """Sum each segment; a wrapped running sum still differs correctly where each sum fits."""
    running = offsets_of(values)
    return running[offsets[1:]] - running[offsets[:-1]]


def segment_sums(values: Int64, offsets: Int64) -> Int64:
    """Sum of each segment, shape (n_segments,), 0 for an empty one.

    Raises:
        AmountOverflowError: a sum is not within [-2**62, 2**62); names the segments as blocks.
    """
    sums = _differences(values, offsets)
    longest = int(np.diff(offsets).max(initial=0))
    largest = max(int(values.max(initial=0)), -int(values.min(initial=0)))
    if longest * largest < LIMIT:
        return sums
    # Sums of 32-bit halves cannot overflow, and together give floor(sum / 2**32) exactly.
    low, high = values & 0xFFFFFFFF, values >> 32
    size = _differences(high, offsets) + (_differences(low, offsets) >> 32)
    beyond = (size >= LIMIT >> 32) | (size < -(LIMIT >> 32))
    if beyond.any():
        raise AmountOverflowError("a sum exceeds 2**62", blocks=indices(beyond))
    return sums


def order_within(offsets: Int64, *keys: Ties) -> Int64:
    """Permutation (n_values,) that sorts each segment by ``keys``, most significant first.

    Segments stay where they are; equal values keep their order.
    """
    ids = segment_ids(offsets)
    if len(keys) == 1 and keys[0].dtype == np.int64 and len(ids):
        least, most = int(keys[0].min()), int(keys[0].max())
        span = most - least + 1
        if span * len(offsets) < LIMIT and abs(least) < LIMIT:
            # One packed key sorts about ten times faster than two separate ones.
            return np.argsort(ids * span + (keys[0].view(np.int64) - least), kind="stable")
    return np.lexsort((*reversed(keys), ids))


def rank_within(offsets: Int64, *keys: Ties) -> Int64:
    """Place (from 0) of each value in its segment when sorted by ``keys``, shape (n_values,)."""
    rank = np.empty(int(offsets[-1]), np.int64)
    rank[order_within(offsets, *keys)] = np.arange(len(rank), dtype=np.int64)
    return rank - np.repeat(offsets[:-1], np.diff(offsets))


def first_within(offsets: Int64, counts: Int64, key: Int64, ties: Ties) -> Mask:
    """Mark the first ``counts[b]`` values of each segment by ``key``, equal keys by ``ties``.

    Same as ``rank_within(offsets, key, ties) < counts``, but ties are only sorted where the cut
    falls among equal keys. ``0 <= counts <= lengths``.
    """
    ids, cut = segment_ids(offsets), counts > 0
    last = np.zeros_like(counts)
    ranked = key[order_within(offsets, key)]
    last[cut] = ranked[offsets[:-1][cut] + counts[cut] - 1]
    chosen = cut[ids] & (key < last[ids])
    level = np.flatnonzero(cut[ids] & (key == last[ids]))
    wanted = counts - segment_sums(chosen.astype(np.int64), offsets)
    torn = wanted < np.diff(sub_offsets(level, offsets))
    chosen[level] = True
    level = level[torn[ids[level]]]
    place = rank_within(sub_offsets(level, offsets), ties[level])
    chosen[level] = place < wanted[ids[level]]
    return chosen
