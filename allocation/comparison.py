"""Apportionment methods to compare with, none of them offered as a policy.

Jefferson favours large accounts; Adams, Dean and Huntington-Hill favour small ones; modified
Sainte-Lague hinders the smallest; a minimum for everybody does not belong in a pro rata split.
One block at a time, unit by unit, exact. ``weights`` and ``ties`` int64 (n,) as in
:mod:`allocation.rounding`; results int64 (n,) with the sum ``total``. A zero weight gets nothing.

Source: M. Balinski, H. P. Young, Fair Representation, 2nd ed., 2001.
"""

import heapq
from collections.abc import Callable
from fractions import Fraction
from functools import partial

import numpy as np

from allocation.checks import check_split
from allocation.errors import MinimumError, NoWeightError
from allocation.exact import Int64, Ties

#: (held units, weight) -> how urgent the next unit is; the least is served first.
Claim = Callable[[int, int], Fraction]


def jefferson(units: int, weight: int) -> Fraction:
    """D'Hondt: weight / (units + 1)."""
    return Fraction(units + 1, weight)


def adams(units: int, weight: int) -> Fraction:
    """weight / units: everybody's first unit comes before any second."""
    return Fraction(units, weight)


def sainte_lague(units: int, weight: int) -> Fraction:
    """Webster: weight / (2 * units + 1)."""
    return Fraction(2 * units + 1, weight)


def modified_sainte_lague(units: int, weight: int) -> Fraction:
    """Webster's, with a first divisor of 1.4: the first unit is harder to get."""
    return Fraction(2 * units + 1, weight) if units else Fraction(7, 5 * weight)


def dean(units: int, weight: int) -> Fraction:
    """Harmonic mean: weight / (units * (units + 1) / (units + 1/2))."""
    return Fraction(2 * units * (units + 1), weight * (2 * units + 1))


def huntington_hill(units: int, weight: int) -> Fraction:
    """Equal proportions: weight / sqrt(units * (units + 1)), squared."""
    return Fraction(units * (units + 1), weight * weight)


def by_claims(
    claim: Claim, weights: Int64, total: int, ties: Ties, minimum: int = 0, threshold: str = "0"
) -> Int64:
    """Unit by unit to the most urgent claim; first units that all are equally urgent by weight.

    Everybody with a weight starts at ``minimum``; a weight below the ``threshold``, a share of the
    sum, counts as zero.

    Raises:
        As :mod:`allocation.rounding`; MinimumError: the minimums exceed the total.
    """
    sizes, result = _start(weights, total, ties, minimum, threshold)
    order = ties.tolist()
    heap = [(claim(result[i], w), -w, order[i], i) for i, w in enumerate(sizes) if w]
    heapq.heapify(heap)
    for _ in range(total - sum(result)):
        i = heap[0][3]
        result[i] += 1
        heapq.heapreplace(heap, (claim(result[i], sizes[i]), -sizes[i], order[i], i))
    return np.array(result, np.int64)


def hamilton(
    weights: Int64, total: int, ties: Ties, minimum: int = 0, threshold: str = "0"
) -> Int64:
    """Largest remainder with a minimum: the larger of minimum and floor, the rest by fractions.

    Who was lifted to the minimum comes last. Where minimums lift more than there is, whole units
    go back from the smallest fractions above the minimum.
    """
    sizes, result = _start(weights, total, ties, minimum, threshold)
    whole = sum(sizes) or 1
    quotas = [Fraction(w * total, whole) for w in sizes]
    result = [max(lifted, quota.__floor__()) for lifted, quota in zip(result, quotas, strict=True)]
    order = sorted(
        (i for i, w in enumerate(sizes) if w),
        key=lambda i: (quotas[i] < minimum, result[i] - quotas[i], int(ties[i])),
    )
    left = total - sum(result)
    for i in order[: max(left, 0)]:
        result[i] += 1
    able = [i for i in reversed(order) if result[i] > minimum]
    for i in able[: max(-left, 0)]:
        result[i] -= 1
    if sum(result) != total:
        raise MinimumError("the minimums lift more than can be taken back", blocks=(0,))
    return np.array(result, np.int64)


def _start(
    weights: Int64, total: int, ties: Ties, minimum: int, threshold: str
) -> tuple[list[int], list[int]]:
    """Weights that count, and everybody's minimum."""
    offsets = np.array([0, len(weights)], np.int64)
    whole = int(check_split(weights, np.array([total], np.int64), offsets, ties)[0])
    least = Fraction(threshold) * whole
    sizes = [w if w >= least else 0 for w in weights.tolist()]
    if total and not any(sizes):
        raise NoWeightError("no weight reaches the threshold", blocks=(0,))
    result = [minimum if w else 0 for w in sizes]
    if sum(result) > total:
        raise MinimumError("the minimums exceed the total", blocks=(0,))
    return sizes, result


#: Methods for comparison by name; each takes (weights, total, ties, minimum, threshold).
COMPARISON: dict[str, Callable[..., Int64]] = {
    "hamilton": hamilton,
    "webster": partial(by_claims, sainte_lague),
    "modified_sainte_lague": partial(by_claims, modified_sainte_lague),
    "jefferson": partial(by_claims, jefferson),
    "adams": partial(by_claims, adams),
    "dean": partial(by_claims, dean),
    "huntington_hill": partial(by_claims, huntington_hill),
}
