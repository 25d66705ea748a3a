"""Section 1233 in the server: what a short sale does to identical shares, and to its own loss."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.builders import DAY, Desk, lot
from tests.core.corporate import corporate, gift, transfer
from tests.core.test_washing import house, later, losses, trade
from tests.properties import invariants
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model.fields import Side, TaxStatus
from tradeoms.model.reference import Account
from tradeoms.views import lots, realized

D = Decimal


def shares(floor: Desk, account: str, name: str = "ACME") -> list[tuple[int, int, bool]]:
    """Remaining, days since the holding period began, whether it is suspended: open long lots."""
    return [
        (int(row.remaining), (floor.state.business_date - row.holding_from).days, row.suspended)
        for row in lots.all_rows(floor.state)
        if (row.account, row.instrument, row.short) == (account, name, False)
    ]


def terms(floor: Desk) -> list[tuple[int, Decimal, bool]]:
    """Quantity, gain, long-term of each relief."""
    return [(int(r.quantity), r.gain, r.long_term) for r in realized.all_rows(floor.state)]


def test_young_shares_count_as_not_held_while_there_is_a_short_and_anew_from_its_closing() -> None:
    floor = house(lot("A2", 60, 3000, age=300), lot("A3", 60, 3000, age=200))
    _, placement, ExecID = trade(floor, Side.SellShort, "50", ("A1", 100))
    assert shares(floor, "A2") == [(60, 300, True)]
    assert shares(floor, "A3") == [(20, 200, False), (40, 200, True)]
    later(floor, 80)
    trade(floor, Side.Sell, "60", ("A2", 10))
    assert terms(floor) == [(10, D(100), False)]  # 380 days after it was bought
    trade(floor, Side.Buy, "40", ("A1", 70))
    assert terms(floor)[1:] == [(70, D(700), False)]
    assert sorted(shares(floor, "A2")) == [(50, 0, False)]
    assert sorted(shares(floor, "A3")) == [(20, 0, False), (20, 280, False), (20, 280, True)]
    same(floor.journal.replay(), floor.state)
    floor.bust(placement, ExecID)
    assert sorted(shares(floor, "A3")) == [(60, 280, False)]
    assert terms(floor)[0] == (10, D(100), True)
    same(floor.journal.replay(), floor.state)


def test_shares_bought_while_there_is_a_short_fall_under_it_as_far_as_it_goes() -> None:
    floor = house()
    trade(floor, Side.SellShort, "50", ("A1", 10))
    trade(floor, Side.Buy, "50", ("A2", 15))
    assert shares(floor, "A2") == [(5, 0, False), (10, 0, True)]
    trade(floor, Side.Buy, "50", ("A3", 5))
    assert shares(floor, "A3") == [(5, 0, False)]
    later(floor, 1)
    two = corporate("split", new=2, fraction_price=1, day=floor.state.business_date)
    floor.done(two, "ops")
    assert sorted(shares(floor, "A2")) == [(10, 1, False), (20, 1, True)]


def test_a_loss_of_a_short_is_long_term_as_far_as_identical_shares_were_old_on_its_day() -> None:
    floor = house(lot("A2", 4, 200, age=400))
    trade(floor, Side.SellShort, "50", ("A1", 10))
    later(floor, 40)
    trade(floor, Side.Buy, "60", ("A1", 10))
    assert terms(floor) == [(4, D(-40), True), (6, D(-60), False)]
    assert shares(floor, "A2") == [(4, 440, False)]
    floor = house(lot("A2", 4, 200, age=400))
    trade(floor, Side.SellShort, "50", ("A1", 10))
    trade(floor, Side.Buy, "40", ("A1", 10))
    assert terms(floor) == [(4, D(40), False), (6, D(60), False)]  # gains are short-term


@pytest.mark.parametrize("status", [TaxStatus.IRA, TaxStatus.Exempt])
def test_retirement_accounts_and_dealers_are_left_alone(status: TaxStatus) -> None:
    floor = house(lot("A2", 10, 500, age=100), A2=status)
    trade(floor, Side.SellShort, "50", ("A1", 10))
    assert shares(floor, "A2") == [(10, 100, False)]


def test_a_transfer_takes_the_short_along_and_a_gift_leaves_it() -> None:
    floor = house(lot("A2", 10, 500, age=100))
    trade(floor, Side.SellShort, "50", ("A1", 10))
    floor.done(transfer(account="A2", to="A3", quantity=4), "ops")
    assert shares(floor, "A3") == [(4, 100, True)]
    other = tuple(Account(a, a, "two") for a in ("A4",))
    floor.done(c.DefineAccounts(other), "ops")
    later(floor, 1)
    day = floor.state.business_date
    floor.done(gift(account="A2", to="A4", quantity=5, value=50, day=day), "ops")
    assert shares(floor, "A4") == [(5, 0, False)]
    trade(floor, Side.Buy, "50", ("A1", 8))
    assert shares(floor, "A2") == [(1, 0, False)]
    assert shares(floor, "A3") == [(4, 0, False)]


def test_shares_stay_suspended_through_a_merger_until_the_new_short_is_closed() -> None:
    floor = house(lot("A2", 10, 300, age=100))
    trade(floor, Side.SellShort, "50", ("A1", 10))
    later(floor, 1)
    day = floor.state.business_date
    floor.done(corporate("merger", "m", new_instrument="BOLT", new=1, day=day), "ops")
    assert shares(floor, "A2", "BOLT") == [(10, 101, True)]
    later(floor, 1)
    trade(floor, Side.Buy, "40", ("A1", 10), name="BOLT")
    assert shares(floor, "A2", "BOLT") == [(10, 0, False)]
    same(floor.journal.replay(), floor.state)


def test_a_plain_sale_takes_over_the_loss_of_a_short() -> None:
    floor = house(lot("A2", 4, 100, age=500))
    trade(floor, Side.SellShort, "50", ("A1", 10))
    sold = trade(floor, Side.Sell, "55", ("A2", 3))
    later(floor, 10)
    trade(floor, Side.Buy, "60", ("A1", 10))
    # 3 of the 10 were sold within thirty days: 30 of the loss are the sale's.
    assert losses(floor) == [
        ("A2", D(90), D(-30), D(0)),
        ("A1", D(-40), D(30), D(0)),
        ("A1", D(-60), D(0), D(0)),
    ]
    assert [row.recognized for row in realized.all_rows(floor.state)] == [D(60), D(-10), D(-60)]
    later(floor, 30)
    last = trade(floor, Side.Sell, "55", ("A2", 1))
    assert losses(floor)[1][2] == D(40)
    floor.bust(*last[1:])
    assert losses(floor)[1][2] == D(30)
    floor.bust(*sold[1:])
    assert [row[2] for row in losses(floor)] == [D(0), D(0)]
    same(floor.journal.replay(), floor.state)


def test_shares_and_shorts_of_day_one_are_set_against_each_other_by_their_days() -> None:
    """On the day of the first short, 200 days ago, one lot was old and one young; one is younger still."""
    floor = house()
    longs = (lot("A2", 6, 300, age=600), lot("A2", 5, 250, age=400), lot("A3", 9, 450, age=100))
    shorts = (lot("A1", -8, 400, age=200), lot("A4", -9, 450, age=10))
    floor.done(c.BookOpening("two", (*longs, *shorts)), "ops")
    assert sorted(shares(floor, "A2")) == [(5, 400, True), (6, 600, False)]
    assert sorted(shares(floor, "A3")) == [(3, 100, True), (6, 100, True)]
    trade(floor, Side.Buy, "60", ("A1", 8))
    assert terms(floor) == [(6, D(-60), True), (2, D(-20), False)]
    assert sorted(shares(floor, "A2")) == [(5, 0, False), (6, 600, False)]
    assert sorted(shares(floor, "A3")) == [(3, 0, False), (6, 100, True)]
    invariants.hold(floor)


def test_a_short_sale_of_what_has_a_gain_elsewhere_is_told() -> None:
    floor = house(lot("A2", 4, 201, age=500), lot("A3", 4, 200, age=500, name="BOLT"))
    trade(floor, Side.SellShort, "50", ("A1", 10))
    assert "constructive sale" not in floor.alerts()
    _, *short = trade(floor, Side.SellShort, "51", ("A4", 1))
    assert floor.alerts().count("constructive sale") == 1
    floor.correct(*short, 1, "51.50")
    floor.finish(floor.placement(short[0]).block)
    assert floor.alerts().count("constructive sale") == 1


def test_a_sale_of_day_31_takes_over_nothing() -> None:
    floor = house(lot("A2", 4, 100, age=500))
    trade(floor, Side.SellShort, "50", ("A1", 10))
    trade(floor, Side.Buy, "60", ("A1", 10))
    later(floor, 31)
    trade(floor, Side.Sell, "55", ("A2", 4))
    assert [row[2] for row in losses(floor)] == [D(0), D(0), D(0)]
    assert floor.state.business_date == DAY + timedelta(31)


def test_what_a_merger_sells_takes_over_the_loss_of_a_short_that_it_closes_once() -> None:
    floor = house(lot("A2", 10, 100, age=500))
    trade(floor, Side.SellShort, "50", ("A1", 10))
    _, *cover = trade(floor, Side.Buy, "49", ("A1", 10))
    later(floor, 5)
    floor.done(corporate("merger", new=0, cash=60, day=floor.state.business_date), "ops")
    floor.bust(*cover)
    assert losses(floor) == [("A2", D(500), D(-100), D(0)), ("A1", D(-100), D(100), D(0))]
    invariants.hold(floor)
