"""Fills, busts and corrections: what of a broker's reports we book."""

from datetime import timedelta

import pytest

from tests.builders import DAY, D, Desk, K, desk
from tradeoms.model import commands as c
from tradeoms.model.fields import OrdStatus, TimeInForce


@pytest.fixture
def floor() -> Desk:
    return desk()


def shows(floor: Desk, name: str) -> tuple[str, int, int, int]:
    """Status, order quantity, filled, left."""
    p = floor.placement(name)
    status = p.OrdStatus.name if p.OrdStatus else ""
    return status, int(p.OrderQty), int(p.CumQty), int(p.LeavesQty)


def effects(floor: Desk) -> list[str]:
    return [execution.effect.value for execution in floor.state.executions.values()]


def test_fills_add_up(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 30, "50.10")
    assert shows(floor, name) == ("PartiallyFilled", 100, 30, 70)
    floor.fill(name, 70, "50.20")
    assert shows(floor, name) == ("Filled", 100, 100, 0)
    assert floor.placement(name).AvgPx == D("50.17")
    assert floor.alerts() == []


def test_a_fill_may_be_the_first_word(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    floor.fill(name, 100)
    assert shows(floor, name) == ("Filled", 100, 100, 0)
    assert floor.placement(name).requests == ()


def test_the_same_ExecID_is_booked_once(floor: Desk) -> None:
    name = floor.working()
    ExecID = floor.fill(name, 30)
    seq = floor.state.seq
    floor.fill(name, 30, ExecID=ExecID, CumQty=D(30))
    assert shows(floor, name) == ("PartiallyFilled", 100, 30, 70)
    assert floor.state.seq == seq


def test_the_same_ExecID_with_other_numbers_goes_to_a_person(floor: Desk) -> None:
    name = floor.working()
    ExecID = floor.fill(name, 30)
    floor.fill(name, 31, ExecID=ExecID)
    assert shows(floor, name) == ("PartiallyFilled", 100, 30, 70)
    (unknown,) = floor.state.unmatched.values()
    assert unknown.reason == f"ExecID {ExecID} again, with another order, quantity or price"


def test_the_same_ExecID_on_another_day_is_another_fill(floor: Desk) -> None:
    name = floor.working(TimeInForce=TimeInForce.GoodTillCancel)
    ExecID = floor.fill(name, 30)
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    floor.fill(name, 30, ExecID=ExecID, TransactTime="20260303-14:30:00")
    assert shows(floor, name) == ("PartiallyFilled", 100, 60, 40)


def test_a_fill_without_date_is_the_same_after_midnight(floor: Desk) -> None:
    name = floor.working(TimeInForce=TimeInForce.GoodTillCancel)
    ExecID = floor.fill(name, 30, TransactTime="")
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    floor.fill(name, 30, ExecID=ExecID, TransactTime="", CumQty=D(30))
    assert shows(floor, name) == ("PartiallyFilled", 100, 30, 70)


def test_the_same_ExecID_of_another_broker_is_another_fill(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    king, queen = floor.route(block, 50), floor.route(block, 50, "QUEEN")
    floor.fill(king, 10, ExecID="1")
    floor.fill(queen, 10, ExecID="1")
    assert len(floor.state.executions) == 2


def test_a_guarantee_is_no_trade(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 100, OrdStatus=OrdStatus.Stopped, CumQty=D(0))
    assert shows(floor, name) == ("Stopped", 100, 0, 100)
    floor.fill(name, 100, OrdStatus=OrdStatus.Filled)
    assert shows(floor, name) == ("Filled", 100, 100, 0)


def test_an_overfill_is_booked_and_told(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 110)
    assert shows(floor, name) == ("Filled", 100, 110, 0)
    assert floor.alerts() == ["fill in doubt"]


def test_a_fill_after_the_cancel_is_booked(floor: Desk) -> None:
    name = floor.working()
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.Canceled)
    floor.fill(name, 10, OrdStatus=OrdStatus.Canceled)
    assert shows(floor, name) == ("Canceled", 100, 10, 0)


def test_another_CumQty_than_ours_is_told(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 10, CumQty=D(40))
    assert shows(floor, name)[2] == 10
    assert floor.state.alerts[1].text.endswith("the broker's CumQty is 40, our fills make 10")


def test_a_fill_worse_than_the_limit_is_booked_and_told(floor: Desk) -> None:
    name = floor.working(("A1", 100), Price="50")
    floor.fill(name, 10, "50.01")
    assert shows(floor, name)[2] == 10
    assert floor.alerts() == ["fill in doubt"]


DISPUTES = {
    "another symbol": {"Symbol": "WRONG"},
    "another side": {"Side": "2"},
    "no quantity": {"LastQty": None},
    "a quantity of zero": {"LastQty": D(0)},
    "a negative quantity": {"LastQty": D(-10)},
    "no price": {"LastPx": None},
    "a price of zero": {"LastPx": D(0)},
    "part of a share": {"LastQty": D("10.5")},
    "an absurd quantity": {"LastQty": D("1e30")},
    "an absurd price": {"LastPx": D("1e30")},
    "an absurd value": {"LastQty": D(10**9), "LastPx": D(10**9)},
}


@pytest.mark.parametrize("what", DISPUTES)
def test_a_fill_is_kept_aside_for(what: str, floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 10, **DISPUTES[what])
    assert floor.placement(name).CumQty == 0
    assert floor.alerts() == ["disputed"]
    assert set(effects(floor)) <= {"disputed"}


def test_a_disputed_fill_taken_back_changes_nothing(floor: Desk) -> None:
    name = floor.working()
    ExecID = floor.fill(name, 10, Symbol="WRONG")
    floor.bust(name, ExecID)
    assert shows(floor, name)[2] == 0
    floor.fill(name, 100)
    floor.finish(floor.placement(name).block)
    assert floor.held("A1") == 100


def test_a_disputed_fill_corrected_is_booked(floor: Desk) -> None:
    name = floor.working()
    ExecID = floor.fill(name, 10, Symbol="WRONG")
    floor.correct(name, ExecID, 10, "50", Symbol="AC.X")
    assert shows(floor, name)[2] == 10


# -- busts and corrections ------------------------------------------------------------------------


def test_a_bust_takes_the_fill_back(floor: Desk) -> None:
    name = floor.working()
    first, _ = floor.fill(name, 40, "50"), floor.fill(name, 60, "51")
    floor.bust(name, first)
    assert shows(floor, name) == ("PartiallyFilled", 100, 60, 40)
    assert floor.placement(name).AvgPx == 51
    assert effects(floor) == ["busted", "booked"]
    floor.bust(name, first)
    assert shows(floor, name)[2] == 60


def test_a_chain_of_corrections(floor: Desk) -> None:
    name = floor.working()
    fill = floor.fill(name, 40, "50")
    one = floor.correct(name, fill, 40, "51")
    two = floor.correct(name, one, 45, "52")
    assert floor.placement(name).CumQty == 45
    assert floor.placement(name).notional == 45 * 52
    floor.bust(name, two)
    assert shows(floor, name)[2] == 0
    assert effects(floor) == ["corrected", "corrected", "busted"]


def test_naming_the_fill_after_its_correction_means_the_correction(floor: Desk) -> None:
    name = floor.working()
    fill = floor.fill(name, 40, "50")
    floor.correct(name, fill, 30, "51")
    floor.bust(name, fill)
    assert (floor.placement(name).CumQty, floor.placement(name).notional) == (0, 0)


def test_the_same_correction_counts_once(floor: Desk) -> None:
    name = floor.working()
    fill = floor.fill(name, 40)
    one = floor.correct(name, fill, 45, "50")
    floor.correct(name, fill, 45, "50", ExecID=one)
    assert shows(floor, name)[2] == 45


def test_a_bust_of_nothing_goes_to_a_person(floor: Desk) -> None:
    name, other = floor.working(), floor.working()
    ExecID = floor.fill(other, 10)
    floor.bust(name, "NOSUCH")
    floor.bust(name, ExecID)
    assert len(floor.state.unmatched) == 2
    assert floor.placement(other).CumQty == 10


@pytest.mark.parametrize("fields", [{"LastQty": None}, {"LastPx": D(0)}, {"Symbol": "WRONG"}])
def test_a_correction_that_cannot_be_booked_goes_to_a_person(fields: dict, floor: Desk) -> None:
    name = floor.working()
    fill = floor.fill(name, 40)
    floor.correct(name, fill, 45, "50", **fields)
    assert shows(floor, name)[2] == 40
    assert len(floor.state.unmatched) == 1


@pytest.mark.parametrize("after", [30, 90])
def test_after_a_corporate_action_a_bust_of_all_that_was_paid_for_waits_for_a_person(
    after: int, floor: Desk
) -> None:
    name = floor.working(("A1", 60), ("A2", 40))
    ExecID = floor.fill(name, 60, "50")
    said = {"ExecRestatementReason": "0", "CumQty": D(after), "OrderQty": D(200), "ExecID": "R1"}
    floor.report(name, K.Restated, OrdStatus=OrdStatus.PartiallyFilled, **said)
    floor.bust(name, ExecID)
    assert (floor.placement(name).CumQty, effects(floor)) == (after, ["booked", "booked"])
    assert floor.alerts()[-1] == "unknown report"
    ((number, report),) = floor.state.unmatched.items()
    assert report.reason.startswith("after a corporate action it would leave")
    again = c.AttachReport(number, reason="the whole fill", execution="S1/20260302/E1")
    assert "cannot be attached" in floor.refused(again, "ops")["number"]
    floor.report(name, K.Canceled)
    floor.done(c.FinishBlock(floor.placement(name).block, "as it stands"), "trader")
    assert sum(floor.state.allocations["B1"].gross) == 60 * 5000


def test_a_fill_entered_by_hand_is_not_taken_back_below_a_corporate_action(floor: Desk) -> None:
    name = floor.working()
    floor.done(c.EnterFill(name, D(60), D(50), "told by phone"), "trader")
    said = {"ExecRestatementReason": "0", "CumQty": D(30), "OrderQty": D(50), "ExecID": "R1"}
    floor.report(name, K.Restated, OrdStatus=OrdStatus.PartiallyFilled, **said)
    why = floor.refused(c.BustFill("hand/M1", "told twice"), "trader")
    assert "would leave -30 filled" in why["execution"]
