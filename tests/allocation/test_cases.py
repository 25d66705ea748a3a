"""The published cases this package answers, chosen by what a case asks for.

`tests/cases/README.md` says how they are compared.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from allocation.methods import METHODS
from allocation.prices import BUY, SELL, average_price, block_gross, split_cash
from allocation.ragged import offsets_of
from allocation.rounding import ROUNDING
from tests.allocation.published import Case, by_id, cents, load
from tests.allocation.reference import column

METHOD_NAMES = {"hamilton": "largest_remainder", "webster": "webster"}
SCALE = 4  # decimal places of the prices below


ALLOCATION = load("allocation.json")


def apportionments() -> Iterator[tuple[str, Case, str]]:
    """(id, case, method) of each apportionment by a method we have, without other options."""
    for case in ALLOCATION:
        asked = case["input"]
        if not case["kind"].startswith("apportionment"):
            continue
        if asked.get("minimum") or asked.get("threshold"):
            continue
        for method in asked.get("methods") or [asked["method"]]:
            if method in METHOD_NAMES:
                yield case["id"], case, method


def of_kind(kind: str) -> list[Case]:
    """Cases of one kind."""
    return [case for case in ALLOCATION if case["kind"] == kind]


def test_the_cases_are_found() -> None:
    assert len(list(apportionments())) >= 14
    assert len(of_kind("pro-rata-lot")) >= 2
    assert of_kind("average")
    assert of_kind("block")


@pytest.mark.parametrize(("_id", "case", "method"), list(apportionments()), ids=by_id)
def test_apportionment(_id: str, case: Case, method: str) -> None:
    asked, expected = case["input"], case["expected"]
    weights = column(asked["weights"])
    split = ROUNDING[METHOD_NAMES[method]]
    one_block = offsets_of(column([len(weights)]))
    units = split(weights, column([asked["house"]]), one_block, np.arange(len(weights))).tolist()
    if isinstance(expected, list):
        assert units == expected
        return
    named = dict(zip(asked["names"], units, strict=True))
    wanted = expected.get(method, expected)
    assert {name: named[name] for name in wanted} == wanted


@pytest.mark.parametrize("case", of_kind("pro-rata-lot"), ids=by_id)
def test_pro_rata_in_lots(case: Case) -> None:
    asked = case["input"]
    weights = column(asked["weights"])
    one_block = offsets_of(column([len(weights)]))
    columns = column([asked["filled"]]), one_block, column([asked["lot"]])
    result = METHODS["pro_rata"](weights, *columns, np.arange(len(weights)))
    assert result.tolist() == case["expected"]


def fill_columns(fills: list[tuple[int, str]]) -> tuple[list[int], list[int]]:
    """Quantities, and prices in units of 10**-SCALE."""
    return [q for q, _ in fills], [int(Decimal(price) * 10**SCALE) for _, price in fills]


def average_of(fills: list[tuple[int, str]]) -> Fraction:
    """Exact average price."""
    quantity, price = fill_columns(fills)
    notional = sum(q * p for q, p in zip(quantity, price, strict=True))
    return average_price(notional, sum(quantity), SCALE)


@pytest.mark.parametrize("case", of_kind("average"), ids=by_id)
def test_average(case: Case) -> None:
    assert average_of(case["input"]["fills"]) == Fraction(case["expected"])


@pytest.mark.parametrize("case", of_kind("block"), ids=by_id)
def test_block(case: Case) -> None:
    asked, expected = case["input"], case["expected"]
    quantity, price = fill_columns(asked["fills"])
    ordered = column(list(asked["statement"].values()))
    offsets, ties = offsets_of(column([len(ordered)])), np.arange(len(ordered))
    split = METHODS["pro_rata"](ordered, column([sum(quantity)]), offsets, column([1]), ties)
    fills = offsets_of(column([len(quantity)]))
    gross = block_gross(column(quantity), column(price), fills, SCALE)
    side = column([BUY if asked.get("side", "BUY") == "BUY" else SELL])
    cash = split_cash(split, gross, column([cents(asked["commission"])]), side, offsets, ties)
    assert average_of(asked["fills"]) == Fraction(expected["avg_price"])
    assert dict(zip(asked["statement"], split.tolist(), strict=True)) == expected["qty"]
    for name in ("gross", "commission", "net"):
        values = [Decimal(value).scaleb(-2) for value in getattr(cash, name).tolist()]
        wanted = {account: Decimal(value) for account, value in expected[name].items()}
        assert dict(zip(asked["statement"], values, strict=True)) == wanted
