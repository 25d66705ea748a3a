"""From when on lots count as held: gifts that lost (1015), shares that are against a short sale (1233)."""

import numpy as np

from allocation.exact import Mask
from tradeoms.model.columns import Int64s, Table


def counted_from(lots: Table, numbers: Int64s, day: Int64s | int) -> Int64s:
    """Of open long lots: `day` itself where a short sale keeps their holding period from running."""
    return np.where(lots["against"][numbers] > 0, day, lots["holding_from"][numbers])


def held_from(lots: Table, taken: Int64s, gain: Int64s, sold: Int64s) -> Int64s:
    """Of lots that were sold, (n,) each: a gift that lost was held from the day it was given."""
    lost: Mask = (gain < 0) & (lots["markdown"][taken] > 0)
    return np.where(lost, lots["given"][taken], counted_from(lots, taken, sold))


def long_held(lots: Table, taken: Int64s, gain: Int64s, terms: Mask) -> Mask:
    """Which sales are long-term, by the `terms` of the dates: a covered short is only where it lost and
    identical shares had been held for over a year when it was opened (1233(d)).
    """
    return np.where(lots["short"][taken] == 1, (gain < 0) & (lots["old"][taken] == 1), terms)
