"""The published allocation cases; `tests/cases/README.md` says how to compare."""

import copy

import pytest

from tests.allocation.published import Case, by_id, load, numbers, spoil
from tests.conform.allocation import check

ALLOCATION = load("allocation.json")


def test_the_cases_are_found() -> None:
    assert len(ALLOCATION) == 61


@pytest.mark.parametrize("case", ALLOCATION, ids=by_id)
def test_case(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", ALLOCATION, ids=by_id)
def test_a_wrong_number_is_noticed(case: Case) -> None:
    places = list(numbers(case["expected"]))
    assert places
    for place in [*places[:3], *places[-3:]]:
        spoiled = copy.deepcopy(case)
        spoil(spoiled, place)
        with pytest.raises((AssertionError, ValueError)):
            check(spoiled)
