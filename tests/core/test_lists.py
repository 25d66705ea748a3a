"""Lists: several placements given as one, and what the broker says of the whole."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import D, Desk, K, desk
from tests.states import same
from tradeoms.core import routing
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdStatus, Transmission
from tradeoms.model.lists import ListedOrder, ListStatus, OrderList
from tradeoms.model.placements import Placement


@pytest.fixture
def floor() -> Desk:
    return opened()


def opened(**king: Any) -> Desk:
    floor = desk()
    values = {"knows_lists": True, "knows_status_requests": True} | king
    king_ = replace(floor.state.brokers["KING"], **values)
    floor.done(c.DefineBrokers((king_,)), "ops")
    return floor


def given(floor: Desk, *quantities: int) -> tuple[OrderList, tuple[str, ...]]:
    """A list of orders for these quantities, and its placements."""
    blocks = tuple(floor.block(("A1", quantity)) for quantity in quantities or (100, 200, 300))
    names = floor.done(c.RouteList("KING", blocks), "trader")
    (known,) = [x for x in floor.state.lists.values() if x.placements == names]
    return known, names


def sent(floor: Desk, names: tuple[str, ...], MsgSeqNum: int = 7) -> None:
    """The gateway's word that the list left, in one message."""
    ids = tuple(floor.placement(name).ClOrdID for name in names)
    floor.system(c.ConfirmSent("S1", (MsgSeqNum,) * len(ids), ids))


def say(floor: Desk, ListID: str, *orders: ListedOrder, session: str = "S1", **more: str) -> None:
    status = ListStatus(ListID, orders=orders, **more)
    command = c.ListStatusReceived(session, 99, "8=FIX", status)
    floor.engine.submit(command, e.Cause(session=session, MsgSeqNum=99))
    floor.run()


def one(placement: Placement, status: OrdStatus, filled: int = 0, Text: str = "") -> ListedOrder:
    return ListedOrder(placement.ClOrdID, status, D(filled), Text)


def last(floor: Desk) -> tuple[str, str, str]:
    alert = floor.state.alerts[max(floor.state.alerts)]
    return alert.kind, alert.subject, alert.text


def test_what_is_idle_goes_to_one_broker_as_one_list(floor: Desk) -> None:
    first, second = floor.block(("A1", 100)), floor.block(("A2", 50), Price="50")
    floor.route(first, 40, "QUEEN")
    names = floor.done(c.RouteList("KING", (first, second)), "trader")
    placed = [floor.placement(name) for name in names]
    assert [(p.block, p.broker, p.OrderQty, p.Price, p.ListSeqNo) for p in placed] == [
        (first, "KING", D(60), None, 1),
        (second, "KING", D(50), D("50"), 2),
    ]
    (known,) = floor.state.lists.values()
    assert {p.ListID for p in placed} == {known.ListID}
    assert (known.placements, known.session, known.whole) == (names, "S1", True)
    after = floor.working()
    ids = [p.ClOrdID for p in floor.state.placements.values()]
    assert len({*ids, known.ListID}) == len(ids) + 1
    assert floor.placement(after).ListID == ""
    same(floor.state, floor.journal.replay())


def test_a_broker_without_lists_gets_the_orders_one_by_one() -> None:
    floor = opened(knows_lists=False)
    known, names = given(floor)
    assert not known.whole
    assert {floor.placement(name).ListID for name in names} == {known.ListID}


def test_none_leaves_where_one_is_wrong(floor: Desk) -> None:
    good, full = floor.block(("A1", 100)), floor.block(("A2", 10))
    floor.route(full, 10, "QUEEN")
    refused = floor.refused
    assert refused(c.RouteList("KING", (good, full)), "trader") == {
        "blocks[1]": "nothing of it is idle"
    }
    assert refused(c.RouteList("KING", (good, "B99")), "trader") == {
        "blocks[1].block": "unknown block"
    }
    assert refused(c.RouteList("KING", (good, good)), "trader") == {"blocks": "is named twice"}
    assert refused(c.RouteList("NOBODY", (good,)), "trader") == {"broker": "unknown broker"}
    assert refused(c.RouteList("KING", ()), "trader") == {
        "blocks": f"must be 1 to {routing.MOST_BLOCKS} blocks"
    }
    assert not floor.state.lists


def test_a_list_for_a_session_that_is_down_stays_here(floor: Desk) -> None:
    floor.system(c.ChangeSession("S1", False))
    _, names = given(floor)
    assert {floor.placement(name).transmission for name in names} == {Transmission.Unsent}


def test_fills_and_answers_of_each_order_are_its_own(floor: Desk) -> None:
    _, names = given(floor, 100, 200)
    sent(floor, names)
    for name in names:
        floor.report(name, K.New)
    floor.fill(names[1], 200)
    assert [floor.placement(name).CumQty for name in names] == [0, 200]
    assert [floor.placement(name).OrdStatus for name in names] == [OrdStatus.New, OrdStatus.Filled]
    assert floor.alerts() == []


@pytest.mark.parametrize(
    "reject",
    [{"RefSeqNum": 7, "RefMsgType": "E"}, {"RefSeqNum": 7}, {"RefMsgType": "E", "ClOrdID": "id"}],
)
def test_a_reject_of_the_message_ends_all_of_its_orders(
    floor: Desk, reject: dict[str, Any]
) -> None:
    known, names = given(floor, 100, 200)
    other = floor.working()
    sent(floor, names)
    if "ClOrdID" in reject:
        reject = reject | {"ClOrdID": known.ListID}
    floor.hear("S1", Report(K.MessageReject.value, Text="no lists", **reject))
    assert [floor.placement(name).OrdStatus for name in names] == [OrdStatus.Rejected] * 2
    assert [floor.placement(name).LeavesQty for name in names] == [0, 0]
    assert floor.placement(other).OrdStatus is OrdStatus.New
    text = f"KING rejects 2 of 2 orders ({', '.join(names)}): no lists"
    assert last(floor) == ("list rejected", known.ListID, text)
    assert floor.alerts() == ["list rejected"]
    assert not floor.state.unmatched
    same(floor.state, floor.journal.replay())


def test_a_reject_that_comes_when_all_live_is_told(floor: Desk) -> None:
    known, names = given(floor, 100)
    sent(floor, names)
    floor.report(names[0], K.New)
    floor.hear("S1", Report(K.MessageReject.value, ClOrdID=known.ListID, Text="late"))
    assert floor.placement(names[0]).OrdStatus is OrdStatus.New
    assert last(floor) == ("list rejected", known.ListID, "KING: late")


def test_a_reject_spares_what_was_sent_again_by_itself(floor: Desk) -> None:
    _, names = given(floor, 100, 200)
    sent(floor, names)
    ClOrdID = floor.placement(names[0]).ClOrdID
    floor.system(c.ConfirmSent("S1", (9,), (ClOrdID,)))
    floor.hear("S1", Report(K.MessageReject.value, RefSeqNum=7, RefMsgType="E"))
    assert [floor.placement(name).OrdStatus for name in names] == [None, OrdStatus.Rejected]


def test_a_reject_of_another_session_s_message_is_none_of_it(floor: Desk) -> None:
    known, names = given(floor)
    sent(floor, names)
    floor.hear("S2", Report(K.MessageReject.value, ClOrdID=known.ListID, RefMsgType="E"))
    floor.hear("S1", Report(K.MessageReject.value, RefSeqNum=8, RefMsgType="E"))
    assert {floor.placement(name).OrdStatus for name in names} == {None}
    assert len(floor.state.unmatched) == 2


def test_a_rejected_list_spares_what_lives(floor: Desk) -> None:
    known, names = given(floor, 100, 200)
    sent(floor, names)
    floor.report(names[0], K.New)
    say(floor, known.ListID, ListOrderStatus="7", Text="too late")
    assert [floor.placement(name).OrdStatus for name in names] == [
        OrdStatus.New,
        OrdStatus.Rejected,
    ]
    assert last(floor)[2] == f"KING rejects 1 of 2 orders ({names[1]}): too late"
    kept = floor.state.lists[known.ListID]
    assert (kept.status, kept.text) == ("7", "too late")


def test_one_order_of_a_list_may_be_rejected(floor: Desk) -> None:
    known, names = given(floor, 100, 200)
    sent(floor, names)
    first, second = map(floor.placement, names)
    no, yes = one(first, OrdStatus.Rejected, Text="not today"), one(second, OrdStatus.PendingNew)
    say(floor, known.ListID, no, yes, ListOrderStatus="2")
    assert [floor.placement(name).OrdStatus for name in names] == [OrdStatus.Rejected, None]
    assert last(floor)[2] == f"KING rejects 1 of 2 orders ({names[0]}): not today"
    same(floor.state, floor.journal.replay())


def asked(floor: Desk) -> list[str]:
    events = [record.event for record in floor.journal.records]
    return [event.placement for event in events if isinstance(event, e.StatusRequested)]


def test_a_list_s_status_books_nothing_and_asks_where_it_differs(floor: Desk) -> None:
    known, names = given(floor, 100, 200)
    sent(floor, names)
    for name in names:
        floor.report(name, K.New)
    first, second = map(floor.placement, names)
    live = OrdStatus.PartiallyFilled
    say(floor, known.ListID, one(first, live, 10), one(second, OrdStatus.New), ListOrderStatus="3")
    assert [floor.placement(name).CumQty for name in names] == [0, 0]
    assert asked(floor) == [names[0]]
    assert floor.alerts() == []


def test_where_no_question_is_answered_a_person_is_told() -> None:
    floor = opened(knows_status_requests=False)
    known, names = given(floor, 100)
    sent(floor, names)
    floor.report(names[0], K.New)
    say(floor, known.ListID, one(floor.placement(names[0]), OrdStatus.Filled, 100))
    text = "the list's CumQty is 100, our fills make 0"
    assert last(floor) == ("fill missing", names[0], text)


def test_a_list_alert_is_told(floor: Desk) -> None:
    known, _ = given(floor)
    say(floor, known.ListID, ListOrderStatus="5", Text="halted")
    assert last(floor) == ("list alert", known.ListID, "halted")


def test_what_is_of_no_list_of_ours_waits_for_a_person(floor: Desk) -> None:
    known, _ = given(floor)
    say(floor, "26030299999999", ListOrderStatus="7")
    say(floor, known.ListID, session="S2", ListOrderStatus="7")
    say(floor, known.ListID, ListedOrder("X", OrdStatus.Rejected))
    lone = floor.working()
    say(floor, known.ListID, one(floor.placement(lone), OrdStatus.Rejected))
    floor.system(c.ListStatusReceived("S1", 5, "8=FIX", None, "CumQty (14) 'x' is no number"))
    reasons = [report.reason for report in floor.state.unmatched.values()]
    assert reasons == [
        "ListID 26030299999999 is not ours on this session",
        f"ListID {known.ListID} is not ours on this session",
        "ClOrdID X is not of the list",
        "ClOrdID of another list is not of the list",
        "CumQty (14) 'x' is no number",
    ]
    assert floor.placement(lone).OrdStatus is OrdStatus.New


def test_after_a_lost_line_each_order_is_asked_for_and_sent_again_once(floor: Desk) -> None:
    """The list may or may not have arrived: only what the broker does not know leaves again."""
    _, names = given(floor, 100, 200)
    floor.system(c.ChangeSession("S1", False))
    floor.system(c.ChangeSession("S1", True))
    assert asked(floor) == list(names)
    unknown = {"OrdStatus": OrdStatus.Rejected, "OrdRejReason": "5", "OrderID": "NONE"}
    floor.report(names[0], K.Status, **unknown)
    floor.report(names[1], K.Status, OrdStatus=OrdStatus.New)
    again = [r.event for r in floor.journal.records if isinstance(r.event, e.RequestResent)]
    assert [event.placement for event in again] == [names[0]]
