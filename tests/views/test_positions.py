"""Start of day, traded, settled and open: what a position consists of, day after day."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.builders import DAY, Desk, K, desk, instrument, lot
from tests.views.house import House
from tradeoms import core
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Side, TimeInForce
from tradeoms.model.state import State
from tradeoms.views import VIEWS, pairs
from tradeoms.views.positions import PositionRow


def row(floor: Desk, key: str = "A1/ACME") -> PositionRow | None:
    found = {row.key: row for row in VIEWS["positions"].all_rows(floor.state)}
    assert dict(VIEWS["positions"].upserts(floor.state, found)) == found
    return found.get(key)


def parts(floor: Desk, key: str = "A1/ACME") -> tuple[int, ...]:
    """Start, traded, quantity, settled."""
    found = row(floor, key)
    assert found is not None
    return tuple(int(n) for n in (found.start, found.traded, found.quantity, found.settled))


def trade(floor: Desk, quantity: int, side: Side = Side.Buy, **fields: object) -> str:
    block = floor.block(("A1", quantity), Side=side, **fields)
    name = floor.route(block, quantity)
    floor.fill(name, quantity)
    floor.finish(block)
    return name


def open_day(floor: Desk, after: int) -> None:
    floor.done(c.OpenDay(DAY + timedelta(after)), "ops")


def test_what_a_day_does_to_a_position() -> None:
    floor = desk((lot("A1", 300, 9000),))
    assert parts(floor) == (300, 0, 300, 300)
    trade(floor, 100)
    trade(floor, 30, Side.Sell)
    assert parts(floor) == (300, 70, 370, 300)
    open_day(floor, 1)  # T+1: all of it has settled
    assert parts(floor) == (370, 0, 370, 370)


def test_holidays_and_weekends_delay_settlement() -> None:
    floor = desk()
    floor.done(c.SetHolidays("USD", (DAY + timedelta(1), DAY + timedelta(2))), "ops")
    trade(floor, 100)
    for after, settled in ((1, 0), (2, 0), (3, 100)):
        open_day(floor, after)
        assert parts(floor) == (100, 0, 100, settled)
    open_day(floor, 4)  # a Friday
    trade(floor, 10)
    for after, settled in ((5, 100), (6, 100), (7, 110)):
        open_day(floor, after)
        assert parts(floor) == (110, 0, 110, settled)


@pytest.mark.parametrize(("cycle", "days"), [(0, 0), (2, 2)])
def test_the_cycle_is_the_instruments(cycle: int, days: int) -> None:
    floor = desk()
    floor.done(c.DefineInstruments((instrument("ACME", settle_cycle=cycle),)), "ops")
    trade(floor, 100)
    for after in range(days):
        assert parts(floor)[3] == 0
        open_day(floor, after + 1)
    assert parts(floor)[3] == 100


def test_what_is_sold_out_is_shown_until_it_has_settled() -> None:
    floor = desk((lot("A1", 300, 9000),))
    floor.done(c.SetHolidays("USD", (DAY + timedelta(1),)), "ops")
    trade(floor, 300, Side.Sell)
    assert parts(floor) == (300, -300, 0, 300)
    open_day(floor, 1)
    assert parts(floor) == (0, 0, 0, 300)
    open_day(floor, 2)
    assert row(floor) is None


def test_a_bust_of_an_older_trade_is_todays_and_settles_with_it() -> None:
    floor = desk((lot("A1", 300, 9000),))
    block = floor.block(("A1", 100), TimeInForce=TimeInForce.GoodTillCancel)
    name = floor.route(block, 100)
    floor.fill(name, 60)
    bad = floor.fill(name, 40)
    floor.finish(block)
    open_day(floor, 1)
    floor.bust(name, bad)
    assert parts(floor) == (400, -100, 300, 300)
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.Canceled)
    floor.finish(block)
    assert parts(floor) == (400, -40, 360, 360)


def test_short_and_back() -> None:
    floor = desk((lot("A1", 50, 9000),))
    trade(floor, 50, Side.Sell)
    trade(floor, 80, Side.SellShort, locate="L")
    assert parts(floor) == (50, -130, -80, 50)
    trade(floor, 100)
    assert parts(floor) == (50, -30, 20, 50)


def test_fills_of_a_working_block_change_none_of_it() -> None:
    """It is worked out from bookings, so that a fill costs nothing here."""
    fills = {e.Reported, e.FillEntered, e.FillBusted, e.ExecutionSettled, e.MessagesSent}
    for name in ("positions", "pnl", "ladder", "cash", "lots"):
        view = VIEWS[name]
        assert not view.on & fills
        assert view.through is None


def test_names_with_a_slash() -> None:
    state = desk().state
    account, name = state.account_axis.add("A1/B"), state.instrument_axis.add("X/Y")
    ((row, column),) = zip(*pairs.of_keys(state, ["A1/B/X/Y"]), strict=True)
    assert (row, column) == (account, name)
    with pytest.raises(KeyError):
        pairs.of_keys(state, ["A1/B/Z"])


@pytest.mark.parametrize("seed", range(4))
def test_the_parts_add_up_whatever_happens(seed: int) -> None:
    """`start` is what the day opened with and was opened with since; in the end all has settled."""
    house = House(seed)
    house.open()
    for _ in range(150):
        house.step()
    house.settle()
    state, began = State(), defaultdict[str, Decimal](Decimal)
    for record in house.journal.records:
        core.apply(state, record)
        if isinstance(record.event, e.DayOpened):
            began.clear()
            began |= {row.key: row.quantity for row in VIEWS["positions"].all_rows(state)}
        elif isinstance(record.event, e.OpeningBooked):
            for opened in record.event.lots:
                began[f"{opened.account}/{opened.instrument}"] += opened.quantity
    for one in VIEWS["positions"].all_rows(state):
        assert one.start + one.traded == one.quantity
        assert began[one.key] == one.start
    house.do(c.OpenDay(house.state.business_date + timedelta(10)), "ops")
    for one in VIEWS["positions"].all_rows(house.state):
        assert (one.start, one.traded, one.settled) == (one.quantity, 0, one.quantity)
    assert house.state.flows.size == 0
