"""Random histories with corporate actions and transfers, beside the exact book of fractions, and in
any order of booking.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from allocation.booking import play
from allocation.lot_events import Buy, Distribution, Event, Merger, Sell, Split, Transfer
from allocation.policy import Policy
from allocation.statements import open_lots, summed
from allocation.wash import realized
from tests.builders import BROKERS, DAY, Desk, desk
from tests.core.corporate import corporate, transfer
from tests.properties import invariants
from tests.states import same
from tradeoms.market.calendar import day_of
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import Side
from tradeoms.model.reference import Account
from tradeoms.views.lots import open_basis

LAST = 40
#: Shares for shares.
RATIOS = {"split": (3, 2), "double": (2, 1), "merger": (3, 2)}
ACTIONS = (*RATIOS, "spin_off")
ONCE = ("spin_off", "merger")  # there are two instruments
#: What the exact book calls it.
NAMES = {"AVERAGE": "AVG"}
ACCOUNTS = ("A1", "A2")


@dataclass
class Fact:
    """One thing of a day; quantities are even so often that no ratio leaves a fraction."""

    day: int
    kind: str
    instrument: str = "ACME"
    account: str = "A1"
    quantity: int = 0
    cents: int = 0
    block: str = ""
    placement: str = ""
    ExecID: str = ""


@st.composite
def histories(draw: Any) -> list[Fact]:
    """Buys and sales of what is held, a few splits, transfers, a spin-off or a merger."""
    facts, name = list[Fact](), "ACME"
    held = dict.fromkeys(ACCOUNTS, 0)
    kinds = ("buy", "buy", "sell", "sell", *RATIOS, "transfer", "spin_off")
    days = sorted(draw(st.lists(st.integers(0, LAST), min_size=5, max_size=11, unique=True)))
    for day in days:
        kind, account = draw(st.sampled_from(kinds)), draw(st.sampled_from(ACCOUNTS))
        quantity = 64 * draw(st.integers(1, 9))
        if kind in ("sell", "transfer"):
            quantity = min(quantity, held[account])
        if kind in ACTIONS and not any(held.values()):
            continue
        if not quantity or (kind in ONCE and any(f.kind in ONCE for f in facts)):
            continue
        other = "A2" if account == "A1" else "A1"
        held[account] += {"buy": quantity, "sell": -quantity, "transfer": -quantity}.get(kind, 0)
        held[other] += quantity if kind == "transfer" else 0
        if kind in RATIOS:
            new, old = RATIOS[kind]
            held = {own: units * new // old for own, units in held.items()}
        facts.append(Fact(day, kind, name, account, quantity, draw(st.integers(4000, 6000))))
        name = "BOLT" if kind == "merger" else name
    return facts


def house(method: str) -> Desk:
    """Two accounts of one taxpayer, no costs."""
    floor = desk()
    if method == "AVERAGE":
        funds = tuple(
            replace(row, average_cost_allowed=True) for row in floor.state.instruments.values()
        )
        floor.done(c.DefineInstruments(funds), "ops")
        rows = [Account(a, a, "one", fund_lot_method=method) for a in ACCOUNTS]
    else:
        rows = [Account(a, a, "one", lot_method=method) for a in ACCOUNTS]
    floor.done(c.DefineAccounts(tuple(rows)), "ops")
    floor.done(c.DefineBrokers(tuple(Broker(b, b, s) for b, s in BROKERS.items())), "ops")
    return floor


def act(floor: Desk, fact: Fact, n: int) -> None:
    """As of its day, whatever day is open."""
    day = DAY + timedelta(fact.day)
    if fact.kind in ("buy", "sell"):
        trade(floor, fact)
    elif fact.kind == "transfer":
        other = "A2" if fact.account == "A1" else "A1"
        terms = {"account": fact.account, "to": other, "quantity": fact.quantity}
        floor.done(transfer(f"r{n}", day, instrument=fact.instrument, **terms), "ops")
    elif fact.kind == "spin_off":
        terms = {"new_instrument": "BOLT", "new": 1, "old": 1, "basis_percent": 25}
        floor.done(corporate("spin_off", f"r{n}", day=day, **terms), "ops")
    else:
        new, old = RATIOS[fact.kind]
        terms = {"new": new, "old": old, "fraction_price": 1, "instrument": fact.instrument}
        if fact.kind == "merger":
            terms["new_instrument"] = "BOLT"
        kind = "merger" if fact.kind == "merger" else "split"
        floor.done(corporate(kind, f"r{n}", day=day, **terms), "ops")


def trade(floor: Desk, fact: Fact) -> None:
    """A block that is finished on its day."""
    side = Side.Buy if fact.kind == "buy" else Side.Sell
    one = (fact.account, fact.quantity)
    fact.block = floor.block(one, instrument=fact.instrument, Side=side)
    fact.placement = floor.route(fact.block, fact.quantity)
    price = Decimal(fact.cents).scaleb(-2)
    fact.ExecID = floor.fill(fact.placement, fact.quantity, price)
    floor.finish(fact.block)


def exact(facts: list[Fact], method: str) -> tuple[Any, Any]:
    """The same by `allocation.booking`."""
    events: list[Event] = []
    for n, fact in enumerate(facts):
        day, other = DAY + timedelta(fact.day), "A2" if fact.account == "A1" else "A1"
        common: dict[str, Any] = {"date": day, "symbol": fact.instrument}
        own = common | {"account": fact.account, "quantity": fact.quantity}
        amount = fact.quantity * fact.cents
        if fact.kind == "buy":
            events.append(Buy(lot=str(n), amount=amount, **own))
        elif fact.kind == "sell":
            events.append(Sell(amount=amount, **own))
        elif fact.kind == "transfer":
            events.append(Transfer(to=other, **own))
        elif fact.kind == "spin_off":
            held = sum(
                lot.quantity for lot in open_lots(play(events, NAMES.get(method, method), POLICY))
            )
            values = {"quantity": held, "value_old": 3, "value_new": 1}
            events.append(Distribution(new_symbol="BOLT", suffix="s", **common, **values))
        elif fact.kind == "merger":
            new, old = RATIOS[fact.kind]
            events.append(Merger(new_symbol="BOLT", new=new, old=old, **common))
        else:
            new, old = RATIOS[fact.kind]
            events.append(Split(new=new, old=old, **common))
    book = play(events, NAMES.get(method, method), POLICY)
    gains = sorted(
        (row.account, row.date, row.term, row.quantity, row.gain, row.disallowed)
        for row in summed(realized(book))
    )
    found = [
        (one.symbol, one.account, one.holding_from, one.quantity, one.basis)
        for one in open_lots(book)
    ]
    return gains, sorted(found)


POLICY = Policy(wash=True)


def booked(floor: Desk) -> tuple[Any, Any]:
    """What the server has of the same."""
    state = floor.state
    accounts, instruments = state.account_axis.names, state.instrument_axis.names
    table, lots = state.realized, state.lots
    gains: dict[Any, list[int]] = {}
    for n in range(table.size):
        if table["quantity"][n]:
            lot = int(table["lot"][n])
            term = "L" if table["long_term"][n] else "S"
            key = (accounts[table["account"][n]], day_of(int(table["sold"][n])), term, lot)
            own = gains.setdefault(key, [0, 0, 0])
            for place, name in enumerate(("quantity", "gain", "disallowed")):
                own[place] += int(table[name][n])
    found = [
        (
            instruments[lots["instrument"][n]],
            accounts[lots["account"][n]],
            day_of(int(lots["holding_from"][n])),
            int(lots["remaining"][n]),
            open_basis(*(int(lots[name][n]) for name in ("basis", "size", "remaining"))),
        )
        for n in range(lots.size)
        if lots["remaining"][n]
    ]
    return sorted((*key[:3], *own) for key, own in gains.items()), sorted(found)


def totals(rows: Any, keys: int) -> dict[Any, list[Fraction]]:
    """Sums by the first columns: where one has one lot, the other may have its parts."""
    sums: dict[Any, list[Fraction]] = {}
    for row in rows:
        own = sums.setdefault(row[:keys], [Fraction(0)] * (len(row) - keys))
        own[:] = [a + b for a, b in zip(own, row[keys:], strict=True)]
    return sums


def alike(one: dict[Any, list[Fraction]], other: dict[Any, list[Fraction]]) -> bool:
    """Quantities are equal, cents are as near as their rounding by lot allows."""
    assert one.keys() == other.keys()
    for key, numbers in one.items():
        assert numbers[0] == other[key][0], key
        pairs = zip(numbers[1:], other[key][1:], strict=True)
        assert all(abs(a - b) <= 12 for a, b in pairs), (key, numbers, other[key])
    return True


def checked(floor: Desk, facts: list[Fact], method: str) -> None:
    """The lots are the exact book's, and what holds of all states does."""
    for ours, theirs, keys in zip(booked(floor), exact(facts, method), (3, 3), strict=True):
        assert alike(totals(ours, keys), totals(theirs, keys))
    invariants.hold(floor)


@settings(max_examples=40, deadline=None)
@given(
    facts=histories(), method=st.sampled_from(("FIFO", "LIFO", "HIFO", "AVERAGE")), data=st.data()
)
def test_the_order_of_booking_does_not_matter(
    facts: list[Fact], method: str, data: st.DataObject
) -> None:
    """Actions that are booked on their day, late, or reversed and booked again give the exact book's
    lots, and so does a trade that is corrected behind them.
    """
    floor = house(method)
    late = [n for n, fact in enumerate(facts) if fact.kind in ACTIONS and fact.kind != "merger"]
    late = [n for n in late if data.draw(st.booleans())] if _only_buys(facts) else []
    for n, fact in enumerate(facts):
        if fact.day and floor.state.business_date != DAY + timedelta(fact.day):
            floor.done(c.OpenDay(DAY + timedelta(fact.day)), "ops")
        if n not in late:
            act(floor, fact, n)
    for n in data.draw(st.permutations(late)):
        act(floor, facts[n], n)
    checked(floor, facts, method)
    _reverse_and_again(floor, facts)
    trades = [fact for fact in facts if fact.block]
    if trades:
        one = data.draw(st.sampled_from(trades))
        one.cents -= 37
        price = Decimal(one.cents).scaleb(-2)
        floor.correct(one.placement, one.ExecID, one.quantity, price)
        floor.finish(one.block)
    checked(floor, facts, method)
    same(floor.journal.replay(), floor.state)


def _only_buys(facts: list[Fact]) -> bool:
    """Without its split, a sale or a transfer of later might find too little."""
    return all(fact.kind not in ("sell", "transfer") for fact in facts)


def _reverse_and_again(floor: Desk, facts: list[Fact]) -> None:
    """The last action, if nothing needs it."""
    state = floor.state
    if state.lot_actions and _only_buys(facts):
        name = [*state.lot_actions][-1]
        action = state.lot_actions[name]
        floor.done(c.ReverseAction(name, "a mistake"), "ops")
        floor.done(c.BookCorporateAction(action.terms, action.reference, "right"), "ops")
