"""Routes and requests that are refused, and which field is named."""

import pytest
from msgspec.structs import replace

from tests.builders import DAY, D, Desk, K, desk, lot
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrdType, Severity, Side, TimeInForce
from tradeoms.model.reference import Limit, Restriction


@pytest.fixture
def open_desk() -> Desk:
    return desk()


def test_blocking(open_desk: Desk) -> None:
    assert open_desk.refused(c.BlockOrders(())) == {"orders": "a block needs at least one order"}
    assert open_desk.refused(c.BlockOrders(("O9",))) == {"orders[0]": "unknown order"}
    name = open_desk.order(("A1", 1))
    assert open_desk.refused(c.BlockOrders((name, name))) == {"orders": "an order is named twice"}
    open_desk.done(c.BlockOrders((name,)), "trader")
    assert open_desk.refused(c.BlockOrders((name,))) == {"orders[0]": "is in block, not staged"}


def test_only_orders_that_fit_share_a_block(open_desk: Desk) -> None:
    same_kind = [open_desk.order((a, 1), Price="50") for a in ("A1", "A2")]
    other = open_desk.order(("A3", 1), Price="51")
    names = open_desk.done(c.BlockOrders((*same_kind, other)), "trader")
    assert [open_desk.state.blocks[name].orders for name in names] == [(*same_kind,), (other,)]


def test_routing_an_unknown_block(open_desk: Desk) -> None:
    route = c.RouteBlock("B9", (c.Route("KING", D(1)),))
    assert open_desk.refused(route, "trader") == {"block": "unknown block"}


ROUTES = {
    "nothing": ((), {"routes"}),
    "an unknown broker": ((c.Route("NOBODY", D(1)),), {"routes[0].broker"}),
    "more than is idle": ((c.Route("KING", D(60)), c.Route("QUEEN", D(41))), {"routes.OrderQty"}),
    "zero": ((c.Route("KING", D(0)),), {"routes[0].OrderQty"}),
    "no number": ((c.Route("KING", D("NaN")),), {"routes[0].OrderQty"}),
    "too much to count": ((c.Route("KING", D("1e9999999")),), {"routes[0].OrderQty"}),
    "a worse limit": ((c.Route("KING", D(1), Price=D("50.01")),), {"routes[0].Price"}),
    "a limit of zero": ((c.Route("KING", D(1), Price=D(0)),), {"routes[0].Price"}),
    "a limit that is none": ((c.Route("KING", D(1), Price=D("NaN")),), {"routes[0].Price"}),
    "no limit at all": ((c.Route("KING", D(1), OrdType=OrdType.Market),), {"routes[0].Price"}),
    "a longer life": (
        (c.Route("KING", D(1), TimeInForce=TimeInForce.GoodTillCancel),),
        {"routes[0].TimeInForce"},
    ),
}


@pytest.mark.parametrize("what", ROUTES)
def test_routing(what: str, open_desk: Desk) -> None:
    routes, fields = ROUTES[what]
    block = open_desk.block(("A1", 100), Price="50")
    assert set(open_desk.refused(c.RouteBlock(block, routes), "trader")) == fields
    assert open_desk.state.blocks[block].statement is None


def test_the_first_route_freezes_the_statement_in_its_own_record(open_desk: Desk) -> None:
    block = open_desk.block(("A1", 60), ("A2", 40))
    routes = (c.Route("KING", D(50)), c.Route("QUEEN", D(30)))
    open_desk.done(c.RouteBlock(block, routes), "trader")
    open_desk.route(block, 20)
    frozen = [
        record.event.statement
        for record in open_desk.journal.records
        if isinstance(record.event, e.PlacementRouted)
    ]
    assert frozen[0] is not None
    assert frozen[1:] == [None, None]
    assert open_desk.state.blocks[block].statement == frozen[0]
    assert (frozen[0].accounts, frozen[0].quantities) == (("A1", "A2"), (60, 40))


def test_a_seller_gets_no_less_than_the_limit() -> None:
    owner = desk((lot("A1", 100, 1000),))
    block = owner.block(("A1", 100), Price="50", Side=Side.Sell)
    worse = c.RouteBlock(block, (c.Route("KING", D(100), Price=D("49.99")),))
    assert list(owner.refused(worse, "trader")) == ["routes[0].Price"]
    owner.route(block, 100, Price=D("50.01"))


def test_a_stop_is_not_lost_on_the_way(open_desk: Desk) -> None:
    block = open_desk.block(("A1", 100), OrdType=OrdType.Stop, StopPx=D(55))
    for route in (
        c.Route("KING", D(100), OrdType=OrdType.Market),
        c.Route("KING", D(100), StopPx=D(54)),
    ):
        reasons = open_desk.refused(c.RouteBlock(block, (route,)), "trader")
        assert list(reasons) == ["routes[0].StopPx"]
    open_desk.route(block, 100, StopPx=D(56))


def test_what_works_at_a_broker_cannot_be_routed_again(open_desk: Desk) -> None:
    block = open_desk.block(("A1", 100))
    placement = open_desk.route(block, 60)
    open_desk.fill(placement, 10)
    more = c.RouteBlock(block, (c.Route("QUEEN", D(41)),))
    assert open_desk.refused(more, "trader") == {
        "routes.OrderQty": "is more than the idle 40 of the block"
    }


def test_warnings_are_acknowledged_first(open_desk: Desk) -> None:
    row = Limit("order_quantity", DAY, {"most": "50"}, Severity.Warn)
    block = open_desk.block(("A1", 100))
    open_desk.done(c.SetLimits((row,)), "compliance")
    route = c.RouteBlock(block, (c.Route("KING", D(100)),))
    (reason,) = open_desk.refused(route, "trader").values()
    assert reason.startswith("must be acknowledged")
    open_desk.done(replace(route, acknowledged=("order_quantity",)), "trader")


def test_a_routed_block_is_not_dissolved(open_desk: Desk) -> None:
    block = open_desk.block(("A1", 100))
    open_desk.route(block, 100)
    assert list(open_desk.refused(c.DissolveBlock(block), "trader")) == ["block"]
    assert list(open_desk.refused(c.DissolveBlock("B9"), "trader")) == ["block"]


def test_a_dissolved_block_gives_its_orders_back(open_desk: Desk) -> None:
    block = open_desk.block(("A1", 100))
    open_desk.done(c.DissolveBlock(block), "trader")
    assert open_desk.state.orders["O1"].state == "staged"
    assert list(open_desk.refused(c.DissolveBlock(block), "trader")) == ["block"]


def test_a_block_with_working_placements_is_not_finished(open_desk: Desk) -> None:
    placement = open_desk.working()
    block = open_desk.placement(placement).block
    assert open_desk.refused(c.FinishBlock(block), "trader") == {
        "block": "has working placements: P1"
    }
    assert list(open_desk.refused(c.FinishBlock("B9"), "trader")) == ["block"]


def test_an_overfilled_block_is_not_finished(open_desk: Desk) -> None:
    placement = open_desk.working()
    open_desk.fill(placement, 110)
    block = open_desk.placement(placement).block
    assert open_desk.refused(c.FinishBlock(block), "trader") == {
        "block": "is over-filled: 110 of 100; book the error to an account first"
    }


def test_one_request_at_a_time(open_desk: Desk) -> None:
    placement = open_desk.working()
    cancel, change = c.CancelPlacement(placement), c.ReplacePlacement(placement, D(50))
    open_desk.done(cancel, "trader")
    for command in (cancel, change):
        reasons = open_desk.refused(command, "trader")
        assert reasons == {"placement": "waits for the answer to its cancel request"}
    open_desk.report(placement, K.CancelReject)
    open_desk.done(change, "trader")


def test_asking_about_nothing(open_desk: Desk) -> None:
    assert list(open_desk.refused(c.CancelPlacement("P9"), "trader")) == ["placement"]
    assert list(open_desk.refused(c.ReplacePlacement("P9", D(1)), "trader")) == ["placement"]


def test_asking_over_a_dead_line(open_desk: Desk) -> None:
    placement = open_desk.working()
    open_desk.system(c.ChangeSession("S1", False))
    reasons = open_desk.refused(c.CancelPlacement(placement), "trader")
    assert reasons == {"placement": "session S1 is down"}


def test_an_ended_placement_is_left_alone(open_desk: Desk) -> None:
    placement = open_desk.working()
    open_desk.report(placement, K.Canceled)
    assert open_desk.refused(c.CancelPlacement(placement), "trader") == {
        "placement": "has nothing left to cancel"
    }
    assert open_desk.refused(c.ReplacePlacement(placement, D(50)), "trader") == {
        "placement": "is Canceled"
    }


def test_a_placement_that_never_left_is_not_replaced(open_desk: Desk) -> None:
    open_desk.system(c.ChangeSession("S1", False))
    block = open_desk.block(("A1", 100))
    (name,) = open_desk.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    open_desk.system(c.ChangeSession("S1", True))
    for command in (c.ReplacePlacement(name, D(50)), c.CancelPlacement(name)):
        reasons = open_desk.refused(command, "trader")
        assert reasons == {"placement": "never left: the broker does not know it"}
    open_desk.route(block, 100)


REPLACEMENTS = {
    "to what is filled": ({"OrderQty": D(30), "Price": D(50)}, "OrderQty"),
    "beyond the block": ({"OrderQty": D(101), "Price": D(50)}, "OrderQty"),
    "to no number": ({"OrderQty": D("NaN"), "Price": D(50)}, "OrderQty"),
    "to a fraction": ({"OrderQty": D("50.5"), "Price": D(50)}, "OrderQty"),
    "to a worse limit": ({"OrderQty": D(50), "Price": D("50.01")}, "Price"),
    "to a limit off tick": ({"OrderQty": D(50), "Price": D("49.999")}, "Price"),
    "to no limit": ({"OrderQty": D(50)}, "Price"),
    "to a limit that is none": ({"OrderQty": D(50), "Price": D("NaN")}, "Price"),
}


@pytest.mark.parametrize("what", REPLACEMENTS)
def test_replacing(what: str, open_desk: Desk) -> None:
    fields, field = REPLACEMENTS[what]
    placement = open_desk.working(("A1", 100), Price="50")
    open_desk.fill(placement, 30)
    reasons = open_desk.refused(c.ReplacePlacement(placement, **fields), "trader")
    assert list(reasons) == [field]


def test_a_replace_complies_like_a_route(open_desk: Desk) -> None:
    placement = open_desk.route(open_desk.block(("A1", 100)), 40)
    row = Limit("order_quantity", DAY, {"most": "50"}, Severity.Warn)
    open_desk.done(c.SetLimits((row,)), "compliance")
    change = c.ReplacePlacement(placement, D(80))
    (reason,) = open_desk.refused(change, "trader").values()
    assert reason.startswith("must be acknowledged: buy 80, at most 50")
    open_desk.done(replace(change, acknowledged=("order_quantity",)), "trader")
    open_desk.report(placement, K.Replaced)
    open_desk.done(c.Restrict((Restriction("ACME Inc", DAY),)), "compliance")
    reasons = open_desk.refused(
        c.ReplacePlacement(placement, D(90), acknowledged=("order_quantity",)), "trader"
    )
    assert "restricted_list" in reasons
