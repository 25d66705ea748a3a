"""Holding periods around month ends and leap days."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import ColumnsError
from allocation.term import long_term
from tests.allocation.reference import column

EPOCH = date(1970, 1, 1)


def days(text: str) -> int:
    """Days since 1970-01-01."""
    return (date.fromisoformat(text) - EPOCH).days


@pytest.mark.parametrize(
    ("acquired", "last_short_day"),
    [
        ("2012-09-19", "2013-09-19"),
        ("2011-02-28", "2012-02-29"),
        ("2012-02-28", "2013-02-28"),  # the period starts on 29 February
        ("2012-02-29", "2013-02-28"),
        ("2010-02-28", "2011-02-28"),
        ("2008-04-30", "2009-04-30"),
        ("1968-12-31", "1969-12-31"),
    ],
)
def test_long_term_from_the_day_after(acquired: str, last_short_day: str) -> None:
    bought, sold = column([days(acquired)] * 2), column([days(last_short_day)] * 2)
    assert long_term(bought, sold + np.array([0, 1])).tolist() == [False, True]


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-3, 3))
def test_agrees_with_the_calendar(acquired: date, shift: int) -> None:
    start = acquired + timedelta(days=1)
    leap_day = (start.month, start.day) == (2, 29)
    anniversary = date(start.year + 1, 3, 1) if leap_day else start.replace(year=start.year + 1)
    sold = anniversary + timedelta(days=shift)
    result = long_term(column([(acquired - EPOCH).days]), column([(sold - EPOCH).days]))
    assert result.tolist() == [sold >= anniversary]


def test_dates_must_be_int64_of_one_shape() -> None:
    with pytest.raises(ColumnsError, match="int64"):
        long_term(np.array([1.0]), column([1]))
    with pytest.raises(ColumnsError, match="one shape"):
        long_term(column([1]), column([1, 2]))
