"""A price-time matching book for one instrument: prices in ticks, quantities in shares.

An incoming order trades with the best price of the other side first, and within a price with the
order that came first, always at the resting order's price. The book knows no brokers, no clock and
no messages.
"""

from bisect import bisect_left, insort
from typing import NamedTuple

OrderKey = str | int


class Trade(NamedTuple):
    """One match: the resting order, the shares and the price in ticks."""

    maker: OrderKey
    qty: int
    px: int


class _Ladder:
    """One side: price levels from best to worst, each a first-in first-out queue of order -> open
    shares.
    """

    __slots__ = ("keys", "levels", "sign", "total")

    def __init__(self, sign: int) -> None:
        # Keys are sign × price, so that the smallest key is the best price on both sides.
        self.sign = sign
        self.keys: list[int] = []
        self.levels: dict[int, dict[OrderKey, int]] = {}
        self.total = 0

    def add(self, order: OrderKey, qty: int, px: int) -> None:
        key = self.sign * px
        level = self.levels.get(key)
        if level is None:
            level = self.levels[key] = {}
            insort(self.keys, key)
        level[order] = qty
        self.total += qty

    def remove(self, order: OrderKey, px: int) -> int:
        key = self.sign * px
        level = self.levels[key]
        qty = level.pop(order)
        self.total -= qty
        if not level:
            del self.levels[key]
            del self.keys[bisect_left(self.keys, key)]
        return qty


class Book:
    """Resting orders of one instrument, identified by any unique string or number."""

    def __init__(self) -> None:
        self._bids = _Ladder(-1)
        self._asks = _Ladder(1)
        self._where: dict[OrderKey, tuple[_Ladder, int]] = {}

    def limit(self, order: OrderKey, buy: bool, qty: int, px: int) -> list[Trade]:
        """Match up to ``px`` and rest what is left. Raises ValueError for an id that rests already
        or qty, px <= 0.
        """
        if order in self._where or qty <= 0 or px <= 0:
            raise ValueError(
                f"order {order!r}: rests already, or qty {qty} or px {px} is not positive"
            )
        trades = self.match(buy, qty, px)
        left = qty - sum(trade.qty for trade in trades)
        if left:
            side = self._bids if buy else self._asks
            side.add(order, left, px)
            self._where[order] = (side, px)
        return trades

    def match(self, buy: bool, qty: int, px: int | None = None) -> list[Trade]:
        """Trade up to ``px`` (None: any price); what is left does not rest."""
        other = self._asks if buy else self._bids
        worst = None if px is None else other.sign * px
        trades: list[Trade] = []
        while qty and other.keys and (worst is None or other.keys[0] <= worst):
            qty = self._sweep(other, qty, trades)
        return trades

    def _sweep(self, side: _Ladder, qty: int, trades: list[Trade]) -> int:
        """Trade with the best level, appending to ``trades``; the quantity still open."""
        key = side.keys[0]
        level = side.levels[key]
        px = side.sign * key
        before = qty
        while qty and level:
            maker = next(iter(level))
            done = min(qty, level[maker])
            trades.append(Trade(maker, done, px))
            qty -= done
            if done == level[maker]:
                del level[maker], self._where[maker]
            else:
                level[maker] -= done
        side.total -= before - qty
        if not level:
            del side.levels[key], side.keys[0]
        return qty

    def cancel(self, order: OrderKey) -> int:
        """Take a resting order away; the shares it still had, 0 if it does not rest."""
        found = self._where.pop(order, None)
        return found[0].remove(order, found[1]) if found else 0

    def available(self, buy: bool, px: int | None = None) -> int:
        """Shares an order on side ``buy`` could trade up to ``px`` (None: any price)."""
        other = self._asks if buy else self._bids
        if px is None:
            return other.total
        return sum(sum(other.levels[key].values()) for key in other.keys if key <= other.sign * px)

    def best(self, buy: bool) -> int | None:
        """The best resting price of a side in ticks, None if the side is empty."""
        side = self._bids if buy else self._asks
        return side.sign * side.keys[0] if side.keys else None

    def resting(self, buy: bool) -> list[tuple[OrderKey, int, int]]:
        """(order, shares, ticks) of a side, best price first and oldest first."""
        side = self._bids if buy else self._asks
        return [
            (order, qty, side.sign * key)
            for key in side.keys
            for order, qty in side.levels[key].items()
        ]
