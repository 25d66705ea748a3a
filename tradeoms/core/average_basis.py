"""Average basis of fund shares: one average for an account's open lots, dates as they are (1.1012-1(e)).

Before a sale takes lots first in first out, each open one is given its part of what all of them
cost: the parts add up to the cent. Lots of a gift that was worth less than it had cost stay out,
since their basis is two numbers.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import accumulate

import numpy as np

from allocation.exact import Mask
from allocation.lots import Lots
from tradeoms.core.effects import Held, by_account, held
from tradeoms.core.matching import between
from tradeoms.core.ranking import ranks
from tradeoms.core.relieving import AVERAGE, Names
from tradeoms.model.columns import Int64s
from tradeoms.model.state import State

#: What an average changes of a lot.
CHANGED = ("size", "basis", "added")
Averaged = dict[str, tuple[int, ...]]


def averaged(state: State, accounts: Int64s, methods: Names | None, numbers: Int64s) -> Averaged:
    """What becomes of the open lots `numbers` of the accounts whose method it is; empty where nothing.

    `lots` by number, then the columns of CHANGED as they will be and, as `old_`, as they are.
    """
    if methods is None or not (methods == AVERAGE).any():
        return {}
    pooled = _pooled(state, np.unique(accounts[methods == AVERAGE]), numbers)
    rows = [row for pool in by_account(held(state, pooled)) for row in _shared(state, pool)]
    if not rows:
        return {}
    names = ("lots", *CHANGED)
    found = dict(zip(names, zip(*rows, strict=True), strict=True))
    lots = np.array(found["lots"], np.int64)
    return found | {f"old_{name}": tuple(state.lots[name][lots].tolist()) for name in CHANGED}


def averaged_of(state: State, account: int, numbers: Int64s) -> Averaged:
    """The same of one account that averages."""
    return averaged(state, np.array([account], np.int64), np.array([AVERAGE]), numbers)


def _pooled(state: State, accounts: Int64s, numbers: Int64s) -> Int64s:
    """Lots that are averaged, by account, the oldest first."""
    lots = state.lots
    mine: Mask = np.isin(lots["account"][numbers], accounts) & (lots["markdown"][numbers] == 0)
    own = numbers[mine]
    return own[np.lexsort((ranks(state, own), lots["acquired"][own], lots["account"][own]))]


def _shared(state: State, pool: Sequence[Held]) -> list[tuple[int, ...]]:
    """Lot, units, basis and what wash sales added, of each lot of an account."""
    own = [one.lot for one in pool]
    if is_even(*(state.lots[name][own].tolist() for name in ("size", "basis"))):
        return []
    units = [one.units for one in pool]
    money = (evened(units, sum(getattr(one, name) for one in pool)) for name in ("basis", "added"))
    return [*zip(own, units, *money, strict=True)]


def evened(units: Sequence[int], cents: int) -> list[int]:
    """Cents along lots by their units: the parts add up."""
    ends = [*accumulate(units)]
    starts = (end - own for end, own in zip(ends, units, strict=True))
    return [between(cents, start, end, ends[-1]) for start, end in zip(starts, ends, strict=True)]


def is_even(sizes: Sequence[int], basis: Sequence[int]) -> bool:
    """Whether the lots are parts of one average to the cent already.

    They are left then, as the rest of a lot is: many small sales do not drift by a half cent each.
    """
    low, high, units, cents = Fraction(-(2**63)), Fraction(2**63), 0, 0
    for size, cost in zip(sizes, basis, strict=True):
        units, cents = units + size, cents + cost
        low, high = max(low, Fraction(cents - 1, units)), min(high, Fraction(cents + 1, units))
    return low < high


def open_columns(state: State, numbers: Int64s, pair: Int64s, averages: Iterable[Averaged]) -> Lots:
    """The lots `numbers`, ascending, as a sale finds them: averaged where they are."""
    columns = {name: state.lots[name][numbers] for name in ("size", "basis")}
    for found in filter(None, averages):
        changed = np.searchsorted(numbers, found["lots"])
        for name, column in columns.items():
            column[changed] = found[name]
    return Lots(
        pair=pair,
        acquired=state.lots["acquired"][numbers],
        sequence=ranks(state, numbers),
        remaining=state.lots["remaining"][numbers],
        **columns,
    )


def set_average(state: State, found: Averaged, prefix: str = "") -> None:
    """Give the lots what was found, or with `old_` what they had."""
    if found:
        lots = np.array(found["lots"], np.int64)
        for name in CHANGED:
            state.lots[name][lots] = np.array(found[prefix + name], np.int64)
