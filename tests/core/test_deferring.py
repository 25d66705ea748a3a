"""A request behind an unanswered replace: the newest is asked for, and names what the broker knows."""

from typing import Any

import pytest

from tests.builders import DAY, D, Desk, K, desk
from tests.core.amounts import blocked, routed
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdStatus, TimeInForce
from tradeoms.model.placements import Request
from tradeoms.model.reference import Restriction
from tradeoms.views import placements

WITHDRAWN = "withdrawn before it left: a later replace takes its place"


@pytest.fixture
def floor() -> Desk:
    return desk()


def replaced(floor: Desk, *quantities: int, **terms: Any) -> str:
    """A placement of 100 at 50 of a block of 200, asked to become each of these."""
    block = floor.block(("A1", 200), Price=50)
    name = floor.route(block, 100)
    for quantity in quantities:
        ask(floor, name, quantity, **terms)
    return name


def ask(floor: Desk, name: str, quantity: int, Price: Any = 50, **terms: Any) -> None:
    floor.done(c.ReplacePlacement(name, D(quantity), D(Price), **terms), "trader")


def waiting(floor: Desk, name: str) -> Request:
    (request,) = floor.placement(name).requests
    return request


def withdraw(floor: Desk, name: str) -> None:
    """The gateway has found the replace in its lane, and taken it out."""
    ClOrdID = waiting(floor, name).ClOrdID
    floor.system(c.ReturnUnsent(ClOrdID, name, WITHDRAWN))


def shown(floor: Desk, name: str) -> str:
    return placements.row(floor.placement(name)).requests


def test_the_last_replace_takes_the_place_of_one_that_never_left(floor: Desk) -> None:
    name = replaced(floor, 110, 120, 130)
    held, first = floor.placement(name).ClOrdID, waiting(floor, name)
    assert shown(floor, name) == "replace 110 @ 50, then replace 130 @ 50"
    withdraw(floor, name)
    assert floor.placement(name).text == WITHDRAWN
    last = waiting(floor, name)
    assert (last.OrderQty, last.OrigClOrdID, first.OrigClOrdID) == (130, held, held)
    assert last.ClOrdID == f"{int(first.ClOrdID) + 1}", "nothing that was passed over has an id"
    floor.report(name, K.Replaced, OrigClOrdID=held)
    taken = floor.placement(name)
    assert (taken.OrderQty, shown(floor, name), taken.text) == (130, "", "")
    told = [r.event for r in floor.journal.records if isinstance(r.event, e.PlacementUnsent)]
    assert told == [e.PlacementUnsent(name, first.ClOrdID, WITHDRAWN)]
    same(floor.journal.replay(), floor.state)


def test_one_that_left_in_between_is_answered_first(floor: Desk) -> None:
    name = replaced(floor, 110, 120)
    first = waiting(floor, name)
    floor.left(name)
    floor.system(c.AskDeferred(name))
    assert shown(floor, name) == "replace 110 @ 50, then replace 120 @ 50"
    ask(floor, name, 130, 49)
    floor.report(name, K.Replaced)
    last = waiting(floor, name)
    assert (last.OrderQty, last.Price, last.OrigClOrdID) == (130, 49, first.ClOrdID)


@pytest.mark.parametrize("kind", [K.CancelReject, K.MessageReject])
def test_after_a_refusal_the_next_names_what_holds(kind: K, floor: Desk) -> None:
    name = replaced(floor, 110, 120)
    held = floor.placement(name).ClOrdID
    floor.report(name, kind, RefMsgType="G")
    assert (waiting(floor, name).OrderQty, waiting(floor, name).OrigClOrdID) == (120, held)


def test_a_cancel_takes_the_place_of_replaces_and_nothing_follows_it(floor: Desk) -> None:
    name = replaced(floor, 110, 120)
    held = floor.placement(name).ClOrdID
    floor.done(c.CancelPlacement(name), "trader")
    assert shown(floor, name) == "replace 110 @ 50, then cancel"
    reason = {"placement": "is cancelled as soon as its replace request is answered"}
    assert floor.refused(c.CancelPlacement(name), "trader") == reason
    assert floor.refused(c.ReplacePlacement(name, D(90), D(50)), "trader") == reason
    withdraw(floor, name)
    assert (waiting(floor, name).kind.value, waiting(floor, name).OrigClOrdID) == ("cancel", held)


def test_a_cancel_of_what_has_ended_is_over_without_an_alarm(floor: Desk) -> None:
    name = replaced(floor, 110)
    floor.done(c.CancelPlacement(name), "trader")
    alerts = floor.alerts()
    floor.fill(name, 100)
    floor.report(name, K.CancelReject, OrdStatus=OrdStatus.Filled)
    assert (floor.alerts(), shown(floor, name)) == ([*alerts, "cancel rejected"], "")


def test_what_is_deferred_is_reserved_in_the_block(floor: Desk) -> None:
    name = replaced(floor, 110, 190)
    block = floor.placement(name).block
    route = c.RouteBlock(block, (c.Route("KING", D(11)),))
    assert floor.refused(route, "trader") == {
        "routes.OrderQty": "is more than the idle 10 of the block"
    }
    too_much = c.ReplacePlacement(name, D(201), D(50))
    assert floor.refused(too_much, "trader") == {"OrderQty": "is more than the block has idle"}
    ask(floor, name, 200)
    ask(floor, name, 150)
    floor.done(c.RouteBlock(block, (c.Route("KING", D(50)),)), "trader")


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        ("filled", "OrderQty = '100': is not above the filled 100"),
        ("down", "placement = 'P1': session S1 is down"),
        ("gone", "placement = 'P1': is Canceled"),
        ("restricted", "restricted_list: buy of ACME Inc is restricted since 2026-03-02"),
        ("taken", "block = 'B1': is bob's: take it over first"),
    ],
)
def test_what_is_forbidden_meanwhile_is_not_asked(meanwhile: str, why: str, floor: Desk) -> None:
    name = replaced(floor, 110)
    ask(floor, name, 100, 49)
    if meanwhile == "filled":
        floor.fill(name, 100)
    elif meanwhile == "down":
        floor.system(c.ChangeSession("S1", False))
    elif meanwhile == "gone":
        floor.report(name, K.Canceled, ClOrdID=floor.placement(name).ClOrdID)
    elif meanwhile == "restricted":
        floor.done(c.Restrict((Restriction("ACME Inc", DAY),)), "carl")
    else:
        take = c.Reassign((floor.placement(name).block,), "bob", "on holiday")
        floor.done(take, "bob")
    if meanwhile != "gone":
        withdraw(floor, name)
    assert (floor.placement(name).requests, floor.placement(name).deferred) == ((), None)
    ended = [r.event for r in floor.journal.records if isinstance(r.event, e.DeferralEnded)]
    assert ended == [e.DeferralEnded(name, why)]
    assert floor.alerts()[-1 if meanwhile != "gone" else -2] == "replace not sent"
    same(floor.journal.replay(), floor.state)


def test_a_kill_ends_what_was_deferred(floor: Desk) -> None:
    name = replaced(floor, 110, 120)
    floor.done(c.CancelAll("fat finger", broker="KING"), "carl")
    assert shown(floor, name) == "replace 110 @ 50, cancel"
    floor.report(name, K.Canceled)
    assert floor.placement(name).exposure == 0


def test_a_cancel_of_all_orders_ends_what_was_deferred(floor: Desk) -> None:
    king = Broker("KING", "King", "S1", knows_mass_cancel=True)
    floor.done(c.DefineBrokers((king,)), "ops")
    name = replaced(floor, 110)
    floor.left(name)
    ask(floor, name, 120)
    floor.done(c.CancelAll("fat finger", broker="KING"), "carl")
    assert shown(floor, name) == "replace 110 @ 50"
    floor.report(name, K.Replaced)
    assert shown(floor, name) == "cancel", (
        "it is as large as the last request made it, and unwanted"
    )


def test_a_cancel_of_all_orders_measures_an_amount_anew(floor: Desk) -> None:
    """The replace that followed would have bought more units, at a lower limit."""
    king = Broker("KING", "King", "S1", knows_mass_cancel=True)
    floor.done(c.DefineBrokers((king,)), "ops")
    block = blocked(floor, ("A1", 10_000), Price=50)
    name = routed(floor, block, 5_000)
    floor.report(name, K.New, OrderQty=D(100))
    ask(floor, name, 0, CashOrderQty=D(6_000))
    floor.left(name)
    ask(floor, name, 0, 40, CashOrderQty=D(9_000))
    assert floor.state.blocks[block].OrderQty == 9_000 / 40 + 1_000 / 50
    floor.done(c.CancelAll("fat finger", broker="KING"), "carl")
    assert floor.state.blocks[block].OrderQty == 10_000 / 50
    same(floor.journal.replay(), floor.state)


def test_closing_by_hand_ends_what_was_deferred(floor: Desk) -> None:
    name = replaced(floor, 110)
    floor.left(name)
    ask(floor, name, 120)
    floor.done(c.ClosePlacement(name, "told by telephone"), "trader")
    assert (shown(floor, name), floor.placement(name).exposure) == ("", 0)


def test_after_a_crash_one_that_never_left_is_passed_over(floor: Desk) -> None:
    """The lanes are gone with the process: the broker's answer says that it does not know it."""
    name = replaced(floor, 110, 120)
    held, first = floor.placement(name).ClOrdID, waiting(floor, name)
    floor.system(c.ChangeSession("S1", False))
    floor.system(c.ChangeSession("S1", True))
    unknown = Report(K.Status.value, first.ClOrdID, OrderID="NONE", OrdStatus=OrdStatus.Rejected)
    floor.hear("S1", unknown)
    assert (waiting(floor, name).OrderQty, waiting(floor, name).OrigClOrdID) == (120, held)
    sent_again = [r for r in floor.journal.records if isinstance(r.event, e.RequestResent)]
    assert not sent_again
    floor.hear("S1", unknown)
    assert waiting(floor, name).OrderQty == 120, "told twice"


def test_after_a_crash_a_cancel_names_what_the_broker_knows(floor: Desk) -> None:
    name = replaced(floor, 110)
    held = floor.placement(name).ClOrdID
    floor.done(c.CancelAll("fat finger", broker="KING"), "carl")
    for request in floor.placement(name).requests:
        unknown = Report(
            K.Status.value, request.ClOrdID, OrderID="NONE", OrdStatus=OrdStatus.Rejected
        )
        floor.hear("S1", unknown)
    assert (waiting(floor, name).kind.value, waiting(floor, name).OrigClOrdID) == ("cancel", held)


def test_a_broker_that_takes_chains_gets_the_last_at_once(floor: Desk) -> None:
    floor.done(c.DefineBrokers((Broker("KING", "King", "S1", chained_requests=True),)), "ops")
    name = replaced(floor, 110, 120)
    first = waiting(floor, name)
    floor.left(name)
    floor.system(c.AskDeferred(name))
    assert [r.OrigClOrdID for r in floor.placement(name).requests][1] == first.ClOrdID
    assert shown(floor, name) == "replace 110 @ 50, replace 120 @ 50"
    floor.system(c.AskDeferred(name))
    assert shown(floor, name) == "replace 110 @ 50, replace 120 @ 50", "asked for once"


def test_an_unacknowledged_order_is_not_replaced(floor: Desk) -> None:
    block = floor.block(("A1", 100), TimeInForce=TimeInForce.Day)
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    reason = {"placement": "waits for the answer to its new request"}
    assert floor.refused(c.ReplacePlacement(name, D(50)), "trader") == reason
