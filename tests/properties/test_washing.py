"""Random histories of a taxpayer through the engine, beside the exact book of fractions."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.booking import play
from allocation.lot_events import Buy, Event, Sell
from allocation.policy import Policy
from allocation.statements import open_lots
from allocation.wash import realized
from tests.builders import BROKERS, DAY, Desk, desk
from tests.properties import invariants
from tests.states import same
from tradeoms.core.relieving import STANDING
from tradeoms.model import commands as c
from tradeoms.model.fields import Side, TaxStatus
from tradeoms.model.reference import Account, Broker, IdenticalGroup

ACCOUNTS, INSTRUMENTS = ("A1", "A2", "A3"), ("ACME", "BOLT")
POLICY = Policy(
    wash=True, iras=frozenset({"A3"}), identical=dict.fromkeys(INSTRUMENTS, "same issuer")
)


@dataclass
class Trade:
    """One block of one account; `cents` a share."""

    day: date
    account: str
    instrument: str
    side: Side
    quantity: int
    cents: int
    placement: str = ""
    ExecID: str = ""


@st.composite
def histories(draw: Any) -> list[Trade]:
    """Buys, and sales of what is held, some days apart."""
    day, trades = DAY, list[Trade]()
    held: dict[tuple[str, str], int] = defaultdict(int)
    for _ in range(draw(st.integers(2, 12))):
        day += timedelta(draw(st.sampled_from((0, 0, 1, 7, 15, 30, 31))))
        account, name = draw(st.sampled_from(ACCOUNTS)), draw(st.sampled_from(INSTRUMENTS))
        quantity, cents = draw(st.integers(1, 9)), draw(st.integers(4900, 5100))
        most = held[account, name]
        sells = most > 0 and draw(st.booleans())
        quantity = min(quantity, most) if sells else quantity
        held[account, name] += -quantity if sells else quantity
        side = Side.Sell if sells else Side.Buy
        trades.append(Trade(day, account, name, side, quantity, cents))
    return trades


def house(method: str) -> Desk:
    """Three accounts of one taxpayer, one an IRA; two instruments that are the same; no costs."""
    floor = desk()
    status = {"A3": TaxStatus.IRA}
    rows = [
        Account(a, a, "one", lot_method=method, tax=status.get(a, TaxStatus.Taxable))
        for a in ACCOUNTS
    ]
    floor.done(c.DefineAccounts(tuple(rows)), "ops")
    floor.done(c.DefineBrokers(tuple(Broker(b, b, s) for b, s in BROKERS.items())), "ops")
    floor.done(c.DefineIdentical((IdenticalGroup("g", INSTRUMENTS),)), "compliance")
    return floor


def trade(floor: Desk, one: Trade) -> None:
    if floor.state.business_date != one.day:
        floor.done(c.OpenDay(one.day), "ops")
    block = floor.block((one.account, one.quantity), instrument=one.instrument, Side=one.side)
    one.placement = floor.route(block, one.quantity)
    one.ExecID = floor.fill(one.placement, one.quantity, _price(one.cents))
    floor.finish(block)


def _price(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def exact(trades: list[Trade], method: str) -> tuple[list[Any], list[Any]]:
    """The same by `allocation.booking`: gains by account and sale, open lots."""
    events: list[Event] = []
    for n, one in enumerate(trades):
        common = {"date": one.day, "account": one.account, "symbol": one.instrument}
        common |= {"quantity": one.quantity, "amount": one.quantity * one.cents}
        events.append(Buy(lot=str(n), **common) if one.side is Side.Buy else Sell(**common))
    book = play(events, method, POLICY)
    gains: dict[Any, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 4)
    for row in realized(book):
        parts = (row.quantity, row.gain, row.disallowed, row.lost)
        key = (row.event, row.lot, row.term)
        gains[key] = [a + b for a, b in zip(gains[key], parts, strict=True)]
    lots = [
        (lot.lot, lot.account, str(lot.holding_from), lot.quantity, lot.basis)
        for lot in open_lots(book)
    ]
    return sorted((*key, *parts) for key, parts in gains.items()), sorted(lots)


def booked(floor: Desk, trades: list[Trade]) -> tuple[list[Any], list[Any]]:
    """What the server has of the same, lots by the trade that bought them."""
    state, epoch = floor.state, date(1970, 1, 1)
    of_block = {floor.placement(t.placement).block: n for n, t in enumerate(trades)}
    bought = {
        number: str(of_block[name])
        for name, event in state.bookings.items()
        for number in event.opened_numbers
    }
    table, lots = state.realized, state.lots
    gains: dict[Any, list[int]] = defaultdict(lambda: [0] * 4)
    for n in range(table.size):
        if table["quantity"][n]:
            lot = bought[int(lots["root"][table["lot"][n]])]
            term = "L" if table["long_term"][n] else "S"
            key = (of_block[f"B{table['block'][n]}"], lot, term)
            parts = [int(table[name][n]) for name in ("quantity", "gain", "disallowed", "lost")]
            gains[key] = [a + b for a, b in zip(gains[key], parts, strict=True)]
    open_: dict[Any, list[int]] = defaultdict(lambda: [0] * 2)
    for n in range(lots.size):
        if left := int(lots["remaining"][n]):
            since = epoch + timedelta(int(lots["holding_from"][n]))
            key = (
                bought[int(lots["root"][n])],
                state.account_axis.names[lots["account"][n]],
                str(since),
            )
            basis = int(lots["basis"][n]) * left // int(lots["size"][n])
            open_[key] = [open_[key][0] + left, open_[key][1] + basis]
    rows = sorted((*key, *parts) for key, parts in gains.items())
    return rows, sorted((*key, *parts) for key, parts in open_.items())


@settings(max_examples=60, deadline=None)
@given(
    trades=histories(),
    method=st.sampled_from(STANDING),
    pick=st.integers(0, 99),
)
def test_the_server_books_what_the_exact_book_does(
    trades: list[Trade], method: str, pick: int
) -> None:
    """And so after a sale was busted or a price corrected: what was washed since is as if never so."""
    floor = house(method)
    for one in trades:
        trade(floor, one)
    assert booked(floor, trades) == exact(trades, method)
    one = trades[pick % len(trades)]
    one.cents -= 37
    floor.correct(one.placement, one.ExecID, one.quantity, _price(one.cents))
    floor.finish(floor.placement(one.placement).block)
    assert booked(floor, trades) == exact(trades, method)
    for holds in invariants.ALL:
        holds(floor.state)
    same(floor.journal.replay(), floor.state)
