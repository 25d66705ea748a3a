"""The published allocation cases, through the splits."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from allocation.comparison import COMPARISON
from allocation.methods import METHODS
from allocation.prices import BUY, SELL, average_price, block_gross, split_cash
from allocation.ragged import offsets_of
from allocation.rounding import ROUNDING
from allocation.terms import Terms, allocate
from tests.allocation.published import Case, cents, read
from tests.allocation.reference import column
from tests.conform import deals
from tests.conform.deals import same
from tests.conform.tally import Tally

#: Names in the cases of the methods that are offered to users.
OFFERED = {
    "hamilton": "largest_remainder",
    "webster": "webster",
    "quota_balinski_young": "quota_method",
}
SCALE = 4  # decimal places of the prices below


def run(file: Path) -> Tally:
    """Play every case of a file."""
    tally = Tally()
    for case in read(file):
        tally.play(case["id"], check, case)
    return tally


def check(case: Case) -> None:
    """Every number expected; AssertionError at the first one that differs."""
    CHECKS[case["kind"]](case)


def apportionment(case: Case) -> None:
    """Units in input order, or by name; by each method that the case asks for."""
    asked, expected = case["input"], case["expected"]
    for method in asked.get("methods") or [asked["method"]]:
        units = apportioned(asked, method, asked["house"])
        if isinstance(expected, list):
            same(expected, units)
            continue
        named = dict(zip(asked["names"], units, strict=True))
        wanted = expected.get(method, expected)
        same(wanted, {name: named.get(name) for name in wanted})


def apportioned(asked: dict[str, Any], method: str, house: int) -> list[int]:
    """Units by a method; where both know it, by the engine and by the method for comparison."""
    weights = column(asked["weights"])
    ties = np.arange(len(weights))
    options = {name: asked[name] for name in ("minimum", "threshold") if asked.get(name)}
    results = []
    if method in OFFERED and not options:
        one_block = offsets_of(column([len(weights)]))
        split = ROUNDING[OFFERED[method]]
        results.append(split(weights, column([house]), one_block, ties).tolist())
    if method in COMPARISON:
        results.append(COMPARISON[method](weights, house, ties, **options).tolist())
    same(results[0], results[-1])
    return results[0]


def monotonicity(case: Case) -> None:
    """Each step of the house at which somebody loses a unit."""
    asked = case["input"]
    houses = range(asked["house_from"] - 1, asked["house_to"] + 1)
    sweep = [apportioned(asked, asked["method"], house) for house in houses]
    losses = [
        [house, name, before, after]
        for house, (old, new) in zip(houses[1:], pairwise(sweep), strict=True)
        for name, before, after in zip(asked["names"], old, new, strict=True)
        if after < before
    ]
    same(case["expected"], losses)


def _allocated(ordered: list[int], filled: int, lot: int, terms: Terms) -> list[int]:
    """One block, equal claims in list order."""
    one_block, ties = offsets_of(column([len(ordered)])), np.arange(len(ordered))
    columns = column(ordered), column([filled]), one_block, column([lot]), ties
    return allocate(*columns, terms).tolist()


def lots(case: Case) -> None:
    """Pro rata in whole lots."""
    asked = case["input"]
    same(case["expected"], _allocated(asked["weights"], asked["filled"], asked["lot"], Terms()))


def minimums(case: Case) -> None:
    """Pro rata in pieces of the minimum at least, the largest shares first."""
    asked = case["input"]
    least = column([asked["minimum"]] * len(asked["orders"]))
    terms = Terms(minimum=least, draw="largest")
    same(case["expected"], _allocated(asked["orders"], asked["filled"], 1, terms))


def own_account(case: Case) -> None:
    """Clients before the firm's own account, unless the case names the exception."""
    asked = case["input"]
    terms = Terms(tier=None if asked.get("exception") else column([0, 1]))
    client, own = _allocated([asked["client"], asked["own"]], asked["filled"], 1, terms)
    same(case["expected"], {"client": client, "own": own})


def average(case: Case) -> None:
    """The exact average price."""
    same(Fraction(case["expected"]), _average_of(case["input"]["fills"]))


def block(case: Case) -> None:
    """Quantities and money of a block, to the cent."""
    asked, expected = case["input"], case["expected"]
    quantity, price = _fill_columns(asked["fills"])
    ordered = column(list(asked["statement"].values()))
    offsets, ties = offsets_of(column([len(ordered)])), np.arange(len(ordered))
    split = METHODS["pro_rata"](ordered, column([sum(quantity)]), offsets, column([1]), ties)
    fills = offsets_of(column([len(quantity)]))
    gross = block_gross(column(quantity), column(price), fills, SCALE)
    side = column([BUY if asked.get("side", "BUY") == "BUY" else SELL])
    cash = split_cash(split, gross, column([cents(asked["commission"])]), side, offsets, ties)
    same(Fraction(expected["avg_price"]), _average_of(asked["fills"]))
    same(expected["qty"], dict(zip(asked["statement"], split.tolist(), strict=True)))
    for name in ("gross", "commission", "net"):
        values = [Decimal(value).scaleb(-2) for value in getattr(cash, name).tolist()]
        wanted = {account: Decimal(value) for account, value in expected[name].items()}
        same(wanted, dict(zip(asked["statement"], values, strict=True)))


CHECKS: dict[str, Callable[[Case], None]] = {
    "apportionment": apportionment,
    "apportionment-partial": apportionment,
    "monotonicity": monotonicity,
    "pro-rata-lot": lots,
    "minimum-lot": minimums,
    "own-account": own_account,
    "average": average,
    "block": block,
    "each-price": deals.each_price,
    "each-price-optimum": deals.optimum,
    "high-to-low": deals.high_to_low,
    "rotation": deals.rotation,
    "aps": deals.pooled,
}


def _fill_columns(fills: list[tuple[int, str]]) -> tuple[list[int], list[int]]:
    """Quantities, and prices in units of 10**-SCALE."""
    return [q for q, _ in fills], [int(Decimal(price) * 10**SCALE) for _, price in fills]


def _average_of(fills: list[tuple[int, str]]) -> Fraction:
    quantity, price = _fill_columns(fills)
    notional = sum(q * p for q, p in zip(quantity, price, strict=True))
    return average_price(notional, sum(quantity), SCALE)
