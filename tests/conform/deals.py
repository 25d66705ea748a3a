"""The published cases of allocations at each price."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from allocation.each_price import Matrix, deviations, next_number, pooled_price
from allocation.each_price import high_to_low as dealt_high_to_low
from allocation.each_price import rotation as dealt_in_rotation
from allocation.errors import MarginsError
from allocation.exact import Int64
from allocation.fair_deal import fair_deal
from allocation.prices import BUY, SELL
from tests.allocation.published import Case
from tests.allocation.reference import column

SCALE = 6  # decimal places of the prices below
UNIT = 10**SCALE


def same(expected: object, actual: object) -> None:
    """Differences are said with both."""
    assert actual == expected, f"{expected}, actual {actual}"


def _fills(asked: dict[str, Any]) -> tuple[Int64, Int64]:
    """Quantities and prices."""
    return column([q for q, _ in asked["fills"]]), _prices([price for _, price in asked["fills"]])


def _prices(texts: list[str]) -> Int64:
    return column([int(Decimal(text) * UNIT) for text in texts])


def _average(fills: Int64, prices: Int64) -> Fraction:
    return Fraction(int((fills * prices).sum()), int(fills.sum()) * UNIT)


def worst(deal: Matrix, prices: Int64) -> Fraction:
    """The largest deviation of an account's average from the block's."""
    return max(abs(d) for d in deviations(deal, prices)) / UNIT


def each_price(case: Case) -> None:
    """As good as the witness, with the same margins; or refused."""
    asked, expected = case["input"], case["expected"]
    quantities, (fills, prices) = column(list(asked["accounts"].values())), _fills(asked)
    ties = np.arange(len(quantities))
    try:
        deal = fair_deal(quantities, fills, prices, ties)
    except MarginsError as error:
        same(expected.get("error", "no error"), str(error))
        return
    same(expected.get("error", ""), "")
    witness, bound = (
        np.array(expected["witness"]),
        Fraction(expected["max_abs_avg_deviation_at_most"]),
    )
    for matrix in (witness, deal):
        same([fills.tolist(), quantities.tolist()], [matrix.sum(axis=a).tolist() for a in (0, 1)])
        assert (matrix >= 0).all(), f"no negative cell, actual {matrix.tolist()}"
    same(Fraction(expected["block_avg"]), _average(fills, prices))
    places = len(expected["max_abs_avg_deviation_at_most"].partition(".")[2])
    same(bound, round(worst(witness, prices), places))
    assert worst(deal, prices) <= worst(witness, prices), f"{bound}, actual {worst(deal, prices)}"


def optimum(case: Case) -> None:
    """The least possible largest deviation, found by the engine and by trying everything."""
    asked, expected = case["input"], case["expected"]
    quantities, (fills, prices) = column(asked["accounts"]), _fills(asked)
    deal = fair_deal(quantities, fills, prices, np.arange(len(quantities)))
    same(Fraction(expected["block_avg"]), _average(fills, prices))
    same(Fraction(expected["heuristic_reaches"]), worst(deal, prices))
    same(Fraction(expected["min_max_abs_deviation"]), least(quantities, fills, prices))


def least(quantities: Int64, fills: Int64, prices: Int64) -> Fraction:
    """The optimum, by trying every deal."""
    return min(worst(deal, prices) for deal in every(quantities, fills))


def every(quantities: Int64, fills: Int64) -> Iterator[Matrix]:
    """Every deal: small cases only."""
    if len(quantities) == 1:
        yield fills[np.newaxis, :]
        return
    for row in product(*(range(fill + 1) for fill in fills.tolist())):
        if sum(row) == quantities[0]:
            for rest in every(quantities[1:], fills - column(row)):
                yield np.vstack((column(row), rest))


def high_to_low(case: Case) -> None:
    """Each account's prices."""
    asked = case["input"]
    numbers, quantities = (column(part) for part in zip(*asked["accounts"], strict=True))
    fills, prices = _fills(asked)
    deal = dealt_high_to_low(quantities, fills, prices, numbers)
    got = {
        str(number): sorted(np.repeat(prices, row).tolist(), reverse=True)
        for number, row in zip(numbers.tolist(), deal, strict=True)
    }
    same({name: _prices(texts).tolist() for name, texts in case["expected"].items()}, got)


def rotation(case: Case) -> None:
    """Who gets which fill, cycle after cycle."""
    asked = case["input"]
    numbers, prices = column(asked["accounts"]), _prices(asked["fills"])
    ones = np.ones(len(numbers), np.int64)
    side, pointer = SELL if asked.get("side") == "SELL" else BUY, int(numbers.min())
    got = {}
    for cycle in range(1, asked["cycles"] + 1):
        deal = dealt_in_rotation(ones, ones, prices, side, numbers, pointer)
        best = np.argsort(prices * side, kind="stable")
        account = numbers[deal.argmax(axis=0)]
        got[f"cycle{cycle}"] = [(int(account[i]), int(prices[i])) for i in best]
        pointer = next_number(numbers, pointer)
    wanted = {name: [_pair(text) for text in rows] for name, rows in case["expected"].items()}
    same(wanted, got)


def _pair(text: str) -> tuple[int, int]:
    account, _, price = text.partition(":")
    return int(account), int(Decimal(price) * UNIT)


def pooled(case: Case) -> None:
    """Average, price on the tick, residual."""
    asked, (fills, prices) = case["input"], _fills(case["input"])
    tick = int(Decimal(asked["tick"]) * UNIT)
    got = pooled_price(fills, prices, tick, Fraction(str(asked["cvf"])) / UNIT)
    shown = {"average": got.average / UNIT, "rounded": Fraction(got.rounded, UNIT)}
    wanted = {name: Fraction(text) for name, text in case["expected"].items()}
    same(wanted, shown | {"residual": got.residual})
