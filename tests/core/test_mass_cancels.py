"""The kill switch by one request for all orders, and by one an order where that is not enough."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import D, Desk, K, desk
from tests.core.test_pending import at
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdStatus
from tradeoms.model.placements import MassCancel

PATIENCE = 20


@pytest.fixture
def floor() -> Desk:
    opened = desk()
    king = Broker("KING", "King", "S1", answer_seconds=PATIENCE, knows_mass_cancel=True)
    opened.done(c.DefineBrokers((king,)), "ops")
    return opened


def kill(floor: Desk, **scope: Any) -> list[e.AnyEvent]:
    """What is asked of the brokers."""
    before = floor.state.seq
    floor.done(c.CancelAll("halt", **(scope or {"everything": True})), "carl")
    return asked(floor, before)


def asked(floor: Desk, since: int = 0) -> list[e.AnyEvent]:
    events = [record.event for record in floor.journal.records[since:]]
    return [x for x in events if isinstance(x, e.MassCancelRequested | e.CancelRequested)]


def one(floor: Desk, **scope: Any) -> MassCancel:
    """The one request that a kill leads to."""
    (event,) = kill(floor, **scope)
    assert isinstance(event, e.MassCancelRequested)
    return event.request


def singles(events: list[e.AnyEvent]) -> list[str]:
    return [x.placement for x in events if isinstance(x, e.CancelRequested)]


def late(floor: Desk, since: datetime, seconds: float) -> list[str]:
    """Placements asked for by themselves when this much time has passed."""
    return singles(at(floor, since + timedelta(seconds=seconds)))


def last(floor: Desk) -> tuple[str, str]:
    alert = floor.state.alerts[max(floor.state.alerts)]
    return alert.subject, alert.text


def test_one_request_for_all_orders_of_a_session(floor: Desk) -> None:
    names = (floor.working(), floor.working())
    request = one(floor, broker="KING")
    assert (request.session, request.placements, request.waiting) == ("S1", names, True)
    assert last(floor) == ("KING", "0 cancels, 1 of all orders (2) by carl: halt")
    assert request.ClOrdID not in state_ids(floor)
    floor.working()
    assert len(state_ids(floor)) == 3
    same(floor.state, floor.journal.replay())


def state_ids(floor: Desk) -> set[str]:
    return {placement.ClOrdID for placement in floor.state.placements.values()}


def test_a_broker_that_knows_no_such_request_is_asked_one_by_one(floor: Desk) -> None:
    queen = floor.route(floor.block(("A1", 10)), 10, "QUEEN")
    king = floor.working()
    first, second = kill(floor)
    assert isinstance(first, e.CancelRequested)
    assert first.placement == queen
    assert isinstance(second, e.MassCancelRequested)
    assert second.request.placements == (king,)
    assert last(floor) == ("everything", "1 cancels, 1 of all orders (1) by carl: halt")


def test_orders_that_nobody_means_do_not_go_with_it(floor: Desk) -> None:
    """A block is part of a session, and a session may be shared by brokers."""
    name = floor.working()
    assert singles(kill(floor, block=floor.placement(name).block)) == [name]
    floor.report(name, K.Canceled)
    prince = Broker("PRINCE", "Prince", "S1", knows_mass_cancel=True)
    floor.done(c.DefineBrokers((prince,)), "ops")
    mine, other = floor.working(), floor.route(floor.block(("A1", 10)), 10, "PRINCE")
    assert singles(kill(floor, broker="KING")) == [mine]
    floor.report(mine, K.Canceled)
    assert one(floor, broker="PRINCE").placements == (other,)


def test_an_order_that_may_arrive_later_is_asked_for_by_itself_too(floor: Desk) -> None:
    there = floor.working()
    block = floor.block(("A1", 100))
    (leaving,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    many, single = kill(floor)
    assert isinstance(many, e.MassCancelRequested)
    assert many.request.placements == (there, leaving)
    assert singles([single]) == [leaving]


def test_pressed_again_each_order_is_asked_for(floor: Desk) -> None:
    names = [floor.working(), floor.working()]
    one(floor)
    assert singles(kill(floor)) == names
    assert kill(floor) == []


def answer(floor: Desk, request: MassCancel, kind: K, **fields: Any) -> list[str]:
    """The broker's word on the request; what is asked for by itself then."""
    before = floor.state.seq
    floor.hear("S1", Report(kind=kind.value, ClOrdID=request.ClOrdID, **fields))
    return singles(asked(floor, before))


def test_taken_it_waits_for_each_order(floor: Desk) -> None:
    first, second = floor.working(), floor.working()
    request = one(floor)
    assert answer(floor, request, K.MassCanceled, TotalAffectedOrders=2) == []
    assert last(floor) == ("S1", "the broker cancels 2 of 2 orders")
    floor.report(first, K.Canceled)
    assert "unsolicited cancel" not in floor.alerts()
    assert late(floor, request.at, PATIENCE - 0.001) == []
    assert late(floor, request.at, PATIENCE) == [second]
    text = "not all cancelled at once (its time is over): 1 cancels, one an order"
    assert last(floor) == ("S1", text)
    assert late(floor, request.at, 2 * PATIENCE) == [], "once"
    same(floor.state, floor.journal.replay())


def test_where_all_are_cancelled_nothing_more_is_said(floor: Desk) -> None:
    name = floor.working()
    request = one(floor)
    answer(floor, request, K.MassCanceled)
    assert last(floor) == ("S1", "the broker cancels an unknown number of 1 orders")
    # Under the id of the request, with the order's own as the old one.
    canceled = {"OrdStatus": OrdStatus.Canceled, "OrderID": f"X{name}"}
    ids = {"ClOrdID": request.ClOrdID, "OrigClOrdID": floor.placement(name).ClOrdID}
    floor.hear("S1", Report(kind=K.Canceled.value, **ids, **canceled))
    assert floor.placement(name).OrdStatus is OrdStatus.Canceled
    assert floor.placement(name).ClOrdID == ids["OrigClOrdID"]
    before = floor.alerts()
    assert late(floor, request.at, PATIENCE) == []
    assert not floor.state.mass_cancels[request.ClOrdID].waiting
    assert floor.alerts() == before


@pytest.mark.parametrize(
    ("kind", "fields", "why"),
    [
        (K.MassCancelReject, {"Text": "not today"}, "not today"),
        (K.MassCancelReject, {"MassCancelRejectReason": 0}, "reason 0"),
        (K.CancelReject, {"OrdStatus": OrdStatus.Rejected}, "no reason given"),
        (K.MessageReject, {"RefMsgType": "q", "Text": "unsupported"}, "unsupported"),
    ],
)
def test_refused_each_order_is_asked_for_at_once(
    kind: K, fields: dict[str, Any], why: str, floor: Desk
) -> None:
    names = [floor.working(), floor.working()]
    request = one(floor)
    assert answer(floor, request, kind, **fields) == names
    text = f"not all cancelled at once (refused: {why}): 2 cancels, one an order"
    assert last(floor) == ("S1", text)
    assert answer(floor, request, kind, **fields) == [], "told twice, asked once"
    assert late(floor, request.at, PATIENCE) == []
    assert floor.state.unmatched == {}
    same(floor.state, floor.journal.replay())


def test_what_cannot_be_said_is_asked_one_by_one(floor: Desk) -> None:
    name = floor.working()
    request = one(floor)
    floor.system(c.FailMassCancel(request.ClOrdID, "FIX.4.2 has no such message"))
    assert singles(asked(floor)) == [name]
    assert "FIX.4.2 has no such message" in last(floor)[1]


def test_while_the_session_is_down_nothing_is_asked(floor: Desk) -> None:
    """Nor is the request sent again: after the logon each order gets its own."""
    name = floor.working()
    request = one(floor)
    floor.system(c.ConfirmSent("S1", (9,), (request.ClOrdID,)))
    floor.system(c.ChangeSession("S1", False))
    assert late(floor, request.at, 2 * PATIENCE) == []
    floor.system(c.ChangeSession("S1", True))
    assert late(floor, request.at, 2 * PATIENCE) == [name]


def test_an_answer_to_no_request_of_ours_waits_for_a_person(floor: Desk) -> None:
    name = floor.working()
    for ClOrdID in ("nobody", floor.placement(name).ClOrdID):
        floor.hear("S1", Report(kind=K.MassCanceled.value, ClOrdID=ClOrdID))
    assert len(floor.state.unmatched) == 2
    refused = floor.refused(c.AttachReport(1, "x", name), "trader")
    assert refused == {"number": "tells nothing of an order"}
    request = one(floor)
    floor.hear("S2", Report(kind=K.MassCancelReject.value, ClOrdID=request.ClOrdID))
    assert len(floor.state.unmatched) == 3
    assert floor.state.mass_cancels[request.ClOrdID].waiting
