"""One instrument's SIMULATED market at one broker: invented and clients' orders in one book.

The market moves when it is told to (``step``), not by a clock, so the same orders in the same
sequence meet the same prices. Fills of resting client orders and triggered stops wait in lists
until the caller collects them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from simulators.book import Book, Trade
from simulators.prices import Quotes

# A new set of quotes after so many client orders, and whenever less than a good block is left on a
# side.
ORDERS_PER_STEP = 10
THIN = 60_000
MOST_ROUNDS = 500


class Piece(NamedTuple):
    """A quantity in shares at a price in ticks."""

    qty: int
    px: int


class Stop(NamedTuple):
    """A stop waiting for its price in ticks."""

    buy: bool
    px: int


class Venue:
    """Quotes, book and last price of one instrument."""

    def __init__(self, quotes: Iterator[Quotes]) -> None:
        self._quotes = quotes
        self._book = Book()
        self._simulated: list[int] = []
        self._number = 0
        self._steps = 0
        self._orders = 0
        self._stops: dict[str, Stop] = {}
        self._passive: list[Trade] = []
        self._triggered: list[str] = []
        self.last = 0
        self.step()

    def step(self) -> None:
        """Replace the simulated liquidity by the next quotes and let the simulated volume trade."""
        quotes = next(self._quotes)
        for old in self._simulated:
            self._book.cancel(old)
        self._simulated.clear()
        # Both sides are quoted around one price, so a quote can only cross a client's order, which
        # it then fills.
        for px, qty in quotes.bids:
            self._quote(True, qty, px)
        for px, qty in quotes.asks:
            self._quote(False, qty, px)
        # A little of the step's volume arrives at the market, so that clients who wait at the best
        # price get some.
        self._steps += 1
        self._record(self._book.match(self._steps % 2 == 0, quotes.volume // 20))

    def arrive(self) -> None:
        """Count a client's order; the market moves on after every few of them."""
        self._orders += 1
        if (
            self._orders % ORDERS_PER_STEP == 0
            or min(map(self._book.available, (True, False))) < THIN
        ):
            self.step()

    def take(self, buy: bool, qty: int, px: int | None) -> list[Piece]:
        """Trade at once up to ``px``. A market order (None) waits for fresh quotes until it is
        filled.
        """
        trades = self._book.match(buy, qty, px)
        left = qty - sum(trade.qty for trade in trades)
        for _ in range(MOST_ROUNDS if px is None else 0):
            if not left:
                break
            self.step()
            more = self._book.match(buy, left, None)
            left -= sum(trade.qty for trade in more)
            trades += more
        self._record(trades)
        return _by_price(trades)

    def take_all(self, buy: bool, qty: int, px: int | None) -> list[Piece]:
        """Trade the whole quantity at once or nothing (fill or kill)."""
        return self.take(buy, qty, px) if self._book.available(buy, px) >= qty else []

    def rest(self, order: str, buy: bool, qty: int, px: int) -> None:
        """Let an order wait in the book; the caller has taken what was marketable."""
        self._record(self._book.limit(order, buy, qty, px))

    def park(self, order: str, buy: bool, px: int) -> bool:
        """Keep a stop until the last price reaches ``px``; False when it is reached already."""
        if _reached(Stop(buy, px), self.last):
            return False
        self._stops[order] = Stop(buy, px)
        return True

    def remove(self, order: str) -> None:
        """Take an order or a stop away, if it is there."""
        self._book.cancel(order)
        self._stops.pop(order, None)

    def collect(self) -> tuple[list[Trade], list[str]]:
        """Fills of resting client orders and triggered stops since the last call, oldest first."""
        passive, triggered = self._passive, self._triggered
        if passive or triggered:
            self._passive, self._triggered = [], []
        return passive, triggered

    def best(self, buy: bool) -> int | None:
        """The best bid (True) or offer in ticks."""
        return self._book.best(buy)

    def _quote(self, buy: bool, qty: int, px: int) -> None:
        self._number += 1
        self._record(self._book.limit(self._number, buy, qty, px))
        self._simulated.append(self._number)

    def _record(self, trades: list[Trade]) -> None:
        if not trades:
            return
        self._passive.extend(trade for trade in trades if isinstance(trade.maker, str))
        self.last = trades[-1].px
        if self._stops:
            reached = [order for order, stop in self._stops.items() if _reached(stop, self.last)]
            for order in reached:
                del self._stops[order]
            self._triggered += reached


def _reached(stop: Stop, last: int) -> bool:
    return last >= stop.px if stop.buy else last <= stop.px


def _by_price(trades: list[Trade]) -> list[Piece]:
    """The trades of a taker, one piece a price level, in the order of trading."""
    pieces: list[Piece] = []
    for trade in trades:
        if pieces and pieces[-1].px == trade.px:
            pieces[-1] = Piece(pieces[-1].qty + trade.qty, trade.px)
        else:
            pieces.append(Piece(trade.qty, trade.px))
    return pieces
