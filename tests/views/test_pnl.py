"""Profit and loss: worked out by hand, and bound to what was paid whatever happens."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import DAY, D, Desk, desk, instrument, lot
from tests.core.corporate import corporate
from tradeoms import core
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Side
from tradeoms.model.reference import Account, Price, Rate
from tradeoms.views import VIEWS
from tradeoms.views.pnl import PnlRow


def row(floor: Desk, key: str = "A1/ACME") -> PnlRow:
    found = {row.key: row for row in VIEWS["pnl"].all_rows(floor.state)}
    assert dict(VIEWS["pnl"].upserts(floor.state, found)) == found
    return found[key]


def trade(
    floor: Desk, quantity: int, price: Any, side: Side = Side.Buy, name: str = "ACME"
) -> None:
    locate = {"locate": "L"} if side.short else {}
    block = floor.block(("A1", quantity), Side=side, instrument=name, **locate)
    placed = floor.route(block, quantity)
    floor.fill(placed, quantity, price)
    floor.finish(block)


def mark(floor: Desk, price: Any, name: str = "ACME") -> None:
    floor.done(c.MarkPrices((Price(name, D(price), "tape", ""),)), "ops")


def next_day(floor: Desk, days: int = 1) -> None:
    floor.done(c.OpenDay(floor.state.business_date + timedelta(days)), "ops")


def test_the_day_of_a_split_begins_with_the_close_in_new_shares() -> None:
    """301 at 30, closed at 50; three for two are 451 and a half, sold for 17. Then 34 is marked."""
    floor = desk((lot("A1", 301, 9030),))
    next_day(floor)
    terms = {"new": 3, "old": 2, "fraction_price": 34}
    (name,) = floor.done(corporate("split", day=floor.state.business_date, **terms), "ops")
    found = row(floor)
    assert (found.quantity, found.Px, found.close) == (451, D("33.33333333"), D("33.33333333"))
    # The half was worth 16.67 at the close; the rest is what 8 decimals leave.
    assert (found.market_value, found.day) == (D("15033.33"), D("0.33"))
    shown = {p.key: (p.Px, p.close) for p in VIEWS["prices"].all_rows(floor.state)}
    assert shown["ACME"] == (found.Px, found.close)
    floor.done(c.MarkPrices((Price("ACME", D(48), "late", ""),), floor.state.last_date), "ops")
    assert (row(floor).Px, row(floor).close, row(floor).day) == (32, 32, D("1.00"))
    floor.done(c.ReverseAction(name, "not yet"), "ops")
    assert (row(floor).Px, row(floor).close, row(floor).day) == (48, 48, 0)
    mark(floor, 34)
    floor.done(corporate("split", "again", day=floor.state.business_date, **terms), "ops")
    assert (row(floor).Px, row(floor).close, row(floor).day) == (34, 32, 902 + 1)
    next_day(floor)
    assert (row(floor).Px, row(floor).close, row(floor).day) == (34, 34, 0)


def test_a_split_that_is_booked_a_day_late_is_no_profit() -> None:
    floor = desk((lot("A1", 300, 9000),))
    day = floor.state.business_date
    mark(floor, 25)
    next_day(floor)
    floor.done(corporate("split", new=2, day=day), "ops")
    assert (row(floor).quantity, row(floor).close, row(floor).day) == (600, 25, 0)


def test_a_day_of_gains_and_costs() -> None:
    """300 at 30.00; the close is 50, then 20 are bought at 51 and 100 sold at 53; the mark is 52."""
    floor = desk((lot("A1", 300, 9000),))
    assert (row(floor).unrealized, row(floor).day) == (D("6000.00"), None)  # no close: first day
    next_day(floor)
    assert row(floor).day == 0
    trade(floor, 20, 51)  # and 0.25 commission
    trade(floor, 100, 53, Side.Sell)  # less 1.25 commission
    mark(floor, 52)
    found = row(floor)
    assert (found.quantity, found.cost) == (220, D("7020.25"))
    assert (found.market_value, found.unrealized) == (D(11440), D("4419.75"))
    assert (found.realized_short, found.realized_long) == (D("2298.75"), 0)
    assert found.realized_today == D("2298.75")
    # 200 kept won 2 each, 100 sold 3 each, 20 bought 1 each; commissions 1.50.
    assert found.day == 400 + 300 + 20 - D("1.50")
    next_day(floor)
    mark(floor, 51)
    found = row(floor)
    assert (found.day, found.realized_today, found.realized_short) == (-220, 0, D("2298.75"))


def test_terms_are_by_the_day_after_rule_and_years_end() -> None:
    """Bought on 2 March 2025: sold on 2 March 2026 is short-term still, on the 3rd long-term."""
    floor = desk((lot("A1", 200, 4000, age=365),))
    trade(floor, 50, 50, Side.Sell)
    next_day(floor)
    trade(floor, 50, 50, Side.Sell)
    found = row(floor)
    assert (found.realized_short, found.realized_long) == (D("1499.37"), D("1499.37"))
    core.APPLY[e.DayOpened](floor.state, e.DayOpened(date(2027, 1, 1)))
    found = row(floor)
    assert (found.quantity, found.realized_short, found.realized_long) == (100, 0, 0)


def test_a_short_position_earns_when_the_price_falls() -> None:
    floor = desk()
    trade(floor, 100, 50, Side.SellShort)
    mark(floor, 45)
    found = row(floor)
    assert (found.cost, found.market_value) == (D("-4998.75"), D(-4500))
    assert found.unrealized == found.day == D("498.75")
    trade(floor, 100, 45)
    found = row(floor)
    assert (found.quantity, found.cost, found.unrealized) == (0, 0, 0)
    assert found.realized_short == found.realized_today == found.day == D("497.50")


def test_without_a_price_nothing_is_guessed() -> None:
    floor = desk()
    floor.done(c.DefineInstruments((instrument("DUST"),)), "ops")
    trade(floor, 100, 7, name="DUST")
    found = row(floor, "A1/DUST")
    assert (found.Px, found.market_value, found.unrealized, found.day) == (None,) * 4
    assert (found.cost, found.base_unrealized, found.base_day) == (D("701.25"), None, None)
    trade(floor, 100, 8, Side.Sell, name="DUST")
    found = row(floor, "A1/DUST")
    assert found.unrealized == 0
    assert found.day == found.realized_today == D("97.50")


def foreign(*rates: tuple[str, int]) -> Desk:
    """A1 is kept in euros; the instruments are in dollars. Rates EUR/USD by days from the first."""
    floor = desk()
    floor.done(c.DefineAccounts((Account("A1", "Name A1", "TA1", "EUR", may_short=True),)), "ops")
    for rate, after in rates:
        day = DAY + timedelta(after)
        if day > floor.state.business_date:
            next_day(floor)
        floor.done(c.SetRates((Rate("EUR", "USD", D(rate), "ECB", day),)), "ops")
    return floor


def test_every_amount_is_at_the_rate_of_its_own_day() -> None:
    """100 bought at 50 when a dollar was 0.80 euros; half sold at 60 when it was 0.50."""
    floor = foreign(("1.25", 0))
    trade(floor, 100, 50)  # 5,001.25 dollars
    assert (row(floor).base, row(floor).base_unrealized) == ("EUR", D("-1.00"))
    next_day(floor)
    floor.done(c.SetRates((Rate("EUR", "USD", D(2), "ECB", DAY + timedelta(1)),)), "ops")
    mark(floor, 60)
    found = row(floor)
    assert (found.unrealized, found.day) == (D("998.75"), 1000)
    # 6,000 dollars are 3,000 euros now; they cost 4,001, and were worth 4,000 at the close.
    assert found.base_market_value == 3000
    assert (found.base_unrealized, found.base_day) == (-1001, -1000)
    trade(floor, 50, 60, Side.Sell)  # 2,999.37 dollars for what cost 2,500.63
    found = row(floor)
    assert found.realized_short == D("498.74")
    assert found.base_realized_short == D("-500.82")  # 2,999.37 × 0.5 − 2,500.63 × 0.8
    assert found.base_realized_long == 0


def test_without_a_rate_nothing_is_guessed() -> None:
    floor = foreign()
    trade(floor, 100, 50)
    found = row(floor)
    assert found.unrealized == D("-1.25")
    assert (found.base_market_value, found.base_unrealized, found.base_day) == (None,) * 3
    assert found.base_realized_short == 0  # of nothing
    floor.done(c.SetRates((Rate("USD", "EUR", D("0.8"), "ECB", DAY),)), "ops")
    assert row(floor).base_unrealized == D("-1.00")


deals = st.tuples(
    st.integers(1, 90), st.integers(4000, 6000), st.sampled_from((Side.Buy, Side.Buy, Side.Sell))
)
days = st.lists(st.tuples(st.lists(deals, max_size=3), st.integers(4000, 6000)), max_size=5)


@settings(max_examples=40, deadline=None)
@given(days, st.integers(-200, 300))
def test_what_the_days_brought_is_what_was_earned(days: list[Any], began: int) -> None:
    """The days' results add up to unrealized and realized, to the cent, however it was traded."""
    floor = desk((lot("A1", began, 9000),) if began else ())
    mark(floor, 50)
    before = sum((r.unrealized for r in VIEWS["pnl"].all_rows(floor.state)), Decimal(0))
    brought = Decimal(0)
    for traded, close in days:
        next_day(floor)
        for quantity, cents, side in traded:
            held = floor.held("A1")
            short = Side.SellShort if side is Side.Sell and held < quantity else side
            if short is Side.SellShort and held > 0:
                continue  # long still: sold first
            trade(floor, quantity, D(cents).scaleb(-2), short)
        mark(floor, D(close).scaleb(-2))
        brought += sum((r.day for r in VIEWS["pnl"].all_rows(floor.state)), Decimal(0))
    rows = list(VIEWS["pnl"].all_rows(floor.state))
    earned = sum((r.unrealized + r.realized_short + r.realized_long for r in rows), Decimal(0))
    assert brought == earned - before
