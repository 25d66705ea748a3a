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
from allocation.lot_events import Buy, BuyAcross, Event, Sell, SellShort
from allocation.policy import Policy
from allocation.wash import realized
from tests.builders import BROKERS, DAY, Desk, desk, lot
from tests.properties import invariants
from tradeoms.core.relieving import STANDING
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import Side, TaxStatus
from tradeoms.model.reference import Account, IdenticalGroup

ACCOUNTS, INSTRUMENTS = ("A1", "A2", "A3", "A4"), ("ACME", "BOLT")
STATUS = {"A3": TaxStatus.IRA, "A4": TaxStatus.Exempt}
LAST = DAY + timedelta(150)
#: One held for over a year from the start, one from some days on.
OWNED = (lot("A1", 6, 300, age=400), lot("A2", 5, 250, age=340, name="BOLT"))
POLICY = Policy(
    wash=True,
    iras=frozenset({"A3"}),
    exempt=frozenset({"A4"}),
    identical=dict.fromkeys(INSTRUMENTS, "same issuer"),
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
    """Buys, sales of what is held, short sales where nothing is held, some days apart."""
    day, trades = DAY, list[Trade]()
    held: dict[tuple[str, str], int] = defaultdict(int)
    held.update({(lot.account, lot.instrument): int(lot.quantity) for lot in OWNED})
    shorts: dict[tuple[str, str], int] = defaultdict(int)
    sides = (Side.Buy, Side.Buy, Side.Sell, Side.Sell, Side.SellShort)
    for _ in range(draw(st.integers(2, 12))):
        day = min(day + timedelta(draw(st.sampled_from((0, 0, 1, 7, 15, 30, 31)))), LAST)
        account, name = draw(st.sampled_from(ACCOUNTS)), draw(st.sampled_from(INSTRUMENTS))
        quantity, cents = draw(st.integers(1, 9)), draw(st.integers(4900, 5100))
        side, pair = draw(st.sampled_from(sides)), (account, name)
        if side is Side.Sell and held[pair]:
            quantity = min(quantity, held[pair])
            held[pair] -= quantity
        elif side is Side.SellShort and account != "A3" and not held[pair]:
            shorts[pair] += quantity
        else:
            side = Side.Buy
            held[pair] += max(quantity - shorts[pair], 0)
            shorts[pair] = max(shorts[pair] - quantity, 0)
        trades.append(Trade(day, account, name, side, quantity, cents))
    return trades


def house(method: str) -> Desk:
    """Four accounts of one taxpayer, one an IRA, one a dealer's; two instruments that are the same; no
    costs.
    """
    floor = desk(OWNED)
    rows = [
        Account(
            *(a, a, "one"),
            lot_method=method,
            tax=STATUS.get(a, TaxStatus.Taxable),
            may_short=True,
        )
        for a in ACCOUNTS
    ]
    floor.done(c.DefineAccounts(tuple(rows)), "ops")
    floor.done(c.DefineBrokers(tuple(Broker(b, b, s) for b, s in BROKERS.items())), "ops")
    floor.done(c.DefineIdentical((IdenticalGroup("g", INSTRUMENTS),)), "compliance")
    return floor


def trade(floor: Desk, one: Trade) -> None:
    if floor.state.business_date != one.day:
        floor.done(c.OpenDay(one.day), "ops")
    located = {"locate": "L"} if one.side.short else {}
    block = floor.block(
        (one.account, one.quantity), instrument=one.instrument, Side=one.side, **located
    )
    one.placement = floor.route(block, one.quantity)
    one.ExecID = floor.fill(one.placement, one.quantity, _price(one.cents))
    floor.finish(block)


def _price(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


Rows = list[tuple[Any, ...]]


def exact(trades: list[Trade], method: str) -> tuple[Rows, Rows]:
    """The same by `allocation.booking`: gains by account and sale, open lots."""
    events: list[Event] = [
        Buy(
            date=own.acquired,
            account=own.account,
            symbol=own.instrument,
            lot=f"owned {n}",
            quantity=int(own.quantity),
            amount=int(own.basis) * 100,
        )
        for n, own in enumerate(OWNED)
    ]
    for n, one in enumerate(trades):
        common: dict[str, Any] = {"date": one.day, "account": one.account, "symbol": one.instrument}
        common |= {"quantity": one.quantity, "amount": one.quantity * one.cents}
        if one.side is Side.Sell:
            events.append(Sell(**common))
        elif one.side is Side.Buy:
            events.append(BuyAcross(lot=str(n), **common))
        else:
            events.append(SellShort(lot=str(n), **common))
    book = play(events, method, POLICY)
    gains: dict[Any, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 4)
    for row in realized(book):
        _add(
            gains[row.event - len(OWNED), row.lot, row.term],
            row.quantity,
            row.gain,
            row.disallowed,
            row.lost,
        )
    lots: dict[Any, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 2)
    for one in book.open_pieces():
        key = (one.lot.name, one.account, str(one.holding_from), one.against is not None)
        _add(lots[key], one.quantity, one.basis)
    for short in book.shorts:
        key = (short.name, short.account, "short", False)
        _add(lots[key], short.quantity, short.proceeds - short.reduction)
    return _sorted(gains), _sorted(lots)


def _add(sums: list[Any], *values: Any) -> None:
    sums[:] = map(sum, zip(sums, values, strict=True))


def _sorted(sums: dict[Any, list[Any]]) -> Rows:
    return sorted((*key, *parts) for key, parts in sums.items())


def booked(floor: Desk, trades: list[Trade]) -> tuple[Rows, Rows]:
    """What the server has of the same, lots by the trade that opened them."""
    state, epoch = floor.state, date(1970, 1, 1)
    of_block = {floor.placement(t.placement).block: n for n, t in enumerate(trades)}
    opened = {n: f"owned {n}" for n in range(len(OWNED))} | {
        number: str(of_block[name])
        for name, event in state.bookings.items()
        for number in event.opened_numbers
    }
    table, lots = state.realized, state.lots
    gains: dict[Any, list[int]] = defaultdict(lambda: [0] * 4)
    for n in range(table.size):
        if table["quantity"][n]:
            lot = opened[int(lots["root"][table["lot"][n]])]
            key = (of_block[f"B{table['block'][n]}"], lot, "L" if table["long_term"][n] else "S")
            names = ("quantity", "gain", "disallowed", "lost")
            _add(gains[key], *(int(table[name][n]) for name in names))
    open_: dict[Any, list[int]] = defaultdict(lambda: [0] * 2)
    for n in range(lots.size):
        if left := int(lots["remaining"][n]):
            since = str(epoch + timedelta(int(lots["holding_from"][n])))
            key = (
                *(opened[int(lots["root"][n])], state.account_axis.names[lots["account"][n]]),
                *(("short", False) if lots["short"][n] else (since, bool(lots["against"][n]))),
            )
            _add(open_[key], left, int(lots["basis"][n]) * left // int(lots["size"][n]))
    return _sorted(gains), _sorted(open_)


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
    invariants.hold(floor)
