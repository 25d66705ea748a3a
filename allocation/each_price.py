"""Each price as it was traded: fills dealt out whole, for futures and markets without averages.

A deal is an int64 matrix, a row an account and a column a fill; row sums are the accounts'
quantities, column sums the fills'. Prices are int64 at any one scale.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from allocation.errors import AmountOverflowError, MarginsError, NegativeQuantityError
from allocation.exact import LIMIT, Int64, Ties, indices
from allocation.ragged import check_bound, check_int64

Matrix = npt.NDArray[np.int64]


def check_margins(quantities: Int64, fills: Int64) -> None:
    """Refuse what no matrix can have as row and column sums.

    Raises:
        NegativeQuantityError, MarginsError, AmountOverflowError.
    """
    check_int64(len(quantities), quantities=quantities)
    check_int64(len(fills), fills=fills)
    for name, column in (("an account's", quantities), ("a fill's", fills)):
        if (column < 1).any():
            at_fault = indices(column < 1)
            raise NegativeQuantityError(f"{name} quantity is below 1", accounts=at_fault)
    rows, columns = sum(quantities.tolist()), sum(fills.tolist())
    if rows != columns:
        raise MarginsError(f"fills total {columns}, accounts total {rows}")
    if rows >= LIMIT:
        raise AmountOverflowError("a sum of quantities exceeds 2**62")


def in_line(quantities: Int64, fills: Int64, accounts: Ties, prices: Int64) -> Matrix:
    """Deal the fills in ascending ``prices`` to the accounts in ascending order of ``accounts``."""
    check_margins(quantities, fills)
    rows, columns = np.argsort(accounts, kind="stable"), np.argsort(prices, kind="stable")
    upper = np.cumsum(quantities[rows])[:, np.newaxis], np.cumsum(fills[columns])
    lower = upper[0] - quantities[rows][:, np.newaxis], upper[1] - fills[columns]
    deal = np.empty((len(rows), len(columns)), np.int64)
    deal[np.ix_(rows, columns)] = np.maximum(np.minimum(*upper) - np.maximum(*lower), 0)
    return deal


def high_to_low(quantities: Int64, fills: Int64, prices: Int64, numbers: Int64) -> Matrix:
    """Highest price to the highest account number, on both sides.

    What it costs an account on buys it gains on sales; a programme of one side is not treated
    fairly. Source: methods of split fills accepted by the NFA.
    """
    check_bound(prices=prices)
    return in_line(quantities, fills, -numbers, -prices)


def rotation(
    quantities: Int64, fills: Int64, prices: Int64, side: int, numbers: Int64, pointer: int
) -> Matrix:
    """Best price to the account whose turn it is: that with number ``pointer``, or the next above.

    ``side`` 1 for a buy (the lowest price is best) or -1. :func:`next_number` is stored for the
    next cycle. Source: rotation as accepted by the CFTC and the NFA.
    """
    check_bound(prices=prices)
    turn = np.lexsort((numbers, numbers < pointer))
    places = np.empty_like(numbers)
    places[turn] = np.arange(len(numbers))
    return in_line(quantities, fills, places, prices * side)


def next_number(numbers: Int64, pointer: int) -> int:
    """Number of the account after the one whose turn it was; that one goes to the end."""
    turn = np.lexsort((numbers, numbers < pointer))
    return int(numbers[turn[1 % len(turn)]])


@dataclass(frozen=True, slots=True)
class PooledPrice:
    """One price for all on the exchange's grid, and what is owed besides.

    ``average`` exact, in units of the prices; ``rounded`` on a tick, a half up; ``residual`` exact,
    (average - rounded) * quantity * value factor: what the rounded price leaves to pay (buys) or
    to receive (sales), a cash item to be divided by largest remainder.
    """

    average: Fraction
    rounded: int
    residual: Fraction


def pooled_price(fills: Int64, prices: Int64, tick: int, factor: Fraction) -> PooledPrice:
    """Average price as the exchange's system books it (CME Rule 553).

    ``tick`` in units of the prices, ``factor`` money per unit of price and contract.
    """
    check_int64(len(fills), prices=prices)
    quantity = sum(fills.tolist())
    if quantity < 1 or tick < 1:
        raise NegativeQuantityError(f"no average of {quantity} units on a tick of {tick}")
    notional = sum(q * p for q, p in zip(fills.tolist(), prices.tolist(), strict=True))
    average = Fraction(notional, quantity)
    rounded = (average / tick + Fraction(1, 2)).__floor__() * tick
    return PooledPrice(average, rounded, (average - rounded) * quantity * factor)


def deviations(deal: Matrix, prices: Int64) -> list[Fraction]:
    """How far each account's average price is from the block's; exact, signed."""
    wide = prices.astype(object)  # whatever the prices, the products are exact
    total = Fraction(sum(deal.sum(axis=0) * wide), int(deal.sum()))
    costs = (deal * wide).sum(axis=1).tolist()
    return [
        Fraction(cost, quantity) - total
        for cost, quantity in zip(costs, deal.sum(axis=1).tolist(), strict=True)
    ]


def check_deal(quantities: Int64, fills: Int64, prices: Int64) -> None:
    """Refuse prices that are not one a fill, or costs that leave int64 when searched."""
    check_margins(quantities, fills)
    check_int64(len(fills), prices=prices)
    spread = int(prices.max(initial=0)) - int(prices.min(initial=0))
    total = int(fills.sum())
    if spread * total * max(total, 2) >= LIMIT:
        raise AmountOverflowError("prices times quantities squared exceed 2**62")
