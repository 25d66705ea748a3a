"""Tie keys: who comes first among equal claims, decided by no account's place in a list."""

import numpy as np
import numpy.typing as npt

from allocation.exact import Int64, Ties

Hash = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def tie_hash(block_ids: Ties, account_ids: Ties, seed: int | Int64) -> Hash:
    """Pseudo-random tie keys, uint64 (n_values,), a pure function of the three inputs.

    ``block_ids`` and ``account_ids`` are int64 or uint64 (n_values,), the stable integer ids of
    each value's block and account (not positions); ``seed`` is any int, or one for each value, taken
    modulo 2**64, and belongs in the record. Within a block, different accounts never share a key, because the
    mixer maps 64 bits one to one.

    Source: the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
    """
    seeds = np.full(1, seed % 2**64, np.uint64) if isinstance(seed, int) else seed.astype(np.uint64)
    return mix(account_ids.astype(np.uint64) ^ mix(block_ids.astype(np.uint64) ^ mix(seeds)))


def mix(value: Hash) -> Hash:
    """One SplitMix64 step; the arithmetic wraps modulo 2**64 by design."""
    value = value + _GOLDEN
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))
