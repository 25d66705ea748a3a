"""A block of 5,000 accounts from fills to wash sales, with exact totals."""

import time
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest

from allocation.booking import play
from allocation.exact import Int64
from allocation.lot_events import Buy, Event, Sell
from allocation.lots import Lots
from allocation.policy import Policy
from allocation.prices import SELL, block_gross, split_cash
from allocation.rounding import largest_remainder
from allocation.statements import open_lots
from allocation.trades import Trades, book_trades
from allocation.wash import realized

ACCOUNTS, GROUPS, FILLS = 5_000, 50, 300
TRADED = date(2024, 6, 3)
EPOCH = date(1970, 1, 1)
OLD, YOUNG, LATE = timedelta(days=-400), timedelta(days=-10), timedelta(days=20)
COMMISSION = 123_456  # cents
WASH = Policy(wash=True)


@dataclass(frozen=True)
class Block:
    """A sale: what each account was to sell, what it sold and got."""

    ordered: Int64
    sold: Int64
    net: Int64
    broker: int


def fills(ordered: Int64) -> tuple[Int64, Int64]:
    """300 fills that add up to the order, prices in cents between 40 and 42."""
    total, numbers = int(ordered.sum()), np.arange(FILLS, dtype=np.int64)
    quantity = np.full(FILLS, total // FILLS, np.int64)
    quantity[0] += total - int(quantity.sum())
    return quantity, 4_000 + numbers * 37 % 200


def allocate(ordered: Int64, quantity: Int64, price: Int64) -> Block:
    """Pro rata by largest remainder, average price, cents adding up to the broker's."""
    one, ties = np.array([0, ACCOUNTS], np.int64), np.arange(ACCOUNTS, dtype=np.int64)
    filled = np.array([quantity.sum()], np.int64)
    sold = largest_remainder(ordered, filled, one, ties)
    gross = block_gross(quantity, price, np.array([0, len(price)], np.int64), scale=2)
    side, commission = np.array([SELL], np.int64), np.array([COMMISSION], np.int64)
    cash = split_cash(sold, gross, commission, side, one, ties)
    return Block(ordered, sold, cash.net, int(gross[0]) - COMMISSION)


def history(block: Block, group: int) -> list[Event]:
    """What the accounts of a group did: old dear lots, some young ones, the sale, some bought again."""
    events: list[Event] = []
    for n in range(group, ACCOUNTS, GROUPS):
        common = {"account": f"ACC{n:04}", "symbol": "X"}
        ordered = int(block.ordered[n])
        events.append(
            Buy(date=TRADED + OLD, lot="old", quantity=ordered, amount=5_000 * ordered, **common)
        )
        if n % 3 == 0:
            events.append(
                Buy(date=TRADED + YOUNG, lot="young", quantity=40, amount=4_100 * 40, **common)
            )
        events.append(
            Sell(date=TRADED, quantity=int(block.sold[n]), amount=int(block.net[n]), **common)
        )
        if n % 4 == 0:
            events.append(
                Buy(date=TRADED + LATE, lot="late", quantity=25, amount=4_200 * 25, **common)
            )
    return events


def columns(block: Block) -> Trades:
    """Old lots and the sale, for the mass path."""
    pair, ones = np.arange(ACCOUNTS, dtype=np.int64), np.ones(ACCOUNTS, np.int64)
    day = (TRADED - EPOCH).days
    return Trades(
        pair=np.concatenate((pair, pair)),
        side=np.concatenate((ones, -ones)),
        date=np.concatenate((ones * (day - 400), ones * day)),
        quantity=np.concatenate((block.ordered, block.sold)),
        amount=np.concatenate((5_000 * block.ordered, block.net)),
    )


def check_group(events: list[Event], group: int) -> tuple[Fraction, Fraction, Fraction]:
    """Book a group; what it sold for, what is recognized and what is deferred."""
    book = play(events, "FIFO", WASH)
    rows, lots = realized(book), open_lots(book)
    bought = sum(Fraction(e.amount) for e in events if isinstance(e, Buy))
    sold = sum(Fraction(e.amount) for e in events if isinstance(e, Sell))
    recognized = sum((row.recognized for row in rows), Fraction(0))
    disallowed = sum((row.disallowed for row in rows), Fraction(0))
    assert recognized == sold - bought + sum((lot.basis for lot in lots), Fraction(0))  # W18
    # Every share sold lost money; every young or late share replaced one, across accounts.
    numbers = range(group, ACCOUNTS, GROUPS)
    replacing = 40 * sum(n % 3 == 0 for n in numbers) + 25 * sum(n % 4 == 0 for n in numbers)
    first = sorted(rows, key=lambda row: row.event)
    left, expected = Fraction(replacing), Fraction(0)
    for row in first:  # in order of sale, each at its own loss a share
        matched = min(left, row.quantity)
        expected -= row.gain / row.quantity * matched
        left -= matched
    assert left == 0
    assert disallowed == expected
    return sold, recognized, disallowed


def test_a_block_of_5000_accounts(capsys: pytest.CaptureFixture[str]) -> None:
    began = time.process_time()
    ordered = 100 + np.arange(ACCOUNTS, dtype=np.int64) * 7919 % 900
    quantity, price = fills(ordered)
    full = allocate(ordered, quantity, price)
    assert full.sold.tolist() == ordered.tolist()
    busted = np.arange(FILLS) != 150
    block = allocate(ordered, quantity[busted], price[busted])
    assert int(block.sold.sum()) == int(ordered.sum()) - int(quantity[150])
    assert int(block.net.sum()) == block.broker
    assert (block.broker, int(block.sold.sum())) == (11_235_042_744, 2_740_734)
    assert (block.sold <= ordered).all()

    totals = [check_group(history(block, group), group) for group in range(GROUPS)]
    sold, recognized, disallowed = (
        sum(column, Fraction(0)) for column in zip(*totals, strict=True)
    )
    assert sold == block.broker
    assert round(disallowed) == 88_207_272
    raw = recognized - disallowed
    assert raw == block.broker - 5_000 * int(block.sold.sum())

    none = np.zeros(0, np.int64)
    mass = book_trades(Lots(none, none, none, none, none, none), columns(block))
    assert int((mass.relief.amount - mass.relief.basis).sum()) == raw
    assert mass.lots.remaining.tolist() == (ordered - block.sold).tolist()

    # The bust is a replay: nothing of the full allocation is left over in what is booked now.
    for group in (0, 7):
        assert play(history(full, group), "FIFO", WASH).gains != []
        again = check_group(history(block, group), group)
        assert again == totals[group]
    seconds = time.process_time() - began
    with capsys.disabled():
        print(
            f"\n{ACCOUNTS:,} accounts, {FILLS} fills, one busted, {GROUPS} taxpayer groups:"
            f" {int(block.sold.sum()):,} shares for {block.broker / 100:,.2f},"
            f" loss {float(-raw) / 100:,.2f} of which {float(disallowed) / 100:,.2f} deferred;"
            f" {seconds:.1f} s"
        )
    assert seconds < 30
