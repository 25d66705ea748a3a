"""Slow, obvious versions of the splits, one block at a time, in exact fractions."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from allocation.exact import Int64

Split = Callable[[list[int], int, list[int]], list[int]]


def column(values: Sequence[int]) -> Int64:
    """An int64 column."""
    return np.array(values, dtype=np.int64)


def hamilton(weights: list[int], total: int, ties: list[int]) -> list[int]:
    """Floors of the quotas, then one each in the order of the fractions."""
    quotas = [Fraction(weight * total, sum(weights) or 1) for weight in weights]
    result = [quota.__floor__() for quota in quotas]
    order = sorted(range(len(weights)), key=lambda i: (result[i] - quotas[i], ties[i]))
    for i in order[: total - sum(result)]:
        result[i] += 1
    return result


def sainte_lague(weights: list[int], total: int, ties: list[int]) -> list[int]:
    """Unit by unit to the largest weight / (2 * units + 1)."""
    result = [0] * len(weights)
    for _ in range(total):
        best = min(
            range(len(weights)),
            key=lambda i: (-Fraction(weights[i], 2 * result[i] + 1), ties[i]),
        )
        result[best] += 1
    return result


def quota_method(weights: list[int], total: int, ties: list[int]) -> list[int]:
    """Unit by unit to the largest weight / (units + 1), nobody above the ceiling of its quota."""
    result, whole = [0] * len(weights), sum(weights) or 1
    for house in range(1, total + 1):
        able = [i for i, w in enumerate(weights) if result[i] < Fraction(w * house, whole)]
        best = min(able, key=lambda i: (-Fraction(weights[i], result[i] + 1), ties[i]))
        result[best] += 1
    return result


def by_block(split: Split, blocks: Sequence[tuple[list[int], int, list[int]]]) -> list[int]:
    """Results of all blocks one after another."""
    return [units for block in blocks for units in split(*block)]


@st.composite
def block(
    draw: st.DrawFn, most: int = 40, beyond: bool = False, least: int = 0
) -> tuple[list[int], int, list[int]]:
    """Weights, a total within their sum (or ``beyond`` it) and distinct ties."""
    weights = draw(st.lists(st.integers(least, most), min_size=0, max_size=8))
    limit = sum(weights) * (3 if beyond else 1)
    total = draw(st.integers(0, limit))
    ties = draw(st.permutations(range(len(weights))))
    return weights, total, list(ties)


def columns(
    blocks: Sequence[tuple[list[int], int, list[int]]],
) -> tuple[Int64, Int64, Int64, Int64]:
    """Weights, totals, offsets and ties of several blocks as the package takes them."""
    offsets = np.cumsum([0, *(len(weights) for weights, _, _ in blocks)], dtype=np.int64)
    return (
        column([w for weights, _, _ in blocks for w in weights]),
        column([total for _, total, _ in blocks]),
        offsets,
        column([t for _, _, ties in blocks for t in ties]),
    )
