"""Files of custodians and brokers against our books: breaks with an age, gone when they are gone."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.builders import DAY, D, Desk, K, desk, lot
from tests.states import same
from tradeoms.core.checklist import missing_files
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.breaks import Break, Tolerance
from tradeoms.model.fields import OrdStatus, Outcome, TimeInForce
from tradeoms.model.openings import OpeningCash
from tradeoms.model.reference import Account

NEXT = DAY + timedelta(1)
HEADS = {
    "positions": "account,instrument,quantity",
    "cash": "account,Currency,amount",
    "fills": "ExecID,instrument,Side,LastQty,LastPx",
}


@pytest.fixture
def floor() -> Desk:
    """A1 and A2 are held at BANK, A3 and A4 elsewhere."""
    floor = desk((lot("A1", 100, 1000), lot("A2", 40, 400), lot("A3", 7, 70)))
    accounts = tuple(
        Account(a, a, f"T{a}", custodian=bank, may_short=True)
        for a, bank in (("A1", "BANK"), ("A2", "BANK"), ("A3", "OTHER"), ("A4", ""))
    )
    floor.done(c.DefineAccounts(accounts), "ops")
    floor.done(c.BookOpening("two", (), (OpeningCash("A2", "EUR", D("-5.50")),)), "ops")
    return floor


def file(
    kind: str, *lines: str, source: str = "BANK", day: object = None, settled: bool = False
) -> c.Reconcile:
    text = "\n".join([HEADS[kind], *lines])
    return c.Reconcile(kind, source, day or DAY, f"{kind}.csv", text, settled)  # type: ignore[arg-type]


def standing(floor: Desk) -> dict[str, Break]:
    return {key: one for key, one in floor.state.breaks.items() if one.state != "cleared"}


def told(floor: Desk) -> dict[str, tuple[str, str, str, Decimal | None]]:
    return {k: (b.what, b.ours, b.theirs, b.amount) for k, b in standing(floor).items()}


def test_books_that_agree(floor: Desk) -> None:
    floor.done(file("positions", "A1,ACME,100", "A2,USACME,40"), "ops")
    floor.done(file("cash", "A1,USD,1000000.25", "A2,EUR,-5.5"), "ops")
    assert floor.state.breaks == {}
    one = floor.state.reconciliations["positions/BANK"]
    assert (one.lines, one.matched, one.breaks, one.user) == (2, 2, 0, "ops")
    same(floor.journal.replay(), floor.state)


def test_every_difference_is_a_break(floor: Desk) -> None:
    floor.done(file("positions", "A1,ACME,90", "A2,BOLT,3", "A9,GOLD,1"), "ops")
    assert told(floor) == {
        "positions/BANK/A1/ACME": ("amount", "100", "90", D(-10)),
        "positions/BANK/A2/ACME": ("they do not have it", "40", "", D(-40)),
        "positions/BANK/A2/BOLT": ("we do not have it", "", "3", D(3)),
        "positions/BANK/A9/GOLD": ("we do not have it", "", "1", D(1)),
    }
    one = floor.state.reconciliations["positions/BANK"]
    assert (one.lines, one.matched, one.breaks) == (3, 0, 4)


def test_a_break_grows_old_and_is_cleared_by_the_next_file(floor: Desk) -> None:
    floor.done(file("cash", "A1,USD,1000000.20", "A2,EUR,-5.50"), "ops")
    key = "cash/BANK/A1/USD"
    floor.done(c.OwnBreak(key), "olga")
    floor.done(c.ExplainBreak(key, "a fee that comes tomorrow"), "olga")
    floor.done(c.OpenDay(NEXT), "ops")
    floor.done(file("cash", "A1,USD,1000000.20", "A2,EUR,-5.5", day=NEXT), "ops")
    kept = floor.state.breaks[key]
    assert (kept.since, kept.state, kept.owner, kept.amount) == (
        *(DAY, "explained", "olga", D("-0.05")),
    )
    floor.done(file("cash", "A1,USD,1000000.10", "A2,EUR,-5.5", day=NEXT), "ops")
    changed = floor.state.breaks[key]
    assert (changed.since, changed.state, changed.owner) == (DAY, "open", "olga"), "it has changed"
    floor.done(file("cash", "A1,USD,1000000.25", "A2,EUR,-5.5", day=NEXT), "ops")
    assert floor.state.breaks[key].state == "cleared"
    floor.done(file("cash", "A1,USD,1.00", "A2,EUR,-5.5", day=NEXT), "ops")
    again = floor.state.breaks[key]
    assert (again.since, again.owner, again.state) == (NEXT, "", "open"), "a new one"
    same(floor.journal.replay(), floor.state)


def test_the_same_file_changes_nothing(floor: Desk) -> None:
    wrong = file("positions", "A1,ACME,90")
    floor.done(wrong, "ops")
    floor.done(c.ExplainBreak("positions/BANK/A1/ACME", "in transfer"), "ops")
    seq = floor.state.seq
    assert floor.do(wrong, "ops").outcome is Outcome.Done
    assert [type(r.event) for r in floor.journal.records[seq:]] == [e.Answered]


def test_tolerances_are_data(floor: Desk) -> None:
    off = ("A1,USD,1000000.27", "A2,EUR,-5.52")
    rows = (Tolerance("cash", D("0.01")), Tolerance("cash", D("0.02"), "BANK"))
    floor.done(c.SetTolerances(rows), "ops")
    floor.done(file("cash", *off), "ops")
    assert standing(floor) == {}
    floor.done(c.SetTolerances(rows[:1]), "ops")
    floor.done(file("cash", *off, ""), "ops")
    assert list(told(floor)) == ["cash/BANK/A1/USD", "cash/BANK/A2/EUR"]
    bad = (Tolerance("cash", D(-1)), Tolerance("gold", D(1)), Tolerance("cash", D("NaN")))
    assert list(floor.refused(c.SetTolerances(bad), "ops")) == [
        *("tolerances[0].amount", "tolerances[1].kind", "tolerances[2].amount"),
        "tolerances[2].kind",
    ]


def test_what_settles_later_counts_on_request(floor: Desk) -> None:
    name = floor.working(("A1", 10))
    floor.fill(name, 10, 50)
    floor.finish("B1")
    floor.done(file("positions", "A1,ACME,110", "A2,ACME,40"), "ops")
    floor.done(file("positions", "A1,ACME,100", "A2,ACME,40", settled=True), "ops")
    floor.done(file("cash", "A1,USD,1000000.25", "A2,EUR,-5.50", settled=True), "ops")
    assert floor.state.breaks == {}
    floor.done(file("cash", "A1,USD,999500.12", "A2,EUR,-5.50"), "ops")
    assert standing(floor) == {}
    floor.done(file("cash", "A1,USD,1000000.25", "A2,EUR,-5.50"), "ops")
    assert standing(floor)["cash/BANK/A1/USD"].amount == D("500.13")


def test_fills_with_a_broker(floor: Desk) -> None:
    name = floor.working(("A1", 100))
    for quantity, price in ((30, "50.10"), (20, "50.20"), (10, "50.30")):
        floor.fill(name, quantity, price)
    floor.done(c.EnterFill(name, D(5), D(50), "told by telephone"), "ops")
    lines = (
        "E1,ACME,Buy,30,50.10",
        "E2,AC.X,Buy,20,50.25",
        "E7,ACME,Buy,1,2",
        "E3,BOLT,Buy,10,50.3",
    )
    floor.done(file("fills", *lines, source="KING"), "ops")
    place = "fills/KING/2026-03-02"
    assert told(floor) == {
        f"{place}/E2": ("price", "Buy 20 ACME at 50.20", "Buy 20 ACME at 50.25", D("0.05")),
        f"{place}/E3": ("another trade", "Buy 10 ACME at 50.30", "Buy 10 BOLT at 50.3", None),
        f"{place}/M1": ("they do not have it", "Buy 5 ACME at 50", "", D(-5)),
        f"{place}/E7": ("we do not have it", "", "Buy 1 ACME at 2", D(1)),
    }
    floor.done(c.OpenDay(NEXT), "ops")
    floor.done(file("fills", source="KING", day=NEXT), "ops")
    assert len(standing(floor)) == 4, "the file of another day clears nothing"
    lines = (
        "E1,ACME,Buy,30,50.1",
        "E2,ACME,Buy,21,50.20",
        "E3,ACME,Buy,10,50.3",
        "M1,ACME,Buy,5,50",
    )
    floor.done(file("fills", *lines, source="KING"), "ops")
    assert told(floor) == {
        f"{place}/E2": ("quantity", "Buy 20 ACME at 50.20", "Buy 21 ACME at 50.20", D(1))
    }


def test_what_a_corporate_action_gave_is_no_fill(floor: Desk) -> None:
    name = floor.working(("A1", 100))
    floor.fill(name, 60, "50")
    said = {"ExecRestatementReason": "0", "CumQty": D(120), "OrderQty": D(200), "ExecID": "R1"}
    floor.report(name, K.Restated, OrdStatus=OrdStatus.PartiallyFilled, **said)
    floor.done(file("fills", "E1,ACME,Buy,60,50", source="KING"), "ops")
    assert standing(floor) == {}


def test_a_day_with_a_corporate_action_alone_has_no_file_and_is_no_trade_date(floor: Desk) -> None:
    name = floor.working(("A1", 100), TimeInForce=TimeInForce.GoodTillCancel)
    floor.fill(name, 60, "50")
    floor.done(c.OpenDay(NEXT), "ops")
    said = {"ExecRestatementReason": "0", "CumQty": D(50), "ExecID": "R1"}
    floor.report(name, K.Restated, OrdStatus=OrdStatus.PartiallyFilled, **said)
    assert "fills/KING" not in {place for place, _ in missing_files(floor.state)}
    floor.report(name, K.Canceled)
    floor.finish(floor.placement(name).block)
    (event,) = floor.state.allocations.values()
    assert (event.trade_date, event.quantity) == (DAY, 50)


def test_a_busted_fill_is_no_fill(floor: Desk) -> None:
    name = floor.working(("A1", 100))
    floor.bust(name, floor.fill(name, 100, 50))
    floor.done(file("fills", source="KING"), "ops")
    assert floor.state.breaks == {}


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (file("positions", "A1,ACME,1,2"), ["positions.csv line 2"]),
        (
            file("positions", "A1,ACME,x", "A1,ACME,1", "A1,USACME,2"),
            ["positions.csv line 2: quantity", "positions.csv line 4: key"],
        ),
        (file("positions", source="NOBODY"), ["source"]),
        (file("fills", source="ROOK"), ["source"]),
        (file("cash", day=DAY - timedelta(1)), ["as_of"]),
        (file("fills", source="KING", day=NEXT), ["as_of"]),
        (c.Reconcile("gold", "BANK", DAY, "a", ""), ["kind"]),
    ],
)
def test_what_makes_no_sense(command: c.Reconcile, fields: list[str], floor: Desk) -> None:
    assert list(floor.refused(command, "ops")) == fields
