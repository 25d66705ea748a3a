"""The published tax-lot cases, all of them, through the exact book."""

import copy
from collections.abc import Iterator
from fractions import Fraction

import pytest

from tests.allocation.published import Case, by_id, load
from tests.conform.taxlots import check, tolerance

TAX_LOTS = load("taxlots.json")
COUNTED = {
    "qty",
    "proceeds",
    "basis",
    "gain",
    "disallowed",
    "recognized",
    "permanently_lost",
}


def test_the_cases_are_found() -> None:
    assert len(TAX_LOTS) >= 100


@pytest.mark.parametrize("case", TAX_LOTS, ids=by_id)
def test_case(case: Case) -> None:
    check(case)


def wrong(case: Case) -> Iterator[Case]:
    """Copies of a case, each with one expected number moved beyond its tolerance."""
    shift = tolerance(case) + 1
    for table in ("realized", "lots"):
        for n, row in enumerate(case["expected"].get(table, ())):
            for key in sorted(row.keys() & COUNTED):
                other = copy.deepcopy(case)
                other["expected"][table][n][key] = str(Fraction(row[key]) + shift)
                yield other
    for n, (_, _, missing) in enumerate(case["expected"].get("errors", ())):
        other = copy.deepcopy(case)
        other["expected"]["errors"][n][2] = str(Fraction(missing) + 1)
        yield other


def test_a_wrong_number_is_noticed() -> None:
    for case in TAX_LOTS:
        changed = list(wrong(case))
        assert changed
        for other in changed:
            with pytest.raises(AssertionError):
                check(other)


def test_a_missing_row_is_noticed() -> None:
    for case in TAX_LOTS:
        for table in ("realized", "lots"):
            if case["expected"].get(table):
                other = copy.deepcopy(case)
                other["expected"][table].pop()
                with pytest.raises(AssertionError, match="rows"):
                    check(other)
