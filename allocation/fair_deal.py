"""Whole fills to accounts so that all have nearly the same average price.

The least possible largest deviation is NP-hard to find (two accounts of n contracts and 2n
different fills are the partition problem). So: a start near proportion, swaps between the
account that is worst off and any other while the worst of the two improves, and the same again
from several disturbed starts. All in integers; the same input and seed give the same deal.
"""

from dataclasses import dataclass

import numpy as np

from allocation.each_price import Matrix, check_deal, check_margins, in_line
from allocation.exact import Int64, Ties
from allocation.ragged import offsets_of
from allocation.rounding import webster
from allocation.ties import mix

_STARTS = 60
_ASKED = 1 << 16  # accounts times pairs of prices looked at for one swap
_SMALL = 4096  # accounts times pairs of prices up to which several starts are worth their time


def fair_deal(quantities: Int64, fills: Int64, prices: Int64, ties: Ties) -> Matrix:
    """Deal ``fills`` at ``prices`` so that the largest deviation from the average is small.

    Args:
        quantities: int64 (n_accounts,), >= 1.
        fills: int64 (n_fills,), >= 1, with the same sum.
        prices: int64 (n_fills,).
        ties: int64 or uint64 (n_accounts,), distinct: which of equal accounts is served first.

    Raises:
        NegativeQuantityError, MarginsError, ColumnsError, AmountOverflowError.
    """
    check_deal(quantities, fills, prices)
    if not len(fills):
        return np.zeros((0, 0), np.int64)
    order = np.argsort(ties, kind="stable")  # the place in the list decides nothing
    quantities = quantities[order]
    levels, level = np.unique(prices - prices.min(), return_inverse=True)
    at_level = np.zeros(len(levels), np.int64)
    np.add.at(at_level, level, fills)
    search = _Search(quantities, levels, int((at_level * levels).sum()))
    best = _improved(search, _proportional(quantities, at_level))
    small = len(quantities) * len(levels) ** 2 <= _SMALL
    for start in range(_STARTS if small else 0):
        if not search.worst(best):
            break
        other = _improved(search, _disturbed(best, start))
        if search.ranking(other) < search.ranking(best):
            best = other
    result = np.empty((len(quantities), len(fills)), np.int64)
    result[order] = _by_fill(best, fills, level)
    return result


def in_proportion(quantities: Int64, fills: Int64, ties: Ties) -> Matrix:
    """Deal each of ``fills`` as near in proportion as whole units allow, without a search.

    For blocks that are too large for :func:`fair_deal`; its arguments.

    Raises:
        NegativeQuantityError, MarginsError, ColumnsError, AmountOverflowError.
    """
    check_margins(quantities, fills)
    if not len(fills):
        return np.zeros((0, 0), np.int64)
    order = np.argsort(ties, kind="stable")
    result = np.empty((len(quantities), len(fills)), np.int64)
    result[order] = _proportional(quantities[order], fills)
    return result


def _by_fill(deal: Matrix, fills: Int64, level: Int64) -> Matrix:
    """Deal the fills of each price to those who get that price."""
    result = np.zeros((len(deal), len(fills)), np.int64)
    for price in range(deal.shape[1]):
        rows, columns = np.flatnonzero(deal[:, price]), np.flatnonzero(level == price)
        part = in_line(deal[rows, price], fills[columns], rows, columns)
        result[np.ix_(rows, columns)] = part
    return result


@dataclass(frozen=True, slots=True)
class _Search:
    """Accounts, prices from 0 up, and the block's cost."""

    quantities: Int64
    prices: Int64
    cost: int

    def excess(self, deal: Matrix) -> Int64:
        """Cost above the average's, times the block's quantity."""
        total = int(self.quantities.sum())
        result: Int64 = (deal * self.prices).sum(axis=1) * total - self.quantities * self.cost
        return result

    def apart(self, excess: Int64, quantities: Int64) -> Int64:
        """Size of a deviation in the finest unit that int64 has room for."""
        shift = max(0, 61 - (int(self.prices[-1]) * int(self.quantities.sum()) ** 2).bit_length())
        result: Int64 = (np.abs(excess) << shift) // quantities
        return result

    def ranking(self, deal: Matrix) -> list[int]:
        """Deviations, the largest first: the less the better."""
        return sorted(self.apart(self.excess(deal), self.quantities).tolist(), reverse=True)

    def worst(self, deal: Matrix) -> int:
        """The largest deviation."""
        return self.ranking(deal)[0]


def _proportional(quantities: Int64, fills: Int64) -> Matrix:
    """Near proportion: what each account gains as the block fills price by price."""
    steps = offsets_of(fills)[1:]
    n, m = len(quantities), len(fills)
    every = np.tile(np.arange(n), m)
    offsets = np.arange(0, n * m + 1, n, dtype=np.int64)
    held = webster(quantities[every], steps, offsets, every).reshape(m, n)
    return np.diff(held, axis=0, prepend=np.zeros((1, n), np.int64)).T.copy()


def _improved(search: _Search, deal: Matrix) -> Matrix:
    """Swap until the accounts that are worst off find no partner."""
    deal = deal.copy()
    excess = search.excess(deal)
    while True:
        apart = search.apart(excess, search.quantities)
        # Equally bad ones are tried in turn: one may be stuck where another is not.
        for account in _unlike(search, deal, np.flatnonzero(apart == apart.max())):
            if apart[account] and _swap(search, deal, excess, account):
                break
        else:
            return deal


def _unlike(search: _Search, deal: Matrix, accounts: Int64) -> list[int]:
    """One of those that have the same quantity at the same prices: what one cannot, none can."""
    if len(accounts) > 1:
        alike = np.column_stack((search.quantities[accounts], deal[accounts]))
        _, first = np.unique(alike, axis=0, return_index=True)
        accounts = accounts[np.sort(first)]
    return list(map(int, accounts))


def _swap(search: _Search, deal: Matrix, excess: Int64, worst: int) -> bool:
    """Make the one swap that helps ``worst`` most; False where none leaves both better than it was."""
    prices, quantities = search.prices, search.quantities
    total, sign = int(quantities.sum()), 1 if excess[worst] > 0 else -1
    others = _partners(excess * sign, worst, len(prices) ** 2)
    held = np.flatnonzero(deal[worst])
    offered = np.flatnonzero(deal[others].any(axis=0))
    # (given, got): what a unit saves the worst, of the prices that either has
    gap = (prices[held][:, np.newaxis] - prices[offered]) * sign
    most = np.minimum(
        deal[worst][held][:, np.newaxis], deal[np.ix_(others, offered)][:, np.newaxis]
    )
    most = np.where(gap > 0, most, 0)
    partner, given, got = np.nonzero(most)
    if not len(partner):
        return False
    step, most_ = gap[given, got] * total, most[partner, given, got]
    given, got = held[given], offered[got]
    partner = others[partner]
    own, theirs = int(quantities[worst]), quantities[partner]
    # Both are equally far off where (own excess - u*step)/own = (their excess + u*step)/theirs.
    level = (sign * excess[worst] * theirs - sign * excess[partner] * own) // (own + theirs)
    units = np.clip(level // step, 1, most_)
    tries = np.stack((units, np.minimum(units + 1, most_))) * step
    after = np.maximum(
        search.apart(sign * excess[worst] - tries, quantities[worst]),
        search.apart(sign * excess[partner] + tries, theirs),
    )
    which, best = np.unravel_index(int(np.argmin(after)), after.shape)
    if after[which, best] >= search.apart(excess[worst], quantities[worst]):
        return False
    other, moved = partner[best], tries[which, best] // step[best]
    for account, way in ((worst, -1), (other, 1)):
        deal[account, given[best]] += way * moved
        deal[account, got[best]] -= way * moved
        excess[account] += way * sign * tries[which, best]
    return True


def _partners(excess: Int64, worst: int, pairs: int) -> Int64:
    """Who is asked to swap: everybody, or of very many those furthest on the other side."""
    least_first = np.argsort(excess, kind="stable")
    others: Int64 = least_first[least_first != worst][: max(_ASKED // pairs, 16)]
    return others


def _disturbed(deal: Matrix, start: int) -> Matrix:
    """The same margins, after a few exchanges drawn by ``start``."""
    deal, (n, m) = deal.copy(), deal.shape
    draws = mix(np.arange(start * 997, start * 997 + 4 * (n + m), dtype=np.uint64)).reshape(-1, 4)
    for row in (draws % np.array([n, n, m, m], np.uint64)).tolist():
        one, other, given, got = row
        if deal[one, given] and deal[other, got]:
            deal[one, [given, got]] += [-1, 1] if given != got else [0, 0]
            deal[other, [given, got]] += [1, -1] if given != got else [0, 0]
    return deal
