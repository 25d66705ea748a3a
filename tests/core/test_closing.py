"""The close of a day: what keeps it open, who may let it pass, what expires, how the next begins."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import DAY, D, Desk, desk, lot, new_order
from tests.core.splits import worked
from tests.states import same
from tradeoms.core.checklist import CHECKS, findings
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Report
from tradeoms.model.fields import BlockState, OrderState, Outcome, ReportKind, TimeInForce

GTC = TimeInForce.GoodTillCancel
CLOSE = c.CloseDay(DAY)
NEXT = DAY + timedelta(1)


@pytest.fixture
def floor() -> Desk:
    return desk((lot("A1", 1000, 50000),))


def found(floor: Desk) -> dict[str, list[str]]:
    """Subjects by check."""
    names: dict[str, list[str]] = {}
    for finding in findings(floor.state):
        names.setdefault(finding.check, []).append(finding.subject)
    return names


def test_day_orders_expire_and_others_roll(floor: Desk) -> None:
    staged, rolls = floor.order(("A1", 10)), floor.order(("A1", 11), TimeInForce=GTC)
    blocked, kept = floor.block(("A2", 12)), floor.block(("A2", 13), TimeInForce=GTC)
    rejected = floor.working(("A3", 14))
    floor.report(rejected, ReportKind.Canceled)
    floor.done(c.AcknowledgeAlert(1, ""), "ops")
    floor.done(CLOSE, "ops")
    orders = floor.state.orders
    assert orders[staged].state is OrderState.Expired
    assert orders[rolls].state is OrderState.Staged
    assert [orders[o].state for o in floor.state.blocks[blocked].orders] == [OrderState.Expired]
    assert [orders[o].state for o in floor.state.blocks[kept].orders] == [OrderState.InBlock]
    assert floor.block_of(rejected).state is BlockState.Allocated
    assert floor.state.buying.at("A1", "ACME") == 11
    assert floor.state.buying.at("A2", "ACME") == 13
    assert floor.state.buying.at("A3", "ACME") == 0
    close = floor.state.closes[1]
    assert (close.user, close.expired, close.rolled, close.findings) == ("ops", 2, 2, ())
    same(floor.journal.replay(), floor.state)


def test_a_closed_day_takes_no_new_work_and_all_that_brokers_say(floor: Desk) -> None:
    block = floor.block(("A1", 100), TimeInForce=GTC)
    name = floor.route(block, 50)
    floor.order(("A1", 5), TimeInForce=GTC)
    floor.done(CLOSE, "ops")
    for command in (
        c.BlockOrders(("O2",)),
        c.RouteBlock(block, (c.Route("KING", D(10)),)),
        c.ReplacePlacement(name, D(60)),
    ):
        assert list(floor.refused(command, "trader")) == ["business_date"]
    assert floor.submit(("A1", 1)).outcome is Outcome.Refused
    floor.fill(name, 50)
    assert floor.placement(name).CumQty == 50
    floor.done(c.OpenDay(NEXT), "ops")
    assert "day not closed" not in floor.alerts()
    floor.route(block, 50)


def test_a_basket_is_refused_too(floor: Desk) -> None:
    floor.done(CLOSE, "ops")
    answer = floor.do(c.SubmitBasket("K", (new_order(("A1", 1)),)))
    assert [p.field for p in answer.problems] == ["business_date"]


def unfinished(floor: Desk) -> str:
    name = floor.working(("A1", 100))
    floor.fill(name, 60)
    floor.report(name, ReportKind.Canceled)
    return name


def test_what_keeps_a_day_open_is_said_all_at_once(floor: Desk) -> None:
    unfinished(floor)
    floor.working(("A2", 70))
    floor.done(c.CancelPlacement("P2"), "trader")
    floor.hear("S1", None, "8=FIX|junk", "makes no sense")
    floor.fill(floor.working(("A4", 10)), 10, Side="2")
    reasons = floor.refused(CLOSE, "ops")
    assert reasons == {
        "unallocated blocks": "60 of 100 are filled and not allocated",
        "open placements": "KING may still fill 10 of 10",
        "unanswered requests": "KING has not answered 1 of our requests",
        "unmatched reports": "S1: makes no sense",
        "disputed fills": reasons["disputed fills"],
        "missing fills": "KING says that 10 are filled, our fills make 0",
    }
    assert found(floor)["open placements"] == ["P2", "P3"]


def test_fills_that_a_broker_has_and_we_have_not(floor: Desk) -> None:
    name = floor.working(("A1", 100))
    floor.fill(name, 60, CumQty=D(90))
    floor.report(name, ReportKind.Canceled, CumQty=D(90))
    assert found(floor)["missing fills"] == [name]


def test_more_than_ordered(floor: Desk) -> None:
    name = floor.working(("A1", 100))
    floor.fill(name, 100)
    floor.fill(name, 7)
    assert "over-filled blocks" in floor.refused(CLOSE, "ops")


def test_a_second_person_lets_it_pass_once(floor: Desk) -> None:
    unfinished(floor)
    check = "unallocated blocks"
    floor.done(c.WaiveCheck(check, "agreed with the trader"), "ops")
    assert "second person" in floor.refused(CLOSE, "ops")[check]
    floor.working(("A2", 70))
    floor.fill("P2", 70)
    answer = floor.do(CLOSE, "otto")
    assert [(p.field, p.value) for p in answer.problems] == [(check, "B2")], "came later"
    floor.finish("B2")
    floor.done(CLOSE, "otto")
    kept = [f for f in floor.state.closes[1].findings if f.check == check]
    assert [(f.subject, f.waived_by, f.reason) for f in kept] == [
        ("B1", "ops", "agreed with the trader")
    ]
    floor.done(c.OpenDay(NEXT), "ops")
    assert check in floor.refused(c.CloseDay(NEXT), "otto"), "a waiver holds for its day"
    floor.finish("B1")
    floor.done(c.CloseDay(NEXT), "ops")
    same(floor.journal.replay(), floor.state)


def test_a_waiver_is_for_what_was_seen(floor: Desk) -> None:
    name = floor.working(("A1", 100))
    floor.fill(name, 103)
    for check in ("over-filled blocks", "unallocated blocks"):
        floor.done(c.WaiveCheck(check, "booked tomorrow"), "ops")
    floor.fill(name, 500)
    found = floor.refused(CLOSE, "otto")
    assert set(found) == {"over-filled blocks", "unallocated blocks"}
    assert found["over-filled blocks"].startswith("503 belong to nobody")


def test_what_only_warns_is_written_down(floor: Desk) -> None:
    name = floor.route(floor.block(("A1", 100), TimeInForce=GTC), 100)
    floor.fill(name, 40)
    done = floor.working(("A2", 10))
    floor.fill(done, 10)
    floor.finish("B2")
    changed, _ = worked(floor, 10, ("A1", 10), ("A2", 10))
    rows = c.AccountQty("A1", D(10)), c.AccountQty("A2", D(0))
    floor.done(c.ChangeSplit(changed, rows, "her letter"), "trader")
    floor.finish(changed)
    for number in floor.state.alerts:
        floor.done(c.AcknowledgeAlert(number), "ops")
    floor.system(c.ChangeSession("S2", False, "line lost"), "S2")
    floor.done(CLOSE, "ops")
    close = floor.state.closes[1]
    assert not any(finding.blocks for finding in close.findings)
    assert {f.check: f.subject for f in close.findings} == {
        "working overnight": "B1",
        "unapproved splits": "B3",
        "unaccepted allocations": "B3",
        "unconfirmed accounts": "B3",
        "undelivered trades": "B3",
        "missing files": "fills/KING",
        "open alerts": "session down",
        "sessions down": "S2",
    }


def test_closes_that_make_no_sense(floor: Desk) -> None:
    assert list(floor.refused(c.CloseDay(NEXT), "ops")) == ["business_date"]
    for check in ("no such check", "open alerts", "open placements"):
        assert list(floor.refused(c.WaiveCheck(check, "why"), "ops")) == ["check"]
    floor.working(("A1", 10))
    assert list(floor.refused(c.WaiveCheck("open placements", " "), "ops")) == ["reason"]
    floor.report("P1", ReportKind.Canceled)
    floor.done(CLOSE, "ops")
    assert floor.refused(CLOSE, "ops") == {"business_date": "is closed already"}
    assert list(floor.refused(c.WaiveCheck("open placements", "why"), "ops")) == ["check"]


def test_a_day_may_be_opened_again_in_plain_sight(floor: Desk) -> None:
    floor.done(CLOSE, "ops")
    floor.done(c.OpenDay(DAY), "ops")
    assert floor.alerts() == ["day opened again"]
    floor.order(("A1", 1))
    floor.done(CLOSE, "ops")
    same(floor.journal.replay(), floor.state)


def test_a_day_that_was_never_closed_is_told(floor: Desk) -> None:
    floor.order(("A1", 1))
    floor.order(("A1", 2), TimeInForce=GTC)
    floor.done(c.OpenDay(NEXT), "ops")
    (told,) = floor.state.alerts.values()
    assert (told.kind, told.subject) == ("day not closed", "2026-03-02")
    assert told.text == "1 orders for one day were not ended: O1"
    floor.done(c.CloseDay(NEXT), "ops")
    floor.done(c.OpenDay(NEXT + timedelta(1)), "ops")
    assert floor.alerts() == ["day not closed"]


def test_a_day_opens_a_few_days_ahead_at_most(floor: Desk) -> None:
    today = datetime.now(UTC).date()
    far = c.OpenDay(today + timedelta(9))
    assert floor.refused(far, "ops") == {"business_date": "is more than 7 days ahead of the clock"}
    floor.done(c.OpenDay(today + timedelta(5)), "ops")


def test_every_check_has_a_case_here() -> None:
    text = Path(__file__).read_text("utf-8")
    assert [name for name in CHECKS if f'"{name}"' not in text] == []


def test_baskets_and_messages_on_their_way(floor: Desk) -> None:
    floor.state.drafts["K"] = ["O1"]
    floor.state.outbox["A1"] = 1
    names = found(floor)
    assert names == {"unread baskets": ["K"], "unsent messages": ["A1"]}


def test_open_breaks_warn_until_they_are_explained(floor: Desk) -> None:
    floor.fill(floor.working(("A1", 10)), 10)
    floor.finish("B1")
    floor.done(c.Deliver(), "ops")
    assert "undelivered trades" not in found(floor)
    text = "line,status,reason\n1,rejected,no such account\n"
    floor.done(c.AcknowledgeDelivery(1, "a.csv", text), "ops")
    (key,) = found(floor)["open breaks"]
    floor.done(c.ExplainBreak(key, "opened tomorrow"), "ops")
    assert "open breaks" not in found(floor)


def test_a_cut_in_the_report_of_a_status_is_no_fill(floor: Desk) -> None:
    """Messages that say nothing of CumQty leave nothing missing."""
    name = floor.working(("A1", 10))
    floor.hear("S1", Report(kind="pending_cancel", ClOrdID=floor.placement(name).ClOrdID))
    assert "missing fills" not in found(floor)
    assert any(isinstance(r.event, e.Reported) for r in floor.journal.records)
