"""Ragged columns in compressed row form.

``values`` of all segments lie one after another; segment ``b`` is
``values[offsets[b]:offsets[b + 1]]``, ``offsets`` int64 of shape (n_segments + 1,). Segments may
be empty. A segment is a block and its values are the block's accounts, or a disposal and its
relief rows.
"""

from collections.abc import Iterator, Sequence
from typing import TypedDict

import numpy as np

from allocation.errors import AmountOverflowError, ColumnsError
from allocation.exact import LIMIT, Int64, Mask, Ties, indices


class Fault(TypedDict):
    """Where something is wrong: the arguments of :class:`allocation.errors.AllocationError`."""

    blocks: tuple[int, ...]
    accounts: tuple[int, ...]


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
    falling = offsets[1:] < offsets[:-1]
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


def lengths_of(offsets: Int64) -> Int64:
    """Number of values of each segment, shape (n_segments,): `np.diff`, in a tenth of its time."""
    lengths: Int64 = offsets[1:] - offsets[:-1]
    return lengths


def segment_ids(offsets: Int64) -> Int64:
    """Index of the segment each value belongs to, shape (n_values,)."""
    return np.repeat(np.arange(len(offsets) - 1, dtype=np.int64), lengths_of(offsets))


def at_fault(mask: Mask, offsets: Int64) -> Fault:
    """Accounts at which ``mask`` holds and the blocks they are in, for an error."""
    accounts = np.flatnonzero(mask)
    blocks = np.unique(segment_ids(offsets)[accounts])
    return {"blocks": tuple(blocks.tolist()), "accounts": tuple(accounts.tolist())}


def blocks_at_fault(mask: Mask, offsets: Int64) -> Fault:
    """Blocks at which ``mask`` holds and all their accounts, for an error."""
    accounts = np.flatnonzero(mask[segment_ids(offsets)])
    return {"blocks": indices(mask), "accounts": tuple(accounts.tolist())}


def sub_offsets(chosen: Int64, offsets: Int64) -> Int64:
    """Offsets (n_segments + 1,) of the values at the ascending positions ``chosen`` alone."""
    return np.searchsorted(chosen, offsets).astype(np.int64)


def _differences(values: Int64, offsets: Int64) -> Int64:
    """Sum each segment; a wrapped running sum still differs correctly where each sum fits."""
    held = offsets[1:] > offsets[:-1]
    if len(values) > _LONG * len(held):
        sums = np.zeros(len(held), np.int64)
        sums[held] = np.add.reduceat(values, offsets[:-1][held])
        return sums
    running = offsets_of(values)
    return running[offsets[1:]] - running[offsets[:-1]]


_LONG = 16  # values of a segment from which it is quicker to sum each by itself


def segment_sums(values: Int64, offsets: Int64) -> Int64:
    """Sum of each segment, shape (n_segments,), 0 for an empty one.

    Raises:
        AmountOverflowError: a sum is not within [-2**62, 2**62); names the segments as blocks.
    """
    sums = _differences(values, offsets)
    longest = int(lengths_of(offsets).max(initial=0))
    largest = max(int(values.max(initial=0)), -int(values.min(initial=0)))
    if longest * largest < LIMIT:
        return sums
    # Sums of 32-bit halves cannot overflow, and together give floor(sum / 2**32) exactly.
    low, high = values & 0xFFFFFFFF, values >> 32
    size = _differences(high, offsets) + (_differences(low, offsets) >> 32)
    beyond = (size >= LIMIT >> 32) | (size < -(LIMIT >> 32))
    if beyond.any():
        raise AmountOverflowError("a sum exceeds 2**62", **blocks_at_fault(beyond, offsets))
    return sums


def order_within(offsets: Int64, *keys: Ties) -> Int64:
    """Permutation (n_values,) that sorts each segment by ``keys``, most significant first.

    Segments stay where they are; equal values keep their order.
    """
    return order_by(segment_ids(offsets), *keys)


def order_by(first: Int64, *keys: Ties) -> Int64:
    """Permutation (n_values,) that sorts by ``first`` and then by ``keys``; equal values stay."""
    packed, most_packed = np.zeros(len(first), np.int64), 1
    columns = (first, *keys)
    for n, key in enumerate(columns):
        if ascending(columns[n:]):
            break  # a stable sort keeps them so
        least, most = int(key.min()), int(key.max())
        span = most - least + 1
        if span * most_packed >= LIMIT or max(-least, most) >= LIMIT:
            return np.lexsort((*reversed(columns[n:]), packed))
        # One packed key sorts several times faster than two separate ones.
        packed = packed * span + (key.astype(np.int64, copy=False) - least)
        most_packed *= span
    if most_packed <= _SHORT:  # numpy sorts 16 bits by their digits, in linear time
        return np.argsort(packed.astype(np.uint16), kind="stable")
    return np.argsort(packed, kind="stable")


_SHORT = 2**16


def ascending(keys: Sequence[Ties]) -> bool:
    """Whether the keys, most significant first, never fall."""
    level: Mask = np.ones(max(len(keys[0]) - 1, 0), np.bool_) if keys else np.zeros(0, np.bool_)
    for key in keys:
        if (level & (key[1:] < key[:-1])).any():
            return False
        level &= key[1:] == key[:-1]
    return True


def run_starts(values: Ties) -> Int64:
    """Where the run of equal values begins that each is in, (n,); ``values`` are sorted."""
    starts = np.arange(len(values), dtype=np.int64)
    starts[1:][values[1:] == values[:-1]] = 0
    return np.maximum.accumulate(starts)


def rank_within(offsets: Int64, *keys: Ties) -> Int64:
    """Place (from 0) of each value in its segment when sorted by ``keys``, shape (n_values,)."""
    rank = np.empty(int(offsets[-1]), np.int64)
    rank[order_within(offsets, *keys)] = np.arange(len(rank), dtype=np.int64)
    return rank - np.repeat(offsets[:-1], lengths_of(offsets))


def least_within(offsets: Int64, *keys: Ties) -> Int64:
    """Position of the least value of each segment by ``keys``, the first of equals; none empty."""
    left = np.arange(int(offsets[-1]), dtype=np.int64)
    for key in keys:
        part, held = sub_offsets(left, offsets), key[left]
        best = np.minimum.reduceat(held, part[:-1])
        left = left[held == np.repeat(best, lengths_of(part))]
    return left[sub_offsets(left, offsets)[:-1]]


def first_within(offsets: Int64, counts: Int64, key: Int64, ties: Ties) -> Mask:
    """Mark the first ``counts[b]`` values of each segment by ``key``, equal keys by ``ties``.

    Same as ``rank_within(offsets, key, ties) < counts``, in time linear in the number of values:
    they are counted into bins of equal width, and only the bin that the cut falls into is
    sorted. ``0 <= counts <= lengths``.
    """
    if len(offsets) == 2 and len(key) <= _FEW:
        few: Mask = np.zeros(len(key), np.bool_)
        few[np.lexsort((ties, key))[: int(counts[0])]] = True
        return few
    ids = segment_ids(offsets)
    if not len(ids):
        return np.zeros(0, np.bool_)
    bits, bins = _bins(offsets, ids, key)
    size = 1 << bits
    filled = np.bincount(bins + (ids << bits), minlength=size * len(counts))
    filled = filled.reshape(len(counts), size).cumsum(axis=1)
    cut = (filled < counts[:, np.newaxis]).sum(axis=1)
    below = np.where(cut > 0, filled[np.arange(len(counts)), cut - 1], 0)
    cut = np.where(counts > 0, cut, -1)
    edge = cut[ids]
    chosen: Mask = bins < edge
    level = np.flatnonzero(bins == edge)
    if len(level):
        wanted = (counts - below)[ids[level]]
        chosen[level] = rank_within(sub_offsets(level, offsets), key[level], ties[level]) < wanted
    return chosen


_FEW = 2**10  # values of one segment that are sorted in less time than they are counted


def _bins(offsets: Int64, ids: Int64, key: Int64) -> tuple[int, Int64]:
    """Number of a bin for each value, ascending with ``key``, and its width in bits."""
    held = lengths_of(offsets) > 0
    bits = min(8, (len(ids) // int(held.sum())).bit_length())
    starts = offsets[:-1][held]
    least, span = np.zeros(len(held), np.int64), np.zeros(len(held), np.uint64)
    least[held] = np.minimum.reduceat(key, starts)
    # Differences modulo 2**64 are right for any two int64.
    span[held] = (np.maximum.reduceat(key, starts) - least[held]).view(np.uint64)
    # The exponent of a float is the number of bits, or one more: both keep within the bins.
    width = np.frexp(span.astype(np.float64))[1]
    shift = np.maximum(width - bits, 0).astype(np.uint64)
    return bits, ((key - least[ids]).view(np.uint64) >> shift[ids]).view(np.int64)


def slabs(offsets: Int64, size: int = 1 << 16) -> Iterator[tuple[int, int]]:
    """Runs ``(first, end)`` of whole segments with about ``size`` values each.

    What works on a slab after another stays in the processor's cache, which is several times
    faster than one pass after another over millions of values.
    """
    first, last = 0, len(offsets) - 1
    while first < last:
        end = int(np.searchsorted(offsets, offsets[first] + size, side="right")) - 1
        end = min(max(end, first + 1), last)
        yield first, end
        first = end
