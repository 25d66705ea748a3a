"""What has left memory is never booked again, whatever is said of it; its names are never given again."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import DAY, D, Desk, K, lot, new_order
from tests.core import after
from tests.core.corporate import corporate
from tests.core.leaving import brief, opened, traded
from tests.states import same
from tradeoms.core.retired import OVER
from tradeoms.model import commands as c
from tradeoms.model.brokers import CommissionSchedule, CommissionTier
from tradeoms.model.executions import Report
from tradeoms.model.fees import Fee
from tradeoms.model.fields import OrdStatus, Side
from tradeoms.model.orders import NewOrder
from tradeoms.model.rate_cards import RateCard


@pytest.fixture
def floor() -> Desk:
    return brief()


def test_what_a_broker_says_of_it_later_is_for_a_person(floor: Desk) -> None:
    """Busts, corrections and repetitions: nothing is lost, nothing is booked, nothing is doubled."""
    block, name, ExecID = traded(floor)
    old = floor.placement(name)
    opened(floor, 6)
    before = floor.held("A1"), floor.held("A2")
    for kind, fields in (
        (K.TradeCancel, {"ExecID": "L1", "ExecRefID": ExecID}),
        (K.TradeCorrect, {"ExecID": "L2", "ExecRefID": ExecID, "LastQty": D(90), "LastPx": D(50)}),
        (K.Trade, {"ExecID": ExecID, "LastQty": D(100), "LastPx": D(50), "CumQty": D(100)}),
        (K.Status, {"OrdStatus": OrdStatus.Filled, "CumQty": D(100)}),
        (K.Trade, {"ExecID": "L3", "LastQty": D(5), "LastPx": D(50), "CumQty": D(105)}),
    ):
        floor.hear("S1", Report(kind=kind.value, ClOrdID=old.ClOrdID, **fields))
        found = floor.state.unmatched[max(floor.state.unmatched)]
        assert found.reason == f"ClOrdID {old.ClOrdID} {OVER}"
        assert floor.alerts()[-1] == "unknown report"
    floor.hear("S1", Report(kind=K.Trade.value, OrderID=f"X{name}", ExecID=ExecID, LastQty=D(1)))
    assert len(floor.state.unmatched) == 6
    assert (floor.held("A1"), floor.held("A2")) == before
    reasons = floor.refused(c.AttachReport(1, "it is", name), "trader")
    assert reasons == {"placement": "unknown placement"}
    floor.done(c.DismissReport(1, "booked by hand"), "trader")
    assert block not in floor.state.blocks
    same(floor.journal.replay(), floor.state)


def test_what_a_broker_says_of_its_allocation_later_is_for_a_person() -> None:
    floor = after.automatic()
    floor.done(c.SetRetention(1), "ops")
    traded(floor)
    after.leave(floor)
    known = after.answer(floor, after.instructions(floor)[-1], "0")
    for account in known.accounts:
        after.confirm(floor, known, account)
    after.leave(floor)
    opened(floor, 5)
    assert not floor.state.instructions
    after.say(floor, after.AllocationAck(known.AllocID, "1"))
    after.say(floor, after.right(known, "A1"))
    after.say(floor, after.right(known, "A1", "C2", ConfirmTransType="2", ConfirmRefID="C1"))
    reasons = [found.reason for found in floor.state.unmatched.values()]
    assert reasons[:2] == [
        f"AllocID {known.AllocID} {OVER}",
        f"confirms {known.AllocID}, which {OVER}",
    ]
    assert reasons[2:] == ["cancels confirmation C1, which is unknown"]
    same(floor.journal.replay(), floor.state)


def test_ids_are_never_given_again(floor: Desk) -> None:
    block, name, _ = traded(floor)
    old = floor.placement(name)
    opened(floor, 6)
    assert not floor.state.placements
    again = floor.working(("A1", 10))
    new = floor.placement(again)
    assert (again, new.ClOrdID[6:]) == ("P2", f"{int(old.ClOrdID[6:]) + 1:08d}")
    assert floor.block_of(again).block != block


def test_an_account_that_has_traded_takes_no_opening_balance(floor: Desk) -> None:
    traded(floor)
    opened(floor, 6)
    assert not floor.state.orders
    reasons = floor.refused(c.BookOpening("two", (lot("A2", 5, 100),), ()), "ops")
    assert reasons == {"account": "has had an order: balances come before the first one"}


def test_fills_that_have_left_are_not_taken_for_missing(floor: Desk) -> None:
    traded(floor)
    opened(floor, 6)
    content = "ExecID,instrument,Side,LastQty,LastPx\nE1,ACME,Buy,100,50\n"
    reasons = floor.refused(c.Reconcile("fills", "KING", DAY, "f.csv", content), "ops")
    assert reasons == {"as_of": f"is too long ago: fills up to {DAY} have left memory"}


def test_an_answer_to_a_delivery_may_come_too_late(floor: Desk) -> None:
    traded(floor)
    opened(floor, 8)
    assert 1 not in floor.state.deliveries
    text = "line,status,reason\n1,rejected,who\n2,accepted,\n"
    reasons = floor.refused(c.AcknowledgeDelivery(1, "a.csv", text), "ops")
    assert reasons == {"number": "is too old to be answered: correct by hand what was rejected"}
    reasons = floor.refused(c.AcknowledgeDelivery(99, "a.csv", text), "ops")
    assert reasons == {"number": "there is no such delivery"}


def late(floor: Desk, **fields: Any) -> int:
    """The broker takes a fill back that has left memory; the number of its unknown report."""
    _, name, ExecID = traded(floor, fills=((100, "50"),))
    ClOrdID = floor.placement(name).ClOrdID
    opened(floor, 6)
    said = Report(
        kind=K.TradeCancel.value,
        ClOrdID=ClOrdID,
        OrderID=f"X{name}",
        ExecID="L1",
        ExecRefID=ExecID,
        OrdStatus=OrdStatus.Canceled,
        Symbol="AC.X",
        TransactTime="20260310-15:00:00",
    )
    floor.hear("S1", replace(said, **fields))
    return max(floor.state.unmatched)


def sell(*members: tuple[str, Any], **fields: Any) -> NewOrder:
    return new_order(*members, Side=fields.pop("Side", Side.Sell), **fields)


@pytest.mark.parametrize("told", [True, False])
def test_a_late_bust_is_booked_as_the_trade_that_undoes_it(floor: Desk, told: bool) -> None:
    """Positions, lots and cash go back; the price is the broker's word, or a person's."""
    fields = {"Side": "1", "LastQty": D(100), "LastPx": D(50)} if told else {}
    before = floor.held("A1"), floor.held("A2"), floor.cash("A2")
    number = late(floor, **fields)
    assert (floor.held("A1"), floor.held("A2")) == (before[0] + 60, 40)
    order = sell(("A1", 60), ("A2", 40), Price=None if told else "50")
    half = CommissionSchedule(tiers=(CommissionTier(D(0), D("0.5")),))
    floor.done(
        c.DefineRateCards((RateCard("dear", 1, DAY, accounts=("A2",), execution=half),)), "ops"
    )
    floor.done(c.DefineFees((Fee("tax", 1, DAY, half, sells=True),)), "ops")
    ids = floor.done(c.AttachReport(number, "their system", order=order), "ops")
    (block,) = [b for b in ids if b in floor.state.blocks]
    (name,) = floor.state.blocks[block].placements
    placement = floor.placement(name)
    assert (placement.CumQty, placement.AvgPx, placement.LeavesQty) == (D(100), D(50), 0)
    floor.finish(block)
    assert (floor.held("A1"), floor.held("A2")) == before[:2]
    # Of 40 shares at a cent and a quarter the first time; what undoes them is billed by nobody.
    assert floor.cash("A2") == before[2] - 50
    # The same bust again, and the fill that it took back: nothing of that is the new order's.
    for kind, ExecID in ((K.TradeCancel, "L1"), (K.Trade, "E1")):
        said = floor.state.unmatched[number].report
        assert said is not None
        again = replace(said, kind=kind.value, ExecID=ExecID, LastQty=D(100), LastPx=D(50))
        floor.hear("S1", again)
        assert floor.state.unmatched[max(floor.state.unmatched)].reason.endswith(OVER)
    assert (floor.held("A1"), floor.held("A2")) == before[:2]
    same(floor.journal.replay(), floor.state)


@pytest.mark.parametrize(
    ("order", "field"),
    [
        (sell(("A1", 100), Side=Side.Buy, Price="50"), "order.Side"),
        (sell(("A1", 60), Price="50"), "order.members"),
        (sell(("A1", 60), ("A2", 40), instrument="BOLT", Price="50"), "order.instrument"),
    ],
)
def test_what_does_not_undo_it_is_refused(floor: Desk, order: NewOrder, field: str) -> None:
    number = late(floor, Side="1", LastQty=D(100))
    assert list(floor.refused(c.AttachReport(number, "x", order=order), "ops")) == [field]


def test_a_late_bust_without_a_price_needs_one(floor: Desk) -> None:
    number = late(floor)
    order = sell(("A1", 60), ("A2", 40))
    assert list(floor.refused(c.AttachReport(number, "x", order=order), "ops")) == ["order.Price"]


@pytest.mark.parametrize("stamp", ["20260310-15:00:00", ""])
def test_a_late_bust_that_comes_again_is_booked_once(floor: Desk, stamp: str) -> None:
    """Before or after the first was settled, whether or not it says when it was."""
    number = late(floor, Side="1", LastQty=D(100), LastPx=D(50), TransactTime=stamp)
    said = floor.state.unmatched[number].report
    order = sell(("A1", 60), ("A2", 40))
    floor.hear("S1", said)
    floor.done(c.AttachReport(number, "their system", order=order), "ops")
    floor.hear("S1", said)
    assert len(floor.state.unmatched) == 3
    for again in (number + 1, number + 2):
        found = floor.refused(c.AttachReport(again, "again", order=order), "ops")
        assert found["number"].startswith("is booked already")
        assert found["number"].endswith("P2")


def test_a_late_bust_waits_while_another_report_of_its_order_is_settled(floor: Desk) -> None:
    """It needs an order of its own, the other way round."""
    number = late(floor, Side="1", LastQty=D(100), LastPx=D(50))
    said = floor.state.unmatched[number].report
    assert said is not None
    fill = replace(said, kind=K.Trade.value, ExecID="L2", ExecRefID="", OrdStatus=OrdStatus.Filled)
    floor.hear("S1", fill)
    wanted = new_order(("A1", 60), ("A2", 40))
    floor.done(c.AttachReport(number + 1, "never told before", order=wanted), "ops")
    assert number not in floor.state.settled_reports
    floor.done(c.AttachReport(number, "taken back", order=sell(("A1", 60), ("A2", 40))), "ops")
    assert [p.CumQty for p in floor.state.placements.values()] == [D(100)] * 2


def test_what_is_not_known_as_a_fill_makes_no_order(floor: Desk) -> None:
    """A correction of what has left, and a bust under an id that is another broker's, and open."""
    number = late(floor, kind=K.TradeCorrect.value, LastQty=D(90), LastPx=D(50))
    found = floor.refused(c.AttachReport(number, "x", order=new_order(("A1", 90))), "ops")
    assert found == {"number": "speaks of a fill: name the execution, or dismiss it"}
    ClOrdID = floor.placement(floor.working(("A1", 10))).ClOrdID
    floor.hear("S2", Report(kind=K.TradeCancel.value, ClOrdID=ClOrdID, ExecID="L3"))
    told = floor.state.unmatched[number + 1].reason
    assert told == f"ClOrdID {ClOrdID} is not ours on this session"
    found = floor.refused(c.AttachReport(number + 1, "x", order=sell(("A1", 10))), "ops")
    assert list(found) == ["number"]


def test_a_late_bust_of_before_a_split_takes_back_the_shares_of_today(floor: Desk) -> None:
    """A hundred at 50 are two hundred at 25 by now: half of them would stay for ever."""
    before = floor.held("A1"), floor.held("A2")
    number = late(floor, Side="1", LastQty=D(100), LastPx=D(50))
    split = corporate("split", day=floor.state.business_date, new=2)
    floor.done(split, "ops")
    found = floor.refused(
        c.AttachReport(number, "x", order=sell(("A1", 60), ("A2", 40), Price="50")), "ops"
    )
    assert found == {"order.members": "the broker takes back 100, of which each is 2 by now"}
    found = floor.refused(c.AttachReport(number, "x", order=sell(("A1", 120), ("A2", 80))), "ops")
    assert found == {
        "order.Price": "each share is 2 by now: give the price of one of today as the limit"
    }
    order = sell(("A1", 120), ("A2", 80), Price="25")
    ids = floor.done(c.AttachReport(number, "their system", order=order), "ops")
    (block,) = [one for one in ids if one in floor.state.blocks]
    floor.finish(block)
    assert (floor.held("A1"), floor.held("A2")) == (2 * before[0], 2 * before[1])
    (placement,) = floor.state.blocks[block].placements
    assert floor.placement(placement).notional == 5000
    same(floor.journal.replay(), floor.state)


def test_a_late_bust_of_before_a_merger_is_for_a_person(floor: Desk) -> None:
    number = late(floor, Side="1", LastQty=D(100), LastPx=D(50))
    terms = {"new_instrument": "BOLT", "new": 1}
    floor.done(corporate("merger", day=floor.state.business_date, **terms), "ops")
    order = sell(("A1", 60), ("A2", 40), Price="50")
    found = floor.refused(c.AttachReport(number, "x", order=order), "ops")
    assert found == {
        "order.instrument": "was merged since: what the broker takes back are other shares now"
    }
