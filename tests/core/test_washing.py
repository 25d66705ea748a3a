"""Wash sales of booked trades, by example; the figures can be checked by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.builders import BROKERS, DAY, Desk, desk, instrument, lot
from tests.core.corporate import arrived, corporate, transfer
from tests.properties import invariants
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import Side, TaxStatus
from tradeoms.model.openings import OpeningLot
from tradeoms.model.reference import Account, IdenticalGroup
from tradeoms.views import lots, realized

D = Decimal


def house(*owned: OpeningLot, **status: TaxStatus) -> Desk:
    """Four accounts of one taxpayer, brokers without commission, the lots given."""
    floor = desk(owned)
    rows = [
        Account(a, a, "one", may_short=True, tax=status.get(a, TaxStatus.Taxable))
        for a in ("A1", "A2", "A3", "A4")
    ]
    floor.done(c.DefineAccounts(tuple(rows)), "ops")
    floor.done(c.DefineBrokers(tuple(Broker(b, b, s) for b, s in BROKERS.items())), "ops")
    return floor


def trade(
    floor: Desk, side: Side, price: str, *members: tuple[str, int], name: str = "ACME"
) -> tuple[str, str, str]:
    """A finished block: its name, placement and ExecID."""
    located = {"locate": "L"} if side.short else {}
    block = floor.block(*members, instrument=name, Side=side, **located)
    total = sum(quantity for _, quantity in members)
    placement = floor.route(block, total)
    ExecID = floor.fill(placement, total, price)
    floor.finish(block)
    return block, placement, ExecID


def later(floor: Desk, days: int) -> None:
    floor.done(c.OpenDay(floor.state.business_date + timedelta(days)), "ops")


def losses(floor: Desk) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    """Account, gain, disallowed and lost of every relief that stands."""
    rows = realized.all_rows(floor.state)
    return [(row.account, row.gain, row.disallowed, row.lost) for row in rows]


def open_lots(floor: Desk, account: str, name: str = "ACME") -> list[tuple[Decimal, Decimal, date]]:
    """Quantity, basis and begin of the holding period of the account's lots."""
    rows = [r for r in lots.all_rows(floor.state) if (r.account, r.instrument) == (account, name)]
    return [(row.remaining, row.open_basis, row.holding_from) for row in rows]


def test_a_purchase_in_another_account_takes_over_its_part_of_the_loss() -> None:
    floor = house(lot("A1", 100, 6000, age=100))
    trade(floor, Side.Sell, "50", ("A1", 100))
    assert losses(floor) == [("A1", D(-1000), D(0), D(0))]
    (row,) = realized.all_rows(floor.state)
    assert row.provisional == DAY + timedelta(30)
    later(floor, 10)
    bought = floor.state.business_date
    trade(floor, Side.Buy, "48", ("A2", 60))
    assert losses(floor) == [("A1", D(-1000), D(600), D(0))]
    (row,) = realized.all_rows(floor.state)
    assert (row.recognized, row.provisional) == (D(-400), DAY + timedelta(30))
    # 60 shares at 48 and 600 of loss; held 100 days longer than owned.
    assert open_lots(floor, "A2") == [(D(60), D(3480), bought - timedelta(100))]
    trade(floor, Side.Buy, "48", ("A3", 60))
    assert losses(floor) == [("A1", D(-1000), D(1000), D(0))]
    (row,) = realized.all_rows(floor.state)
    assert (row.recognized, row.provisional) == (D(0), None)
    whole, washed = open_lots(floor, "A3")
    assert whole == (D(20), D(960), bought)
    assert washed == (D(40), D(2320), bought - timedelta(100))
    same(floor.journal.replay(), floor.state)


@pytest.mark.parametrize(("days", "deferred"), [(30, 500), (31, 0)])
def test_the_window_is_thirty_days_to_either_side(days: int, deferred: int) -> None:
    floor = house(lot("A1", 50, 3000, age=300), lot("A2", 50, 2600, age=days))
    trade(floor, Side.Sell, "50", ("A1", 50))
    assert losses(floor) == [("A1", D(-500), D(deferred), D(0))]
    floor = house(lot("A1", 50, 3000, age=300))
    trade(floor, Side.Sell, "50", ("A1", 50))
    later(floor, days)
    trade(floor, Side.Buy, "50", ("A2", 50))
    assert losses(floor) == [("A1", D(-500), D(deferred), D(0))]


def test_a_bust_of_the_sale_or_the_purchase_takes_the_wash_sale_back() -> None:
    floor = house(lot("A1", 100, 6000))
    _, sold, first = trade(floor, Side.Sell, "50", ("A1", 100))
    _, bought, second = trade(floor, Side.Buy, "48", ("A2", 60))
    floor.bust(bought, second)
    assert losses(floor) == [("A1", D(-1000), D(0), D(0))]
    assert open_lots(floor, "A2") == []
    floor.bust(sold, first)
    assert losses(floor) == []
    assert open_lots(floor, "A1") == [(D(100), D(6000), DAY - timedelta(100))]
    floor = house(lot("A1", 100, 6000))
    _, sold, first = trade(floor, Side.Sell, "50", ("A1", 100))
    trade(floor, Side.Buy, "48", ("A2", 60))
    floor.bust(sold, first)
    assert open_lots(floor, "A2") == [(D(60), D(2880), DAY)]
    assert losses(floor) == []


def test_a_purchase_in_an_ira_destroys_the_loss() -> None:
    floor = house(lot("A1", 10, 600), A2=TaxStatus.IRA)
    trade(floor, Side.Sell, "50", ("A1", 10))
    trade(floor, Side.Buy, "50", ("A2", 4))
    assert losses(floor) == [("A1", D(-100), D(40), D(40))]
    assert open_lots(floor, "A2") == [(D(4), D(200), DAY)]
    trade(floor, Side.Sell, "40", ("A2", 4))
    assert losses(floor)[1:] == [("A2", D(-40), D(0), D(0))]


def test_a_dealer_s_account_and_one_without_a_taxpayer_are_left_alone() -> None:
    floor = house(lot("A1", 10, 600), lot("A2", 10, 600), A2=TaxStatus.Exempt)
    trade(floor, Side.Sell, "50", ("A2", 10))
    trade(floor, Side.Buy, "50", ("A3", 10))
    assert losses(floor) == [("A2", D(-100), D(0), D(0))]
    floor = house(lot("A1", 10, 600))
    nobody = tuple(Account(a, a, "") for a in ("A1", "A2"))
    floor.done(c.DefineAccounts(nobody), "ops")
    trade(floor, Side.Sell, "50", ("A1", 10))
    trade(floor, Side.Buy, "50", ("A2", 10))
    assert losses(floor) == [("A1", D(-100), D(0), D(0))]
    (row,) = realized.all_rows(floor.state)
    assert row.provisional is None


def test_shares_of_one_purchase_do_not_replace_each_other() -> None:
    floor = house()
    trade(floor, Side.Buy, "50", ("A1", 20))
    trade(floor, Side.Sell, "40", ("A1", 10))
    assert losses(floor) == [("A1", D(-100), D(0), D(0))]
    trade(floor, Side.Buy, "40", ("A1", 4))
    assert losses(floor) == [("A1", D(-100), D(40), D(0))]


def test_a_share_takes_over_one_loss() -> None:
    floor = house(lot("A1", 10, 600, 100), lot("A1", 10, 600, 90))
    trade(floor, Side.Buy, "50", ("A2", 10))
    trade(floor, Side.Sell, "50", ("A1", 10))
    trade(floor, Side.Sell, "50", ("A1", 10))
    assert losses(floor) == [("A1", D(-100), D(100), D(0)), ("A1", D(-100), D(0), D(0))]
    # What the replacement then loses is counted from the basis that it took over.
    later(floor, 40)
    trade(floor, Side.Sell, "55", ("A2", 10))
    assert losses(floor)[2:] == [("A2", D(-50), D(0), D(0))]


def test_a_loss_on_a_short_lowers_what_the_next_short_brought() -> None:
    floor = house()
    trade(floor, Side.SellShort, "50", ("A1", 10))
    trade(floor, Side.Buy, "60", ("A1", 10))
    trade(floor, Side.SellShort, "60", ("A2", 4))
    assert losses(floor) == [("A1", D(-100), D(40), D(0))]
    (row,) = lots.all_rows(floor.state)
    assert (row.short, row.remaining, row.basis, row.wash_basis) == (True, 4, D(200), D(-40))
    trade(floor, Side.Buy, "40", ("A2", 4))
    assert losses(floor)[1:] == [("A2", D(40), D(0), D(0))]


def test_identical_instruments_replace_each_other_and_are_undone_in_one_order() -> None:
    floor = house(lot("A1", 10, 600))
    group = IdenticalGroup("acme", ("ACME", "BOLT"))
    floor.done(c.DefineIdentical((group,)), "compliance")
    _, sold, ExecID = trade(floor, Side.Sell, "50", ("A1", 10))
    trade(floor, Side.Buy, "50", ("A2", 10), name="BOLT")
    assert losses(floor) == [("A1", D(-100), D(100), D(0))]
    trade(floor, Side.Sell, "58", ("A2", 5), name="BOLT")
    assert losses(floor)[1:] == [("A2", D(-10), D(0), D(0))]
    floor.bust(sold, ExecID)
    assert losses(floor) == [("A2", D(40), D(0), D(0))]
    assert open_lots(floor, "A2", "BOLT") == [(D(5), D(250), DAY)]
    same(floor.journal.replay(), floor.state)


def test_a_group_that_cannot_be_is_refused_with_all_that_is_wrong() -> None:
    floor = desk()
    euro = instrument("EURO", Currency="EUR")
    floor.done(c.DefineInstruments((euro,)), "ops")
    floor.done(c.DefineIdentical((IdenticalGroup("one", ("CORN", "BOLT")),)), "compliance")
    groups = (
        IdenticalGroup("two", ("ACME", "CORN", "NOSUCH")),
        IdenticalGroup("three", ("ACME", "EURO")),
    )
    answer = floor.do(c.DefineIdentical(groups), "compliance")
    assert [(p.field, p.value, p.reason) for p in answer.problems] == [
        ("groups.two", "CORN", "is in one already"),
        ("groups.two", "NOSUCH", "unknown instrument"),
        ("groups.three", "ACME", "is in two already"),
        ("groups.three", "EURO", "is counted or paid otherwise than ACME"),
    ]
    twice = (IdenticalGroup("one", ()), IdenticalGroup("one", ("ACME", "BOLT")))
    found = floor.refused(c.DefineIdentical(twice), "compliance")
    assert found == {"groups.one": "stands there twice"}
    floor.done(c.DefineIdentical((IdenticalGroup("one", ()),)), "compliance")
    floor.done(c.DefineIdentical((IdenticalGroup("two", ("ACME", "CORN")),)), "compliance")
    assert floor.state.identical_of == {"ACME": "two", "CORN": "two"}


def test_a_lot_comes_in_on_day_one_with_its_wash_state() -> None:
    washed = OpeningLot("A2", "ACME", D(10), D(700), DAY, DAY - timedelta(400), washed=True)
    floor = house(lot("A1", 10, 600), washed)
    trade(floor, Side.Sell, "50", ("A1", 10))
    assert losses(floor) == [("A1", D(-100), D(0), D(0))]
    trade(floor, Side.Sell, "50", ("A2", 10))
    row = list(realized.all_rows(floor.state))[1]
    assert (row.gain, row.long_term, row.acquired) == (D(-200), True, DAY)
    late = OpeningLot("A2", "ACME", D(10), D(700), DAY, DAY + timedelta(1))
    assert desk().refused(c.BookOpening("two", (late,)), "ops") == {
        "lots[0].holding_from": "is after the day of acquisition"
    }


def test_what_a_merger_buys_goes_to_the_oldest_loss_and_only_once() -> None:
    floor = house(lot("A1", 10, 1000), lot("A2", 16, 1600))
    floor.done(c.DefineIdentical((IdenticalGroup("g", ("ACME", "CORN")),)), "compliance")
    trade(floor, Side.Sell, "50", ("A1", 10))
    later(floor, 5)
    day = floor.state.business_date
    terms = {"new": 1, "new_instrument": "CORN", "taxable": True, "price": 50}
    floor.done(corporate("merger", day=day, **terms), "ops")
    # 16 are bought: ten replace those of A1, six as many of those that were exchanged.
    assert losses(floor) == [("A1", D(-500), D(500), D(0)), ("A2", D(-800), D(300), D(0))]
    assert sorted(row[:2] for row in open_lots(floor, "A2", "CORN")) == [(6, 600), (10, 1000)]
    invariants.hold(floor)


@pytest.mark.parametrize(
    ("bought", "after"), [(3, [(1, 200), (5, 500)]), (0, [(1, 150), (1, 200), (1, 200), (3, 300)])]
)
def test_a_reverse_split_leaves_each_loss_what_it_was(
    bought: int, after: list[tuple[int, int]]
) -> None:
    """Three of five shares that lost 250 are replaced before: of what waits is one new share; or none,
    and two and a half wait, of which the half goes into a share alone.
    """
    floor = house(lot("A1", 5, 500))
    trade(floor, Side.Sell, "50", ("A1", 5))
    if bought:
        trade(floor, Side.Buy, "50", ("A2", bought))
    deferred = 50 * bought
    later(floor, 1)
    terms = {"new": 1, "old": 2, "fraction_price": 100, "day": floor.state.business_date}
    floor.done(transfer(to="A4", arrived=(arrived(1, 1, DAY - timedelta(90)),)), "ops")
    floor.done(corporate("split", **terms), "ops")
    split = [*floor.state.lot_actions][-1]
    trade(floor, Side.Buy, "100", ("A3", 1))
    assert losses(floor)[0] == ("A1", D(-250), deferred + 100, D(0))
    _, *last = trade(floor, Side.Buy, "100", ("A3", 5))
    assert losses(floor)[0] == ("A1", D(-250), D(250), D(0))
    assert sorted(row[:2] for row in open_lots(floor, "A3")) == after
    invariants.hold(floor)
    floor.bust(*last)
    floor.done(c.ReverseAction(split, "it was not so"), "ops")
    assert losses(floor)[0][2] == deferred + 50
    same(floor.journal.replay(), floor.state)


@pytest.mark.parametrize("washed", [False, True])
@pytest.mark.parametrize("sold_first", [False, True])
def test_what_has_taken_over_a_loss_elsewhere_takes_no_second_one(
    washed: bool, sold_first: bool
) -> None:
    floor = house(lot("A1", 5, 500))
    one = arrived(5, 250, DAY - timedelta(3), washed=washed)
    if sold_first:
        trade(floor, Side.Sell, "50", ("A1", 5))
    floor.done(transfer(to="A2", arrived=(one,)), "ops")
    if not sold_first:
        trade(floor, Side.Sell, "50", ("A1", 5))
    assert losses(floor) == [("A1", D(-250), D(0 if washed else 250), D(0))]
