"""Holding periods by the calendar.

Source: IRS Publication 550, "Holding Period": the day after acquisition is the first day, and the
same day of each later month begins a new month.
"""

from datetime import date, timedelta

import numpy as np

from allocation.errors import ColumnsError
from allocation.exact import Int64, Mask


def long_term(acquired: Int64, disposed: Int64) -> Mask:
    """Whether property was held for more than a year.

    ``acquired`` and ``disposed`` are trade dates, int64 days since 1970-01-01, of one shape. True
    where the disposal is on or after the first anniversary of the day after acquisition. An
    anniversary of 29 February is 1 March.

    Raises:
        ColumnsError: not int64, or different shapes.
    """
    if acquired.dtype != np.int64 or disposed.dtype != np.int64:
        raise ColumnsError("dates must be int64 days since 1970-01-01")
    if acquired.shape != disposed.shape:
        raise ColumnsError("acquired and disposed must have one shape")
    start = (acquired + 1).astype("datetime64[D]")
    month = start.astype("datetime64[M]")
    # Adding the day of the month to the first of a month carries 29 February over to 1 March.
    anniversary = (month + 12).astype("datetime64[D]") + (start - month.astype("datetime64[D]"))
    longer: Mask = disposed >= anniversary.astype(np.int64)
    return longer


def held_long(holding_from: date, disposed: date) -> bool:
    """As :func:`long_term`, for one pair of dates (T9)."""
    start = holding_from + timedelta(days=1)
    leap = start.month == 2 and start.day == 29
    anniversary = date(start.year + 1, 3, 1) if leap else start.replace(year=start.year + 1)
    return disposed >= anniversary
