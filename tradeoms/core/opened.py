"""Rows of the lot table: what every new lot begins with."""

from typing import Any

import numpy as np

from tradeoms.model.columns import Int64s
from tradeoms.model.state import State


def open_lots(state: State, account: Int64s, **columns: Any) -> Int64s:
    """Add a lot for each account; the numbers of the new lots.

    What is not said is so: all of it is open, its holding period counts from the day it was
    acquired, it came out of no other lot, the lots of an account here are one purchase, and its
    shares may take over a loss.
    """
    start, count = state.lots.size, len(account)
    numbers = np.arange(start, start + count, dtype=np.int64)
    values = {
        "remaining": columns["size"],
        "holding_from": columns["acquired"],
        "root": numbers,
        "replaces": 1,
        "added": 0,
        "markdown": 0,
        "given": 0,
        "against": 0,
        "old": 0,
    } | columns
    if "acquisition" not in values:
        values["acquisition"] = numbers
        if len(set(account.tolist())) < count:
            _, first, back = np.unique(account, return_index=True, return_inverse=True)
            values["acquisition"] = start + first[back]
    state.lots.append(account=account, **values)
    return numbers
