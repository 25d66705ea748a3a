"""The order of lots that were acquired on one day."""

import numpy as np

from tradeoms.model.columns import Int64s
from tradeoms.model.state import State


def ranks(state: State, numbers: Int64s) -> Int64s:
    """Order of booking: what a wash sale cut out of a lot goes with it, held longer first."""
    lots = state.lots
    root = lots["root"][numbers]
    if (root == numbers).all():
        return numbers
    keys = (numbers, lots["replaces"][numbers], lots["holding_from"][numbers], root)
    ranks = np.empty_like(numbers)
    ranks[np.lexsort(keys)] = np.arange(len(numbers), dtype=np.int64)
    return ranks
