"""The order of lots that were acquired on one day."""

import numpy as np

from tradeoms.model.columns import Int64s
from tradeoms.model.state import State


def ranks(state: State, numbers: Int64s) -> Int64s:
    """Order of booking: what was cut out of a lot goes with it, held longer first; then what took over
    a loss, and what is against a short sale, or of a short what identical shares are against.
    """
    lots = state.lots
    root = lots["root"][numbers]
    if (root == numbers).all():
        return numbers
    flags = (lots["old"][numbers] == 0, lots["against"][numbers] == 0, lots["replaces"][numbers])
    keys = (numbers, *flags, lots["holding_from"][numbers], root)
    ranks = np.empty_like(numbers)
    ranks[np.lexsort(keys)] = np.arange(len(numbers), dtype=np.int64)
    return ranks
