"""Settlement days. Exchanges trade when nothing settles, so holidays are the currency's."""

from collections.abc import Set
from datetime import date, timedelta

EPOCH = date(1970, 1, 1)
SATURDAY = 5


def days(day: date) -> int:
    """Days since 1970-01-01, as the lot columns keep dates."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The date behind `days`."""
    return EPOCH + timedelta(number)


def settle_date(trade_date: date, cycle: int, holidays: Set[date]) -> date:
    """The day `cycle` settlement days after the trade (cycle 1 is T+1)."""
    day = trade_date
    while cycle > 0:
        day += timedelta(1)
        cycle -= day.weekday() < SATURDAY and day not in holidays
    return day
