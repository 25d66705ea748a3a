"""Transfers and gifts in the server: lots change hands with their dates and their basis."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.builders import DAY, Desk, desk, lot
from tests.core.corporate import arrived, corporate, gains, gift, lots, traded, transfer
from tests.core.test_corporate_actions import checked
from tests.properties import invariants
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model.fields import OrdStatus, Side, TaxStatus
from tradeoms.model.identifications import NamedLot
from tradeoms.model.reference import Account
from tradeoms.views import VIEWS

D = Decimal
OLD, NEW = DAY - timedelta(900), DAY - timedelta(10)


def family(floor: Desk, **fields: TaxStatus) -> None:
    """A1 and A2 are one taxpayer's, A3 and A4 another's."""
    rows = [
        Account(a, a, "one" if a < "A3" else "two", tax=fields.get(a, TaxStatus.Taxable))
        for a in ("A1", "A2", "A3", "A4")
    ]
    floor.done(c.DefineAccounts(tuple(rows)), "ops")


def house(*owned: tuple[int, int, int], **fields: TaxStatus) -> Desk:
    """A1's lots: quantity, basis, age."""
    floor = desk(tuple(lot("A1", *one) for one in owned))
    family(floor, **fields)
    return floor


def test_a_transfer_takes_lots_by_the_standing_method_with_their_dates() -> None:
    floor = house((10, 500, 900), (5, 250, 10))
    assert floor.done(transfer(account="A1", to="A2", quantity=8, method="LIFO"), "ops") == ("L1",)
    assert lots(floor) == [(7, 35000, OLD, OLD)]
    assert lots(floor, "A2") == [(5, 25000, NEW, NEW), (3, 15000, OLD, OLD)]
    assert (floor.held("A1"), floor.held("A2"), floor.cash("A1")) == (7, 8, 100000025)
    assert gains(floor) == []
    checked(floor)


def test_named_lots_are_moved_and_found_again_after_a_correction() -> None:
    floor = house((10, 500, 900))
    block, name, ExecID = traded(floor, DAY, Side.Buy, 20, "30")
    floor.done(transfer(account="A1", to="A2", lots=(NamedLot(1, D(15)),)), "ops")
    assert lots(floor, "A2") == [(15, 45019, DAY, DAY)]
    floor.correct(name, ExecID, 20, "32", OrdStatus=OrdStatus.Filled)
    floor.finish(block)
    assert lots(floor, "A2") == [(15, 48019, DAY, DAY)]
    assert lots(floor) == [(10, 50000, OLD, OLD), (5, 16006, DAY, DAY)]
    checked(floor)


def test_lots_leave_the_firm_and_come_from_outside() -> None:
    floor = house((10, 500, 900))
    floor.done(transfer(account="A1", quantity=4), "ops")
    came = (arrived(30, "899.99", OLD, washed=True), arrived(7, 70, NEW, holding_from=OLD))
    floor.done(transfer("T-2", to="A2", arrived=came), "ops")
    assert lots(floor) == [(6, 30000, OLD, OLD)]
    assert lots(floor, "A2") == [(30, 89999, OLD, OLD), (7, 7000, NEW, OLD)]
    assert list(floor.state.lots["replaces"][-2:]) == [0, 1]
    rows = {row.key: row for row in VIEWS["action_lines"].all_rows(floor.state)}
    assert [(r.before, r.after, r.change) for r in rows.values()] == [(10, 6, -4), (0, 37, 37)]
    actions = [(r.kind, r.before, r.after) for r in VIEWS["lot_actions"].all_rows(floor.state)]
    assert actions == [("transfer", 10, 6), ("transfer", 0, 37)]
    invariants.positions_are_the_sum_of_lots(floor.state)
    same(floor.journal.replay(), floor.state)


def test_what_is_transferred_is_no_profit_of_the_day() -> None:
    floor = house((10, 500, 900))
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    came = (arrived(30, 900, OLD),)
    floor.done(transfer(day=DAY + timedelta(1), to="A2", arrived=came), "ops")
    rows = {row.key: row for row in VIEWS["pnl"].all_rows(floor.state)}
    assert rows["A2/ACME"].day == 0
    assert rows["A2/ACME"].unrealized == D("600.00")


def test_a_transfer_of_before_is_booked_before_later_sales() -> None:
    floor = house((10, 500, 900), (10, 900, 10))
    traded(floor, DAY + timedelta(2), Side.Sell, 10, "60")
    assert gains(floor)[0]["basis"] == 50000
    floor.done(transfer(account="A1", to="A2", quantity=10), "ops")
    assert [row["basis"] for row in gains(floor)] == [90000]
    assert lots(floor, "A2") == [(10, 50000, OLD, OLD)]
    reason = "oversold: sold more than owned: A1"
    assert reason in floor.refused(transfer("T-2", account="A1", quantity=5), "ops").values()
    checked(floor)


def test_a_gift_keeps_the_giver_s_basis_for_a_gain_and_its_value_for_a_loss() -> None:
    # Publication 551: basis 100, worth 80 when given: sold at 120, 90 and 70.
    for price, gain, basis, long in (("120", 20, 100, 1), ("90", 0, 90, 1), ("70", -10, 80, 0)):
        floor = house((10, 1000, 900))
        floor.done(gift(account="A1", to="A3", quantity=10, value=80), "ops")
        assert lots(floor, "A3") == [(10, 100000, OLD, OLD)]
        traded(floor, DAY + timedelta(1), Side.Sell, 10, price, "A3")
        commission = sum(floor.state.allocations["B1"].commission)
        (row,) = gains(floor)
        nothing = price == "90"
        assert row["gain"] == (0 if nothing else gain * 1000 - commission), price
        assert row["basis"] == basis * 1000 - (commission if nothing else 0)
        assert row["long_term"] == long
        same(floor.journal.replay(), floor.state)


def test_a_gift_that_had_risen_keeps_everything() -> None:
    floor = house((10, 1000, 900))
    floor.done(gift(account="A1", to="A3", quantity=4, value=150), "ops")
    assert lots(floor, "A3") == [(4, 40000, OLD, OLD)]
    assert list(floor.state.lots["markdown"][-1:]) == [0]
    traded(floor, DAY, Side.Sell, 4, "90", "A3")
    assert (gains(floor)[0]["gain"] < -4000, gains(floor)[0]["long_term"]) == (True, 1)


def test_a_gift_replaces_no_loss_and_a_transfer_from_outside_does() -> None:
    """W15; what the taxpayer bought elsewhere within 30 days counts as soon as it comes."""
    floor = house((10, 1000, 900))
    traded(floor, DAY, Side.Sell, 10, "50")
    bought = arrived(10, 510, DAY - timedelta(5))
    floor.done(gift(to="A2", arrived=(bought,), value=51), "ops")
    assert floor.state.realized["disallowed"].sum() == 0
    floor.done(transfer(to="A2", arrived=(bought,)), "ops")
    loss = -int(floor.state.realized["gain"].sum())
    assert floor.state.realized["disallowed"].sum() == loss > 0
    assert lots(floor, "A2")[1][1] == 51000 + loss
    floor.done(c.ReverseAction("L2", "was another client's"), "ops")
    assert floor.state.realized["disallowed"].sum() == 0
    invariants.positions_are_the_sum_of_lots(floor.state)
    same(floor.journal.replay(), floor.state)


def test_a_loss_before_a_split_is_washed_by_shares_after_it() -> None:
    """C4: a loss on 10 shares waits for 20 new ones; 15 of them take over three quarters."""
    floor = house((10, 1000, 900), (10, 500, 800))
    traded(floor, DAY, Side.Sell, 10, "50")
    loss = -int(floor.state.realized["gain"].sum())
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    floor.done(corporate("split", day=DAY + timedelta(1), new=2), "ops")
    traded(floor, DAY + timedelta(2), Side.Buy, 15, "26", "A2")
    assert floor.state.realized["disallowed"].sum() == (loss * 3 + 2) // 4
    checked(floor)
    floor.done(c.ReverseAction("L1", "announced for another day"), "ops")
    assert floor.state.realized["disallowed"].sum() == loss
    checked(floor)


def test_a_loss_before_a_merger_is_washed_by_the_new_shares() -> None:
    """At the ratio, also after a split of these; no longer by the old ones, and back with the action."""
    floor = house((10, 1000, 900), (10, 500, 800))
    traded(floor, DAY, Side.Sell, 10, "50")
    loss = -int(floor.state.realized["gain"].sum())
    next_day = DAY + timedelta(1)
    floor.done(c.OpenDay(next_day), "ops")
    floor.done(corporate("merger", day=next_day, new_instrument="BOLT", new=2), "ops")
    two = corporate("split", "CA-2", day=next_day, instrument="BOLT", new=3)
    floor.done(two, "ops")
    traded(floor, next_day, Side.Buy, 10, "26", "A2")
    assert floor.state.realized["disallowed"].sum() == 0
    _, placement, ExecID = traded(floor, next_day, Side.Buy, 15, "9", "A2", "BOLT")
    assert floor.state.realized["disallowed"].sum() == (loss + 2) // 4  # 15 of 60
    checked(floor)
    floor.bust(placement, ExecID)
    floor.done(c.ReverseAction("L2", "another one"), "ops")
    floor.done(c.ReverseAction("L1", "called off"), "ops")
    assert floor.state.realized["disallowed"].sum() == loss  # by the ten old ones
    checked(floor)


@pytest.mark.parametrize(
    ("command", "reasons"),
    [
        (
            transfer(account="A1", to="A3", quantity=4, value=3),
            {
                "terms.to": "belongs to another taxpayer, two: give the lots",
                "terms.value": "a transfer has none: it is for gifts",
            },
        ),
        (
            transfer(account="A1", to="A2", quantity=4),
            {"terms.to": "is taxed as ira, A1 as taxable"},
        ),
        (
            gift(account="A1", to="A2", quantity=4),
            {
                "terms.to": "belongs to the same taxpayer one: transfer the lots",
                "terms.value": "of a share on the day of the gift is needed",
            },
        ),
        (transfer(quantity=4), {"terms.to": "an account is needed, as the giver or the taker"}),
        (
            transfer(account="A1", quantity=4, lots=(NamedLot(0, D(4)), NamedLot(0, D(1)))),
            {
                "terms.quantity": "a quantity or the lots are needed, not both",
                "terms.lots[0].lot": "is named twice",
                "terms.lots[1].lot": "is named twice",
            },
        ),
        (
            transfer(account="A3", lots=(NamedLot(0, D("0.5")),)),
            {
                "terms.lots[0].lot": "is no lot of ACME in A3",
                "terms.lots[0].quantity": "has more than 0 decimals",
            },
        ),
        (
            transfer(to="A3", arrived=(arrived(-1, "0.001", DAY + timedelta(1)),)),
            {
                "terms.arrived[0].quantity": "must be above zero",
                "terms.arrived[0].basis": "has more than 2 decimals",
                "terms.arrived[0].acquired": "is after the transfer",
            },
        ),
        (
            transfer(account="A1", quantity=4, day=date(2026, 3, 9)),
            {"terms.day": "is after the open day 2026-03-02"},
        ),
        (
            transfer(account="A1", quantity=11),
            {"terms.day": "lots missing: 11 of ACME in A1: only 10 are there"},
        ),
    ],
)
def test_what_cannot_be_is_refused_with_every_reason(
    command: c.Command, reasons: dict[str, str]
) -> None:
    floor = house((10, 1000, 900), A2=TaxStatus.IRA)
    assert floor.refused(command, "ops") == reasons


def test_a_reversal_that_later_sales_need_is_refused() -> None:
    floor = house()
    floor.done(transfer(to="A2", arrived=(arrived(10, 100, OLD),)), "ops")
    traded(floor, DAY, Side.Sell, 6, "50", "A2")
    (reason,) = floor.refused(c.ReverseAction("L1", "wrong client"), "ops").values()
    assert reason == "what came after needs it: B1 sold more than owned: A2"


def test_what_an_open_order_sells_stays_where_it_is() -> None:
    """Filled without its shares, the order would sell short, and nobody had said so."""
    floor = house((100, 1000, 10))
    name = floor.working(("A1", 60), Side=Side.Sell)
    why = {"terms.account": "only 39 would be left, and 60 are in open sales"}
    assert floor.refused(transfer(account="A1", to="A2", quantity=61), "ops") == why
    assert floor.refused(gift(account="A1", to="A3", quantity=61, value=9), "ops") == why
    assert floor.refused(transfer(account="A1", quantity=61), "ops") == why
    floor.done(transfer(account="A1", to="A2", quantity=40), "ops")
    floor.fill(name, 60)
    floor.finish(floor.block_of(name).block)
    assert (floor.held("A1"), floor.held("A2")) == (0, 40)
    assert "oversold" not in floor.alerts()


def test_no_reversal_takes_away_what_an_open_order_sells() -> None:
    floor = desk((lot("A1", 100, 5000),))
    floor.done(c.DefineAccounts((Account("A2", "A2", "TA1"),)), "ops")
    floor.done(transfer(account="A1", to="A2", quantity=60), "ops")
    order = floor.order(("A2", 50), Side=Side.Sell)
    found = floor.refused(c.ReverseAction("L1", "a mistake"), "ops")
    assert found == {"action": "A2 of ACME: only 0 would be left, and 50 are in open sales"}
    floor.done(c.CancelOrder(order, "not yet"))
    floor.done(c.ReverseAction("L1", "a mistake"), "ops")
    assert (floor.held("A1"), floor.held("A2")) == (100, 0)
