"""The quota method: within the rounded quota, and nothing is ever taken back.

It goes through a block's units one at a time, several hundred thousand a second: it is for lots
and contracts. Blocks of millions of shares are split by Webster's method.
"""

import heapq
from math import gcd

import numpy as np

from allocation.checks import check_split
from allocation.errors import AmountOverflowError
from allocation.exact import Int64, Ties

#: Units of one block that are gone through at most.
MOST = 2**22
#: Two different ratios of int64 differ by more than 2**-126.
_PRECISION = 128


def quota_method(weights: Int64, totals: Int64, offsets: Int64, ties: Ties) -> Int64:
    """Split by the quota method; arguments, result and errors as :mod:`allocation.rounding`.

    Each unit goes to the largest ``weight / (units + 1)`` among those whom it does not lift above
    the ceiling of their quota. Source: M. Balinski, H. P. Young, The quota method of
    apportionment, American Mathematical Monthly 82, 1975.

    Raises:
        AmountOverflowError: also where more than ``MOST`` units must be gone through.
    """
    check_split(weights, totals, offsets, ties)
    result = np.empty_like(weights)
    for block, total in enumerate(totals.tolist()):
        some = slice(int(offsets[block]), int(offsets[block + 1]))
        result[some] = _one_block(weights[some].tolist(), total, ties[some].tolist(), block)
    return result


def _one_block(weights: list[int], total: int, ties: list[int], block: int) -> list[int]:
    """Whole rounds return the weights themselves, so only the units of the last one count."""
    common = gcd(*weights) or 1
    weights = [weight // common for weight in weights]
    size = sum(weights) or 1
    rounds, steps = divmod(total, size)
    if steps > MOST:
        raise AmountOverflowError(
            f"the quota method goes through {MOST} units at most", blocks=[block]
        )
    result = [0] * len(weights)
    waiting = [(1, i) for i, weight in enumerate(weights) if weight]
    ready: list[tuple[int, int, int]] = []
    for step in range(1, steps + 1):
        while waiting and waiting[0][0] <= step:
            i = heapq.heappop(waiting)[1]
            heapq.heappush(ready, (((result[i] + 1) << _PRECISION) // weights[i], ties[i], i))
        i = heapq.heappop(ready)[2]
        result[i] += 1
        # Below the ceiling again when weight * step / size exceeds what it has.
        heapq.heappush(waiting, (result[i] * size // weights[i] + 1, i))
    return [rounds * w + units for w, units in zip(weights, result, strict=True)]
