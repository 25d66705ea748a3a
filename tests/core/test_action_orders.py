"""Orders that are open over a corporate action, and blocks that it finds over and a bust reopens."""

from datetime import timedelta

from msgspec.structs import replace

from tests.builders import DAY, D, Desk, desk, lot
from tests.core.corporate import corporate
from tests.properties import invariants
from tradeoms.model import commands as c
from tradeoms.model.fields import OrderState, OrdType, ReportKind, Side, TimeInForce

LATER = DAY + timedelta(7)


def checked(floor: Desk) -> None:
    invariants.hold(floor)


def test_an_old_order_in_a_new_block_is_in_the_way_too() -> None:
    floor = desk((lot("A1", 100, 1000, 400),))
    old = floor.order(("A1", 10), Price="20", TimeInForce=TimeInForce.GoodTillCancel)
    floor.done(c.OpenDay(LATER), "ops")
    (block,) = floor.done(c.BlockOrders((old,)), "trader")
    name = floor.route(block, 10, Price=D(20), OrdType=OrdType.Limit)
    reasons = floor.refused(corporate("split", day=LATER, new=2), "ops")
    assert "in old shares" in reasons["terms.instrument"]
    floor.report(name, ReportKind.Canceled)
    floor.finish(block)
    floor.done(corporate("split", day=LATER, new=2), "ops")
    checked(floor)


def test_a_bust_after_a_split_leaves_nothing_to_route_in_old_shares() -> None:
    """A hundred at 60 were worked before it: a hundred more at up to 60 would be half of what was meant."""
    floor, lasting = desk((lot("A1", 100, 1000, 400),)), TimeInForce.GoodTillCancel
    terms = {"Price": D(60), "OrdType": OrdType.Limit, "TimeInForce": lasting}
    one, other = (floor.order(("A1", 50), Price="60", TimeInForce=lasting) for _ in "12")
    (block,) = floor.done(c.BlockOrders((one, other)), "trader")
    name = floor.route(block, 100, **terms)
    ExecID = floor.fill(name, 100, "50")
    floor.finish(block)
    floor.done(c.OpenDay(LATER), "ops")
    floor.done(corporate("split", day=LATER, new=2), "ops")
    floor.bust(name, ExecID)
    why = "is in shares of before the split of 2026-03-09: finish it, and enter the rest anew"
    wanted = c.ReplacePlacement(name, D(50), D(60))
    assert floor.refused(wanted, "trader") == {"block": why}
    floor.report(name, ReportKind.Canceled)
    again = c.RouteBlock(block, (c.Route("KING", D(100), OrdType.Limit, D(60)),))
    assert floor.refused(again, "trader") == {"block": why}
    assert floor.refused(c.LeaveBlock(block, other, "by itself"), "trader") == {"block": why}
    floor.finish(block)
    new = floor.block(("A1", 10))
    floor.route(new, 10)
    assert floor.held("A1") == 200
    checked(floor)


def test_an_odd_lot_that_no_whole_one_comes_of_is_cancelled() -> None:
    """Thirty of lots of a hundred would be an order for nothing."""
    floor, lasting = desk((lot("A1", 100, 1000, 400),)), TimeInForce.GoodTillCancel
    odd, whole = (floor.order(("A1", n), Price="60", TimeInForce=lasting) for n in (30, 300))
    acme = replace(floor.state.instruments["ACME"], lot=D(100))
    floor.done(c.DefineInstruments((acme,)), "ops")
    floor.done(c.OpenDay(LATER), "ops")
    floor.done(corporate("split", day=LATER, new=2), "ops")
    assert floor.state.orders[odd].state is OrderState.Cancelled
    assert floor.state.orders[whole].OrderQty == 600
    assert floor.state.buying.at("A1", "ACME") == 600
    checked(floor)


def test_who_takes_a_split_back_is_told_of_the_orders_that_it_has_changed() -> None:
    """Fifty to sell at 60 were made a hundred at 30, and are so yet."""
    floor, lasting = desk((lot("A1", 100, 1000, 400),)), TimeInForce.GoodTillCancel
    order = floor.order(("A1", 50), Price="60", TimeInForce=lasting, Side=Side.Sell)
    floor.done(c.OpenDay(LATER), "ops")
    floor.done(corporate("split", day=LATER, new=2), "ops")
    (action,) = floor.state.lot_actions
    floor.order(("A1", 5))
    floor.done(c.ReverseAction(action, "another issuer"), "ops")
    told = list(floor.state.alerts.values())[-1]
    text = f"{action} is taken back, but stay as it changed them: {order}"
    assert (told.kind, told.subject, told.text) == ("open orders", "ACME", text)
    assert floor.state.orders[order].OrderQty == 100
    checked(floor)
