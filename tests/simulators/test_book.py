"""The matching book: cases, and what holds for any sequence of orders."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.book import Book, Trade


def test_rests_without_a_counterpart() -> None:
    book = Book()
    assert book.limit("b", True, 100, 500) == []
    assert book.best(True) == 500
    assert book.best(False) is None
    assert book.resting(True) == [("b", 100, 500)]


def test_trades_at_the_resting_price_and_rests_the_remainder() -> None:
    book = Book()
    book.limit("s", False, 100, 500)
    assert book.limit("b", True, 150, 505) == [Trade("s", 100, 500)]
    assert book.resting(True) == [("b", 50, 505)]
    assert book.resting(False) == []


def test_best_price_first_then_oldest() -> None:
    book = Book()
    book.limit("late and cheap", False, 10, 501)
    book.limit("cheapest", False, 10, 500)
    book.limit("later and cheap", False, 10, 501)
    assert [trade.maker for trade in book.match(True, 25)] == [
        "cheapest",
        "late and cheap",
        "later and cheap",
    ]
    assert book.resting(False) == [("later and cheap", 5, 501)]


def test_a_partly_filled_order_keeps_its_place() -> None:
    book = Book()
    book.limit("first", True, 10, 500)
    book.limit("second", True, 10, 500)
    book.match(False, 4)
    assert book.match(False, 8) == [Trade("first", 6, 500), Trade("second", 2, 500)]


def test_a_limit_stops_at_its_price() -> None:
    book = Book()
    book.limit("a", False, 10, 500)
    book.limit("b", False, 10, 501)
    assert book.available(True, 500) == 10
    assert book.available(True) == 20
    assert book.match(True, 20, 500) == [Trade("a", 10, 500)]


def test_cancel_takes_the_rest_away_once() -> None:
    book = Book()
    book.limit("a", False, 10, 500)
    book.match(True, 4)
    assert book.cancel("a") == 6
    assert book.cancel("a") == 0
    assert book.best(False) is None


@pytest.mark.parametrize(("qty", "px"), [(0, 500), (-1, 500), (10, 0)])
def test_refuses_what_is_no_order(qty: int, px: int) -> None:
    with pytest.raises(ValueError, match="not positive"):
        Book().limit("a", True, qty, px)


def test_refuses_an_id_that_rests() -> None:
    book = Book()
    book.limit("a", True, 10, 500)
    with pytest.raises(ValueError, match="rests already"):
        book.limit("a", True, 10, 500)


@dataclass
class Slow:
    """The rule said plainly: a list of resting orders, searched from the start each time."""

    resting: list[tuple[int, bool, int, int]] = field(default_factory=list)

    def limit(self, order: int, buy: bool, qty: int, px: int) -> list[Trade]:
        trades = []
        while qty:
            others = [
                (other_px if buy else -other_px, i)
                for i, (_, other_buy, _, other_px) in enumerate(self.resting)
                if other_buy != buy and (other_px <= px if buy else other_px >= px)
            ]
            if not others:
                self.resting.append((order, buy, qty, px))
                break
            i = min(others)[1]
            maker, side, open_qty, maker_px = self.resting[i]
            done = min(qty, open_qty)
            trades.append(Trade(maker, done, maker_px))
            qty -= done
            self.resting[i] = (maker, side, open_qty - done, maker_px)
            if open_qty == done:
                del self.resting[i]
        return trades

    def cancel(self, order: int) -> int:
        gone = sum(qty for who, _, qty, _ in self.resting if who == order)
        self.resting = [entry for entry in self.resting if entry[0] != order]
        return gone


orders = st.tuples(st.booleans(), st.integers(1, 50), st.integers(95, 105))
cancels = st.integers(0, 30)


@given(st.lists(orders | cancels, max_size=40))
def test_like_the_plain_rule_and_no_share_is_lost(acts: list[tuple[bool, int, int] | int]) -> None:
    book, slow = Book(), Slow()
    put_in = taken_out = 0
    for number, act in enumerate(acts):
        if isinstance(act, int):
            cancelled = book.cancel(act)
            assert cancelled == slow.cancel(act)
            taken_out += cancelled
            continue
        buy, qty, px = act
        trades = book.limit(number, buy, qty, px)
        assert trades == slow.limit(number, buy, qty, px)
        put_in += qty
        taken_out += 2 * sum(trade.qty for trade in trades)
    left = book.resting(True) + book.resting(False)
    assert put_in == taken_out + sum(qty for _, qty, _ in left)
    assert book.available(False) == sum(qty for _, qty, _ in book.resting(True))
    bid, offer = book.best(True), book.best(False)
    assert bid is None or offer is None or bid < offer
