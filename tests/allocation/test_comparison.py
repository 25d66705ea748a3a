"""Methods that are computed to compare with: their definitions, minimums, thresholds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.comparison import COMPARISON
from allocation.errors import MinimumError, NoWeightError
from allocation.rounding import ROUNDING
from tests.allocation.reference import block, column, columns

Block = tuple[list[int], int, list[int]]
every = pytest.mark.parametrize("name", COMPARISON)


def one(
    name: str, weights: list[int], total: int, minimum: int = 0, threshold: str = "0"
) -> list[int]:
    """One block, ties by position."""
    ties = np.arange(len(weights))
    return COMPARISON[name](column(weights), total, ties, minimum, threshold).tolist()


@every
@settings(max_examples=40)
@given(part=block(beyond=True), minimum=st.integers(0, 2))
def test_sums_minimums_and_zero_weights(name: str, part: Block, minimum: int) -> None:
    weights, total, _ = part
    if total < minimum * sum(w > 0 for w in weights):
        with pytest.raises(MinimumError, match="exceed"):
            one(name, weights, total, minimum)
        return
    result = one(name, weights, total, minimum)
    assert sum(result) == total
    assert all(r >= minimum if w else r == 0 for r, w in zip(result, weights, strict=True))


@pytest.mark.parametrize(
    ("name", "offered"), [("hamilton", "largest_remainder"), ("webster", "webster")]
)
@settings(max_examples=40)
@given(part=block(beyond=True))
def test_agree_with_the_engine(name: str, offered: str, part: Block) -> None:
    weights, total, ties = part
    fast = ROUNDING[offered](*columns([part])).tolist()
    assert COMPARISON[name](column(weights), total, column(ties)).tolist() == fast


def test_whom_they_favour() -> None:
    """The same 100 units over five accounts of Balinski and Young."""
    weights = [5117, 4400, 162, 161, 160]
    large = {name: one(name, weights, 100)[0] for name in COMPARISON}
    assert large == {
        "hamilton": 51,
        "webster": 51,
        "modified_sainte_lague": 51,
        "jefferson": 52,
        "adams": 51,
        "dean": 51,
        "huntington_hill": 51,
    }
    assert one("adams", [90, 9, 1], 10) == [8, 1, 1]
    assert one("jefferson", [90, 9, 1], 10) == [10, 0, 0]
    assert one("dean", [96, 3, 1], 12) == one("huntington_hill", [96, 3, 1], 12) == [10, 1, 1]
    assert one("modified_sainte_lague", [100, 18], 3) == [3, 0]
    assert one("webster", [100, 18], 3) == [3, 0]
    assert one("webster", [100, 21], 3) == [2, 1]
    assert one("modified_sainte_lague", [100, 21], 3) == [3, 0]


def test_a_weight_below_the_threshold_gets_nothing() -> None:
    assert one("jefferson", [96, 4], 25, threshold="0.04") == [24, 1]
    assert one("jefferson", [961, 39], 25, threshold="0.04") == [25, 0]
    with pytest.raises(NoWeightError, match="threshold"):
        one("hamilton", [1, 1, 1], 5, threshold="0.4")


def test_a_minimum_that_lifts_takes_from_the_smallest_fractions() -> None:
    assert one("hamilton", [1000, 1, 1], 4, minimum=1) == [2, 1, 1]
    assert one("hamilton", [500, 500, 1, 1], 6, minimum=1) == [2, 2, 1, 1]
