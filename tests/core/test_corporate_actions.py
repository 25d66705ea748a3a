"""Corporate actions in the server: lots, positions, gains and cash of every account."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.builders import DAY, Desk, desk, lot
from tests.core.corporate import action, corporate, gains, lots, traded
from tests.core.leaving import brief, calm, opened
from tests.core.leaving import traded as leaving_trade
from tests.properties import invariants
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model.fields import OrdStatus, ReportKind, Side, TimeInForce
from tradeoms.model.lot_actions import Control
from tradeoms.views import VIEWS

D = Decimal
LATER = DAY + timedelta(7)


def checked(floor: Desk) -> None:
    invariants.hold(floor)


def test_a_split_makes_more_shares_of_each_lot_for_the_same_basis() -> None:
    floor = desk((lot("A1", 100, 3000, 900), lot("A1", 7, 280, 10), lot("A2", -10, 500, 5)))
    assert floor.done(corporate("split", new=2), "ops") == ("L1",)
    old, new, short = (DAY - timedelta(age) for age in (900, 10, 5))
    assert lots(floor) == [(200, 300000, old, old), (14, 28000, new, new)]
    assert lots(floor, "A2") == [(20, 50000, short, short)]
    assert (floor.held("A1"), floor.held("A2"), floor.cash("A1")) == (214, -20, 100000025)
    assert gains(floor) == []
    checked(floor)


def test_the_fraction_that_a_reverse_split_leaves_is_sold_from_the_oldest_lot() -> None:
    floor = desk((lot("A1", 10, 100, 900), lot("A1", 15, 300, 10), lot("A2", -25, 500, 5)))
    floor.done(corporate("split", new=1, old=10, fraction_price="240", payable=LATER), "ops")
    # Half a share: of the oldest lot, which is one share of 100.00 now.
    first = {"block": -1, "quantity": 0, "fraction": 500000, "long_term": 1}
    assert gains(floor)[0] == first | {"proceeds": 12000, "basis": 5000, "gain": 7000}
    assert gains(floor)[1] == first | {
        "proceeds": 12000,
        "basis": 10000,
        "gain": -2000,
        "long_term": 0,
    }
    assert [row[:2] for row in lots(floor)] == [(1, 15000), (1, 20000)]
    assert [row[:2] for row in lots(floor, "A2")] == [(2, 40000)]
    assert floor.cash("A1") == 100012025
    assert floor.cash("A2") == -12000
    checked(floor)


def test_a_stock_dividend_of_the_irs_example() -> None:
    """Publication 550: 1 share of 100.00, 5 %, 10.00 paid for the fraction: 4.76 of basis."""
    floor = desk((lot("A1", 1, 100, 543),))
    floor.done(corporate("stock_dividend", new="0.05", fraction_price=200), "ops")
    (gain,) = gains(floor)
    assert (gain["proceeds"], gain["basis"], gain["gain"]) == (1000, 476, 524)
    assert (gain["fraction"], gain["long_term"]) == (50000, 1)
    assert [row[:2] for row in lots(floor)] == [(1, 9524)]
    checked(floor)


def test_a_merger_for_shares_keeps_basis_and_dates() -> None:
    floor = desk((lot("A1", 100, 3000, 900),))
    floor.done(corporate("merger", new_instrument="BOLT", new=3, old=2, fraction_price=20), "ops")
    day = DAY - timedelta(900)
    assert (lots(floor), lots(floor, instrument="BOLT")) == ([], [(150, 300000, day, day)])
    assert (floor.held("A1"), floor.held("A1", "BOLT")) == (0, 150)
    checked(floor)


def test_cash_of_a_merger_is_taxed_up_to_the_gain() -> None:
    # 100 at 30.00 become 50 of BOLT worth 40.00 and 500.00: worth 2,500, no gain below basis 3,000.
    floor = desk((lot("A1", 100, 3000, 900), lot("A2", 100, 1800, 10)))
    terms = {"new_instrument": "BOLT", "new": 1, "old": 2, "cash": 5, "price": 40}
    terms |= {"fraction_price": 40}
    floor.done(corporate("merger", **terms), "ops")
    loser, winner = gains(floor)
    assert (loser["proceeds"], loser["basis"], loser["gain"]) == (50000, 50000, 0)
    assert (winner["proceeds"], winner["gain"], winner["long_term"]) == (50000, 50000, 0)
    assert [row[:2] for row in lots(floor, "A1", "BOLT")] == [(50, 250000)]
    assert [row[:2] for row in lots(floor, "A2", "BOLT")] == [(50, 180000)]
    assert floor.cash("A2") == 50000
    checked(floor)


def test_a_merger_for_cash_alone_is_a_sale() -> None:
    floor = desk((lot("A1", 100, 3000, 400), lot("A1", 10, 100, 30)))
    floor.done(corporate("merger", new=0, cash="25.005"), "ops")
    first, second = gains(floor)
    assert (first["proceeds"], first["gain"], first["long_term"]) == (250050, -49950, 1)
    assert (second["proceeds"], second["gain"], second["long_term"]) == (25005, 15005, 0)
    assert (floor.held("A1"), floor.cash("A1")) == (0, 100275080)
    checked(floor)


def test_a_taxable_merger_sells_and_buys() -> None:
    floor = desk((lot("A1", 100, 3000, 400),))
    terms = {"new_instrument": "BOLT", "new": 1, "cash": 1, "price": 40, "taxable": True}
    floor.done(corporate("merger", **terms), "ops")
    (gain,) = gains(floor)
    assert (gain["proceeds"], gain["gain"]) == (410000, 110000)
    assert lots(floor, instrument="BOLT") == [(100, 400000, DAY, DAY)]
    assert floor.cash("A1") == 100010025
    checked(floor)


def test_a_spin_off_divides_the_basis_by_value() -> None:
    """J. K. Lasser 30.3: 100 common for 1,000; 10 preferred; 9 and 30 a share: 750 and 250."""
    floor = desk((lot("A1", 100, 1000, 400),))
    floor.done(
        corporate(
            "spin_off", new_instrument="BOLT", new=1, old=10, value_old=9, value_new=30,
            fraction_price=30,
        ),
        "ops",
    )  # fmt: skip
    day = DAY - timedelta(400)
    assert lots(floor) == [(100, 75000, day, day)]
    assert lots(floor, instrument="BOLT") == [(10, 25000, day, day)]
    checked(floor)


def test_a_spin_off_by_the_issuer_s_percentage_sells_the_fraction() -> None:
    floor = desk((lot("A1", 105, 1050, 400),))
    terms = {"new_instrument": "BOLT", "new": 1, "old": 10, "basis_percent": 20}
    floor.done(corporate("spin_off", **terms, fraction_price=30), "ops")
    (gain,) = gains(floor)
    assert (gain["fraction"], gain["proceeds"], gain["basis"]) == (500000, 1500, 1000)
    assert [row[:2] for row in lots(floor)] == [(105, 84000)]
    assert [row[:2] for row in lots(floor, instrument="BOLT")] == [(10, 20000)]
    checked(floor)


def test_rights_of_the_irs_example_are_exercised() -> None:
    """Publication 550: 100 at 22, 10 rights, 30 and 3 a share: 2,178.22 and 21.78; 28.18 exercised."""
    floor = desk((lot("A1", 100, 2200, 400),))
    rights = {"new_instrument": "BOLT", "new": 1, "old": 10, "value_old": 30, "value_new": 3}
    floor.done(corporate("rights", **rights, fraction_price=3), "ops")
    assert [row[:2] for row in lots(floor)] == [(100, 217822)]
    assert [row[:2] for row in lots(floor, instrument="BOLT")] == [(10, 2178)]
    took = {"new_instrument": "ACME", "new": 1, "price": 26, "account": "A1", "quantity": 10}
    floor.done(corporate("exercise", "CA-2", instrument="BOLT", **took), "ops")
    assert lots(floor)[1] == (10, 28178, DAY, DAY)
    assert (lots(floor, instrument="BOLT"), floor.cash("A1")) == ([], 100000025 - 26000)
    checked(floor)


def test_a_late_action_goes_before_the_trades_of_its_day() -> None:
    floor = desk((lot("A1", 100, 1000, 400),))
    ex = DAY + timedelta(1)
    traded(floor, DAY, Side.Sell, 10, "11")
    traded(floor, ex, Side.Sell, 85, "6")
    floor.done(c.OpenDay(ex + timedelta(1)), "ops")
    floor.done(corporate("split", day=ex, new=2), "ops")
    assert [row[:2] for row in lots(floor)] == [(95, 47500)]
    assert [row["basis"] for row in gains(floor)] == [10000, 42500]
    total = floor.state.lot_actions["L1"].totals[0]
    assert (total.before, total.after) == (90, 180)
    checked(floor)


def test_a_bust_of_before_a_split_is_booked_through_it() -> None:
    floor = desk((lot("A1", 100, 1000, 400),))
    block, name, ExecID = traded(floor, DAY, Side.Buy, 50, "20")
    floor.done(c.OpenDay(LATER), "ops")
    floor.done(corporate("split", day=LATER, new=3, old=2, fraction_price=14), "ops")
    assert [row[0] for row in lots(floor)] == [150, 75]
    floor.correct(name, ExecID, 31, "20", OrdStatus=OrdStatus.Canceled)
    floor.finish(block)
    # 131 shares are 196.5: half a share is sold.
    assert sum(row[0] for row in lots(floor)) == floor.held("A1") == 196
    assert [(row["fraction"], row["proceeds"]) for row in gains(floor)] == [(500000, 700)]
    checked(floor)


def test_a_booking_is_reversed_exactly() -> None:
    floor = desk((lot("A1", 101, 1000, 400), lot("A2", 33, 900, 4)))
    before = (lots(floor), lots(floor, "A2"), floor.cash("A1"), gains(floor))
    floor.done(corporate("split", new=1, old=2, fraction_price=9), "ops")
    assert floor.held("A1") == 50
    floor.done(c.ReverseAction("L1", "wrong ratio"), "ops")
    assert (lots(floor), lots(floor, "A2"), floor.cash("A1"), gains(floor)) == before
    assert floor.refused(c.ReverseAction("L1", "again"), "ops") == {
        "action": "was reversed by ops: wrong ratio"
    }
    # What was wrong may come again under the same reference.
    assert floor.done(corporate("split", new=2), "ops") == ("L2",)
    assert floor.held("A1") == 202
    checked(floor)


def test_what_was_sold_since_keeps_a_booking_from_being_reversed() -> None:
    floor = desk((lot("A1", 100, 1000, 400),))
    floor.done(corporate("split", new=2), "ops")
    traded(floor, DAY, Side.Sell, 150, "6")
    (reason,) = floor.refused(c.ReverseAction("L1", "wrong"), "ops").values()
    assert "sold more than owned: A1" in reason


def test_the_same_reference_again_changes_nothing_and_other_terms_are_refused() -> None:
    floor = desk((lot("A1", 100, 1000, 400),))
    floor.done(corporate("split", new=2), "ops")
    assert floor.done(corporate("split", new=2), "ops") == ()
    assert floor.held("A1") == 200
    assert floor.refused(corporate("split", new=3), "ops") == {
        "reference": "was booked as L1 with other terms: reverse that first"
    }


def test_control_totals_are_compared() -> None:
    floor = desk((lot("A1", 100, 1000, 400), lot("A2", 50, 1000, 400)))
    wrong = corporate("split", new=2, control=Control(D(151), D(301)))
    assert floor.refused(wrong, "ops") == {
        "control.before": "the accounts concerned hold 150 of ACME",
        "control.after": "the accounts concerned hold 300 of ACME",
    }
    floor.done(corporate("split", new=2, control=Control(D(150), D(300))), "ops")


@pytest.mark.parametrize(
    ("command", "reasons"),
    [
        (
            corporate("split", new=0, old=-1, cash=1, new_instrument="BOLT", account="A1"),
            {
                "terms.new": "must be above zero",
                "terms.old": "must be above zero",
                "terms.new_instrument": "a split has none",
                "terms.cash": "a split has none: book it as a merger, or as cash",
                "terms.account": "a split is for all accounts",
            },
        ),
        (
            corporate("split", new=3, old=2),
            {"terms.fraction_price": "fractions may be left: the price of a share is needed"},
        ),
        (
            corporate("merger", new=1, new_instrument="NONE", cash=2),
            {
                "terms.new_instrument": "unknown instrument",
                "terms.price": "the price of a new share is needed",
            },
        ),
        (
            corporate("spin_off", new=1, new_instrument="BOLT", value_old=3),
            {"terms.value_new": "both values per share, or basis_percent, are needed"},
        ),
        (
            corporate("split", new=2, instrument="CORN", reference=""),
            {"reference": "is needed, up to 64 characters: what its source calls it"},
        ),
        (
            corporate("split", new=2, instrument="CORN"),
            {"terms.instrument": "nobody held it when 2026-03-02 began"},
        ),
        (
            corporate("split", new=2, day=LATER),
            {"terms.day": "is after the open day 2026-03-02"},
        ),
        (
            corporate("split", new=2, day=DAY - timedelta(1)),
            {"terms.day": "is before the balances of 2026-03-02, which came with it already"},
        ),
        (
            corporate("split", new="1e9", old="1"),
            {"terms.new": "makes more shares than can be booked"},
        ),
        (
            corporate("merger", new=0, cash=1),
            {"terms.instrument": "close the shorts of A2 before the merger"},
        ),
    ],
)
def test_what_cannot_be_is_refused_with_every_reason(
    command: c.BookCorporateAction, reasons: dict[str, str]
) -> None:
    floor = desk((lot("A1", 10**7, 1000, 400), lot("A2", -1, 10, 4)))
    assert floor.refused(command, "ops") == reasons


def test_orders_that_wait_are_changed_by_a_split_and_cancelled_by_a_merger() -> None:
    floor = desk((lot("A1", 100, 1000, 400),))
    gtc = {"TimeInForce": TimeInForce.GoodTillCancel}
    buy = floor.order(("A1", 100), Price="50.01", **gtc)
    sell = floor.order(("A1", 99), Price="60.01", Side=Side.Sell, **gtc)
    floor.done(c.BlockOrders((buy,)), "trader")
    floor.done(c.OpenDay(LATER), "ops")
    new = floor.order(("A1", 5), Price="20")
    floor.done(corporate("split", day=LATER, new=3, old=1), "ops")
    orders = floor.state.orders
    assert [(str(o.OrderQty), str(o.Price)) for o in (orders[buy], orders[sell], orders[new])] == [
        ("300", "16.67"),
        ("297", "20.01"),
        ("5", "20"),
    ]
    assert orders[buy].state == "staged"
    assert floor.alerts() == ["open orders"]
    checked(floor)
    floor.done(c.OpenDay(LATER + timedelta(1)), "ops")
    gone = corporate("merger", "CA-2", day=LATER + timedelta(1), new_instrument="BOLT", new=1)
    floor.done(gone, "ops")
    assert {orders[name].state for name in (buy, sell, new)} == {"cancelled"}
    checked(floor)


def test_a_block_at_a_broker_from_before_the_day_is_in_the_way() -> None:
    floor = desk((lot("A1", 100, 1000, 400),))
    name = floor.working(("A1", 100))
    floor.done(c.OpenDay(LATER), "ops")
    reason = f"is worked since {DAY}, in old shares: cancel what is at brokers, finish it"
    assert floor.refused(corporate("split", day=LATER, new=2), "ops") == {
        "terms.instrument": reason
    }
    floor.fill(name, 100)
    floor.finish("B1")
    floor.done(corporate("split", day=LATER, new=2), "ops")
    checked(floor)


def test_an_action_is_never_in_the_future_of_its_instrument_s_day_one() -> None:
    floor = desk((lot("A1", 100, 1000, 400),))
    assert floor.state.opened_on == {"ACME": (DAY - date(1970, 1, 1)).days}
    assert action("split", new=2).day == DAY


def test_what_a_broker_has_split_already_is_not_split_again() -> None:
    """Filled 40 before the day; the broker restates the order on it: 80 filled, in new shares."""
    floor = desk((lot("A1", 100, 1000, 400),))
    name = floor.working(("A1", 100), TimeInForce=TimeInForce.GoodTillCancel)
    floor.fill(name, 40, "50")
    floor.done(c.OpenDay(LATER), "ops")
    floor.report(
        name,
        ReportKind.Restated,
        ExecID="R1",
        ExecRestatementReason="0",
        OrdStatus=OrdStatus.Canceled,
        OrderQty=D(100),
        CumQty=D(80),
        LeavesQty=D(0),
    )
    floor.finish("B1")
    floor.done(corporate("split", day=LATER, new=2), "ops")
    (_, bought) = lots(floor)
    assert bought[0] == 80
    assert bought[2] == DAY
    assert floor.held("A1") == 280
    checked(floor)


def test_an_action_stands_for_good_when_the_work_around_it_has_left_memory() -> None:
    """What was traded after it may leave then, and nothing may be booked before that any more."""
    floor = brief()
    today = floor.state.business_date
    before, _, _ = leaving_trade(floor)
    opened(floor)
    floor.done(corporate("split", day=floor.state.business_date, new=2), "ops")
    after, _, _ = leaving_trade(floor)
    held = floor.held("A1")
    opened(floor, 3)
    calm(floor)
    rows = {row.key: row for row in VIEWS["action_lines"].all_rows(floor.state)}
    assert {before, after} & floor.state.blocks.keys()
    opened(floor, 5)
    assert not floor.state.blocks
    assert floor.held("A1") == held
    assert floor.refused(c.ReverseAction("L1", "late"), "ops") == {
        "action": "stands for good: what was booked around it has left memory"
    }
    late = corporate("split", "CA-2", day=today, new=2)
    through = floor.state.retired_through
    assert floor.refused(late, "ops") == {
        "terms.day": f"is too long ago: trades up to {through} have left memory"
    }
    assert floor.done(corporate("split", day=today + timedelta(1), new=2), "ops") == ()
    assert {row.key: row for row in VIEWS["action_lines"].all_rows(floor.state)} == rows
    same(floor.journal.replay(), floor.state)
