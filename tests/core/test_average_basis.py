"""Average basis of fund shares: one average an account, dates first in first out, exact, taken back."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from msgspec.structs import replace

from tests.allocation.published import Case, by_id, load
from tests.builders import BROKERS, DAY, Desk, desk, instrument, lot
from tests.core.corporate import corporate, gift, transfer
from tests.core.test_lots_standing import traded
from tests.properties import invariants
from tests.states import same
from tradeoms.core.expected import expected_relief
from tradeoms.market.calendar import days
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import OrdStatus, Side
from tradeoms.model.identifications import NamedLot
from tradeoms.model.openings import OpeningLot
from tradeoms.model.reference import Account
from tradeoms.views import lot_actions
from tradeoms.views.lots import all_rows

D = Decimal
CASES = [case for case in load("taxlots.json") if case["method"] == "AVG"]
ACCOUNTS = {"A": "A1", "b1": "A1", "b2": "A2"}
OWNED = (lot("A1", 10, 100, 900), lot("A1", 10, 200, 30), lot("A1", 10, 310, 10))


def fund(lots: tuple[OpeningLot, ...] = OWNED, method: str = "AVERAGE", taxpayer: str = "") -> Desk:
    """A1 averages ACME, which is a fund; nobody bills."""
    floor = desk(lots)
    floor.done(c.DefineBrokers(tuple(Broker(b, b, s) for b, s in BROKERS.items())), "ops")
    row = replace(floor.state.instruments["ACME"], average_cost_allowed=True)
    floor.done(c.DefineInstruments((row,)), "ops")
    averages(floor, method, taxpayer)
    return floor


def averages(floor: Desk, method: str, taxpayer: str = "") -> None:
    row = Account("A1", "A1", taxpayer, lot_method="LIFO", fund_lot_method=method)
    floor.done(c.DefineAccounts((row,)), "ops")


def reliefs(floor: Desk) -> list[tuple[int, ...]]:
    """Lot, units, cents of basis, long-term, of what stands."""
    names = ("lot", "quantity", "basis", "long_term")
    table = floor.state.realized
    rows = zip(*(table[name].tolist() for name in names), strict=True)
    return [row for row in rows if row[1]]


def open_lots(floor: Desk) -> list[tuple[int, int]]:
    """Units and cents of what is open."""
    rows = [row for row in all_rows(floor.state) if row.account == "A1"]
    return [(int(row.remaining), int(row.open_basis * 100)) for row in rows]


def test_a_sale_has_the_average_basis_and_the_dates_of_the_oldest() -> None:
    floor = fund()
    traded(floor, 15, "50", Side.Sell)
    # 610.00 over 30 shares: 203.33 for ten; the cents of all parts are those of the whole.
    assert reliefs(floor) == [(0, 10, 20333, 1), (1, 5, 10167, 0)]
    assert open_lots(floor) == [(5, 10167), (10, 20333)]
    invariants.positions_are_the_sum_of_lots(floor.state)
    same(floor.journal.replay(), floor.state)


@pytest.mark.parametrize(
    ("terms", "sold", "left"),
    [
        # 610.00 over 30 shares are 21 and three sevenths: the fraction has its part of them all.
        ({"kind": "split", "new": 5, "old": 7, "fraction_price": 9}, [1220], [59780]),
        ({"kind": "split", "new": 2}, [], [10000, 20000, 31000]),
        ({"kind": "merger", "cash": 9}, [20333, 20334, 20333], []),
    ],
)
def test_what_an_issuer_pays_for_has_the_average_basis(
    terms: dict[str, Any], sold: list[int], left: list[int]
) -> None:
    floor = fund()
    (name,) = floor.done(corporate(**terms), "ops")
    assert floor.state.realized["basis"].tolist() == sold
    cents = [cents for _, cents in open_lots(floor)]
    assert (cents if len(left) > 1 else [sum(cents)][: len(left)]) == left
    invariants.hold(floor)
    floor.done(c.ReverseAction(name, "a mistake"), "ops")
    assert open_lots(floor) == [(10, 10000), (10, 20000), (10, 31000)]


def test_a_sale_leaves_the_average_and_a_purchase_moves_it() -> None:
    floor = fund((lot("A1", 10, 400, 90),))
    traded(floor, 5, "50", Side.Sell)
    traded(floor, 10, "70", Side.Buy)
    traded(floor, 5, "80", Side.Sell)
    assert [row[2] for row in reliefs(floor)] == [20000, 30000]
    assert open_lots(floor) == [(10, 60000)]


def test_many_small_sales_do_not_drift() -> None:
    floor = fund((lot("A1", 500, "1.00", 90), lot("A1", 500, "3.00", 80)))
    for n in range(1, 7):
        traded(floor, 1, "50", Side.Sell)
        sold = sum(row[2] for row in reliefs(floor))
        assert abs(sold - Fraction(400 * n, 1000)) <= 1
    assert sum(cents for _, cents in open_lots(floor)) + sold == 400


def test_what_is_shown_is_what_is_booked() -> None:
    floor = fund(taxpayer="one")
    shown = expected_relief(floor.state, "A1", "ACME", D(25), D("15.50"))
    assert {row.method for row in shown} == {"AVERAGE"}
    assert any(row.disallowed for row in shown)
    traded(floor, 25, "15.50", Side.Sell)
    assert reliefs(floor) == [
        (row.lot, int(row.quantity), int(row.basis * 100), int(row.long_term)) for row in shown
    ]
    disallowed = floor.state.realized["disallowed"].tolist()
    assert disallowed == [int(row.disallowed * 100) for row in shown]
    # The loss went into what is left, and into the average of the next sale.
    kept = sum(cents for _, cents in open_lots(floor))
    assert kept == 61000 - sum(row[2] for row in reliefs(floor)) + sum(disallowed)
    traded(floor, 1, "15.50", Side.Sell)
    assert reliefs(floor)[-1][2] == round(Fraction(kept, 5))
    same(floor.journal.replay(), floor.state)


def test_a_late_correction_averages_again() -> None:
    floor = fund(())
    buy, name, ExecID = traded(floor, 10, "40", Side.Buy)
    traded(floor, 10, "60", Side.Buy)
    traded(floor, 10, "55", Side.Sell)
    assert [row[2] for row in reliefs(floor)] == [50000]
    floor.correct(name, ExecID, 10, "20", OrdStatus=OrdStatus.Filled)
    floor.finish(buy)
    assert [row[2] for row in reliefs(floor)] == [40000]
    assert open_lots(floor) == [(10, 40000)]
    same(floor.journal.replay(), floor.state)


def test_a_bust_of_the_sale_gives_each_lot_its_own_cost_back() -> None:
    floor = fund()
    before = open_lots(floor)
    _, name, ExecID = traded(floor, 15, "50", Side.Sell)
    floor.bust(name, ExecID)
    assert open_lots(floor) == before
    same(floor.journal.replay(), floor.state)


def test_other_instruments_and_other_accounts_are_not_averaged() -> None:
    floor = fund((*OWNED, lot("A2", 10, 100, 9), lot("A2", 10, 300, 8)))
    traded(floor, 10, "50", Side.Sell, "A1", "A2")
    assert [row[2] for row in reliefs(floor)] == [20333, 10000]
    row = replace(floor.state.instruments["ACME"], average_cost_allowed=False)
    floor.done(c.DefineInstruments((row,)), "ops")
    traded(floor, 10, "50", Side.Sell)
    # Last in first out, at the average: a change does not take that back.
    assert reliefs(floor)[-1] == (2, 10, 20333, 0)
    averages(floor, "AVERAGE")
    traded(floor, 10, "50", Side.Sell)
    assert reliefs(floor)[-1] == (1, 10, 20334, 0)


def test_a_change_before_the_first_sale_has_changed_nothing() -> None:
    floor = fund()
    averages(floor, "FIFO")
    traded(floor, 10, "50", Side.Sell)
    assert reliefs(floor) == [(0, 10, 10000, 1)]


def test_lots_that_a_sale_names_are_its_own_at_their_cost() -> None:
    floor = fund()
    _, name, ExecID = traded(floor, 10, "50", Side.Sell)
    named = c.IdentifyLots("O1", "A1", (NamedLot(1, D(10)),))
    floor.done(named, "pm")
    assert reliefs(floor) == [(1, 10, 20000, 0)]
    assert open_lots(floor) == [(10, 10000), (10, 31000)]
    floor.correct(name, ExecID, 10, "51", OrdStatus=OrdStatus.Filled)
    floor.finish("B1")
    assert reliefs(floor) == [(1, 10, 20000, 0)]
    same(floor.journal.replay(), floor.state)


def test_a_gift_with_two_bases_stays_out_of_the_average() -> None:
    floor = fund((lot("A1", 10, 100, 90), lot("A1", 10, 200, 30), lot("A2", 10, 900, 60)))
    floor.done(gift(account="A2", to="A1", quantity=10, value=50), "ops")
    traded(floor, 20, "60", Side.Sell)
    # The oldest at the average of its own two; the gift next, sold between its two bases.
    assert [row[1:3] for row in reliefs(floor)] == [(10, 15000), (10, 60000)]
    assert open_lots(floor) == [(10, 15000)]


def test_a_transfer_takes_its_part_of_the_average_of_all() -> None:
    floor = fund(taxpayer="TA2")
    floor.done(c.DefineAccounts((Account("A2", "A2", "TA2"),)), "ops")
    floor.done(transfer(account="A1", to="A2", quantity=15), "ops")
    # 610 for 30 shares: the parts add up to the cent.
    assert open_lots(floor) == [(5, 10167), (10, 20333)]
    moved = [(int(row.remaining), int(row.open_basis * 100)) for row in _of(floor, "A2")]
    assert moved == [(10, 20333), (5, 10167)]
    assert [row.holding_from for row in _of(floor, "A2")] == [
        row.acquired for row in _of(floor, "A2")
    ]
    invariants.hold(floor)
    averages(floor, "FIFO", "TA2")  # what was moved once is moved so when it is booked again
    traded(floor, 5, "60", Side.Sell)
    floor.done(c.ReverseAction("L1", "a mistake"), "ops")
    same(floor.journal.replay(), floor.state)
    assert open_lots(floor) == [(5, 5000), (10, 20000), (10, 31000)]


def _of(floor: Desk, account: str) -> list[Any]:
    return [row for row in all_rows(floor.state) if row.account == account]


def test_who_gives_the_method_up_keeps_the_average_of_that_day() -> None:
    floor = fund(OWNED[:2])
    _, name, ExecID = traded(floor, 10, "30", Side.Sell)
    traded(floor, 10, "45", Side.Buy)
    averages(floor, "HIFO")
    assert open_lots(floor) == [(10, 30000), (10, 30000)]
    assert [row.kind for row in lot_actions.all_rows(floor.state)] == ["average"]
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    traded(floor, 10, "60", Side.Buy)
    assert open_lots(floor)[2:] == [(10, 60000)]
    averages(floor, "FIFO")  # from another method nothing is averaged
    assert len(floor.state.lot_actions) == 1
    floor.bust(name, ExecID)
    # As if the first sale had never been: 100, 200 and 450 for 30 shares.
    assert open_lots(floor) == [(10, 25000), (10, 25000), (10, 25000), (10, 60000)]
    same(floor.journal.replay(), floor.state)


def test_before_the_first_sale_the_method_is_revoked() -> None:
    floor = fund()
    averages(floor, "FIFO")
    assert open_lots(floor) == [(10, 10000), (10, 20000), (10, 31000)]
    assert floor.state.lot_actions == {}


def test_a_fund_that_may_no_longer_be_averaged_keeps_the_average_too() -> None:
    floor = fund()
    traded(floor, 10, "30", Side.Sell)
    traded(floor, 10, "45", Side.Buy)
    row = replace(floor.state.instruments["ACME"], average_cost_allowed=False)
    floor.done(c.DefineInstruments((row,)), "ops")
    assert sum(cents for _, cents in open_lots(floor)) == 85667
    assert max(cents for _, cents in open_lots(floor)) - min(c for _, c in open_lots(floor)) <= 1


def test_what_the_rules_do_not_allow_is_refused() -> None:
    floor = desk(OWNED)
    rows = (
        Account("A1", "A1", "", lot_method="AVERAGE"),
        Account("A2", "A2", "", fund_lot_method="MEAN"),
        Account("A3", "A3", "", error=True, fund_lot_method="AVERAGE"),
    )
    methods = "FIFO or LIFO or HIFO or LOFO or HIGHEST_COST or MINTAX or AVERAGE"
    assert floor.refused(c.DefineAccounts(rows), "ops") == {
        "accounts[0].lot_method": "is for instruments that allow it: AVERAGE goes into fund_lot_method",
        "accounts[1].fund_lot_method": f"must be empty or {methods}",
        "accounts[2].fund_lot_method": "is not for an account of errors: each is counted at its own cost",
    }
    with pytest.raises(ValueError, match="method = 'AVERAGE': ACME allows no average cost"):
        expected_relief(floor.state, "A1", "ACME", D(5), D(50), "AVERAGE")


@pytest.mark.parametrize("case", CASES, ids=by_id)
def test_a_published_case(case: Case) -> None:
    """Its days are moved, so that its first sale is on the day of the desk."""
    events = sorted(case["events"], key=lambda each: each["date"])
    first = next(n for n, event in enumerate(events) if event["action"] == "SELL")
    moved = DAY - date.fromisoformat(events[first]["date"])
    floor = fund(())
    fields = {"qty_scale": 1, "lot": D("0.1"), "average_cost_allowed": True}
    floor.done(c.DefineInstruments((instrument("FUND", **fields),)), "ops")
    owned = tuple(_owned(event, moved) for event in events[:first])
    floor.done(c.BookOpening("fund", owned, ()), "ops")
    for event in events[first:]:
        day = date.fromisoformat(event["date"]) + moved
        if floor.state.business_date != day:
            floor.done(c.OpenDay(day), "ops")
        side = Side.Sell if event["action"] == "SELL" else Side.Buy
        price = event.get("price") or str(Fraction(event["amount"]) / Fraction(event["qty"]))
        block = floor.block((ACCOUNTS[event.get("account", "A")], event["qty"]), **_fund(side))
        floor.fill(floor.route(block, event["qty"]), event["qty"], price)
        floor.finish(block)
    _alike(_gains(floor), _expected_gains(case, moved))
    _alike(_open(floor), _expected_lots(case, moved))
    invariants.positions_are_the_sum_of_lots(floor.state)


def _fund(side: Side) -> dict[str, Any]:
    return {"instrument": "FUND", "Side": side}


def _owned(event: dict[str, str], moved: timedelta) -> OpeningLot:
    basis = D(event.get("amount") or str(D(event["price"]) * D(event["qty"])))
    account = ACCOUNTS[event.get("account", "A")]
    return OpeningLot(
        account, "FUND", D(event["qty"]), basis, date.fromisoformat(event["date"]) + moved
    )


Rows = list[tuple[tuple[Any, ...], Fraction]]


def _alike(found: Rows, expected: Rows) -> None:
    """The same rows, and their basis to the cent."""
    assert [key for key, _ in found] == [key for key, _ in expected]
    pairs = zip(found, expected, strict=True)
    assert all(abs(cents - exact) <= 1 for (_, cents), (_, exact) in pairs), (found, expected)


def _gains(floor: Desk) -> Rows:
    table, lots = floor.state.realized, floor.state.lots
    rows = []
    for n in range(table.size):
        since = int(lots["acquired"][table["lot"][n]])
        key = (int(table["sold"][n]), since, "SL"[table["long_term"][n]], int(table["units"][n]))
        rows.append((key, Fraction(int(table["basis"][n]))))
    return sorted(rows)


def _expected_gains(case: Case, moved: timedelta) -> Rows:
    bought = {e["lot"]: e["date"] for e in case["events"] if e["action"] == "BUY"}
    rows = []
    for row in case["expected"]["realized"]:
        sold, since = (
            days(date.fromisoformat(day) + moved) for day in (row["date"], bought[row["lot"]])
        )
        key = (sold, since, row["term"], int(Fraction(row["qty"]) * 10))
        rows.append((key, Fraction(row["basis"]) * 100))
    return sorted(rows)


def _open(floor: Desk) -> Rows:
    return sorted(
        ((row.account, row.acquired, row.remaining), Fraction(row.open_basis) * 100)
        for row in all_rows(floor.state)
    )


def _expected_lots(case: Case, moved: timedelta) -> Rows:
    return sorted(
        (
            (
                ACCOUNTS[row["account"]],
                date.fromisoformat(row["holding_from"]) + moved,
                D(row["qty"]),
            ),
            Fraction(row["basis"]) * 100,
        )
        for row in case["expected"]["lots"]
    )


def test_who_never_sold_by_the_average_gives_it_up_as_if_it_had_never_been() -> None:
    floor = fund(method="FIFO")
    traded(floor, 5, "50", Side.Sell)
    before = open_lots(floor)
    averages(floor, "AVERAGE")
    averages(floor, "FIFO")
    assert open_lots(floor) == before
