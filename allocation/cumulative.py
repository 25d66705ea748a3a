"""Cumulative rounding: a lottery that is exact on average, within the quota, and never takes back.

It lays out the whole block at once, unit by unit and account by account: it is for lots and
contracts, and for weights whose sum (divided by what they have in common) is
some hundreds: 20 accounts with 800 contracts take a second or two.

Source: P. Gölz, D. Peters, A. D. Procaccia, In this apportionment lottery, the house always wins,
2022 (arXiv 2202.11061); R. Gandhi et al., Dependent rounding in bipartite graphs, 2006.
"""

from functools import lru_cache
from itertools import pairwise
from math import gcd

import numpy as np

from allocation.checks import check_split
from allocation.errors import AmountOverflowError
from allocation.exact import Int64, Ties

#: Units of the block, and units times accounts, that are laid out at most: more than a second or two.
#: Where one account has next to nothing of the block, the time goes by the square of its units.
UNITS, MOST = 2**10, 2**14
_MASK = 2**64 - 1

Edge = tuple[int, int]


def cumulative(weights: Int64, totals: Int64, offsets: Int64, ties: Ties) -> Int64:
    """Split by cumulative rounding; arguments, result and errors as :mod:`allocation.rounding`.

    Which split it is, is drawn by the ``ties``. Over all draws an account gets on average its exact
    quota, whatever the total; in one draw it gets the floor or the ceiling of its quota, and more
    units never take one back.

    Raises:
        AmountOverflowError: also where units exceed ``UNITS``, or times accounts ``MOST``.
    """
    check_split(weights, totals, offsets, ties)
    result = np.zeros_like(weights)
    for block, total in enumerate(totals.tolist()):
        start, end = int(offsets[block]), int(offsets[block + 1])
        held = [i for i in range(start, end) if weights[i]]
        held.sort(key=lambda i: int(ties[i]))  # the place in the list decides nothing
        if not total:
            continue
        common = gcd(*(int(weights[i]) for i in held))
        parts = tuple(int(weights[i]) // common for i in held)
        if sum(parts) > min(UNITS, MOST // len(parts)):
            text = (
                f"cumulative rounding lays out {UNITS} units, {MOST} units times accounts at most"
            )
            raise AmountOverflowError(text, blocks=[block])
        rounds, steps = divmod(total, sum(parts))
        served = _drawn(parts, _seed(ties[held]))
        for account, i in enumerate(held):
            last = sum(1 for step in served[account] if step <= steps)
            result[i] = rounds * parts[account] + last
    return result


def _mixed(value: int) -> int:
    """As :func:`allocation.ties.mix`, for one number."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def _other(nodes: dict[int, None], but: int) -> int:
    """Find the first node that is not the one we come from."""
    return next(node for node in nodes if node != but)


def _seed(ties: Ties) -> int:
    """One number from the ties of a block, in any order."""
    whole = np.bitwise_xor.reduce(ties.astype(np.uint64))
    return _mixed(int(whole))


@lru_cache(maxsize=32)
def _drawn(parts: tuple[int, ...], seed: int) -> tuple[tuple[int, ...], ...]:
    """At which units each account is served, until everybody has its weight."""
    lottery = _Lottery(parts, seed)
    for unit in range(1, lottery.size + 1):
        while lottery.open_seats[unit]:
            lottery.shift(lottery.cycle(unit))
    return tuple(tuple(sorted(lottery.unit_of[seat] for seat in seats)) for seats in lottery.seats)


class _Lottery:
    """Units and seats, and how much of each seat is still open to each unit, in parts of ``size``.

    Seat k of an account is its k-th unit; it is open from when its quota passes k - 1 until it
    reaches k. Units and seats add up to ``size``, so that whatever is shifted around a cycle, each
    unit ends up on one seat.
    """

    def __init__(self, parts: tuple[int, ...], seed: int) -> None:
        self.size, self.seed, self.drawn = sum(parts), seed, 0
        self.share: dict[Edge, int] = {}
        self.open_seats: dict[int, dict[int, None]] = {u: {} for u in range(1, self.size + 1)}
        self.open_units: list[dict[int, None]] = []
        self.unit_of: dict[int, int] = {}
        self.seats = [[self._seat(part, k) for k in range(part)] for part in parts]

    def _seat(self, part: int, before: int) -> int:
        """Lay out one seat over the units of its time."""
        seat, size = len(self.open_units), self.size
        self.open_units.append({})
        for unit in range(before * size // part + 1, -(-(before + 1) * size // part) + 1):
            least, most = (
                max(before * size, part * (unit - 1)),
                min((before + 1) * size, part * unit),
            )
            self.share[unit, seat] = most - least
            self.open_units[seat][unit] = self.open_seats[unit][seat] = None
            self._close(unit, seat)
        return seat

    def _close(self, unit: int, seat: int) -> None:
        """Forget an edge that is decided."""
        share = self.share[unit, seat]
        if 0 < share < self.size:
            return
        if share:
            self.unit_of[seat] = unit
        del self.open_units[seat][unit], self.open_seats[unit][seat], self.share[unit, seat]

    def cycle(self, first: int) -> list[Edge]:
        """Edges of a cycle of open units and seats: each has a second edge to leave by."""
        path, place = [first], {first: 0}  # units, and seats as negative numbers, in turn
        before = 0
        while True:
            last = path[-1]
            if last < 0:
                node = _other(self.open_units[-1 - last], before)
            else:
                node = -1 - _other(self.open_seats[last], -1 - before)
            if node in place:
                ring = [*path[place[node] :], node]
                return [(max(pair), -1 - min(pair)) for pair in pairwise(ring)]
            before, place[node] = last, len(path)
            path.append(node)

    def shift(self, cycle: list[Edge]) -> None:
        """Draw which way round the cycle shares move, as far as they can, fair on average."""
        up, down = cycle[::2], cycle[1::2]
        give = min(*(self.size - self.share[e] for e in up), *(self.share[e] for e in down))
        take = min(*(self.share[e] for e in up), *(self.size - self.share[e] for e in down))
        self.drawn += 1
        moved = give if _mixed(self.seed ^ self.drawn) % (give + take) < take else -take
        for edges, sign in ((up, 1), (down, -1)):
            for edge in edges:
                self.share[edge] += sign * moved
                self._close(*edge)
