"""What is refused, with which field named; `Desk.refused` checks that nothing else changes."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.builders import BROKERS, DAY, D, Desk, K, desk, instrument, lot, new_order
from tradeoms.model import commands as c
from tradeoms.model.fields import OrdType, Override, Severity, Side, TimeInForce
from tradeoms.model.reference import Broker, Limit, OpeningCash, Price, Restriction, Tick


@pytest.fixture
def open_desk() -> Desk:
    return desk()


# -- orders ---------------------------------------------------------------------------------------

ORDERS = {
    "an unknown instrument": (
        {"instrument": "NOSUCH"},
        {"order.instrument": "unknown instrument"},
    ),
    "no members": ({"members": ()}, {"order.members": "an order needs at least one account"}),
    "an unknown account": (
        {"members": (("A9", 100),)},
        {"order.members[0].account": "unknown account"},
    ),
    "an account twice": (
        {"members": (("A1", 100), ("A2", 1), ("A1", 5))},
        {"order.members[2].account": "named twice"},
    ),
    "nothing to buy": (
        {"members": (("A1", 0),)},
        {"order.members[0].OrderQty": "must be above zero"},
    ),
    "less than nothing": (
        {"members": (("A1", -100),)},
        {"order.members[0].OrderQty": "must be above zero"},
    ),
    "part of a share": (
        {"members": (("A1", "100.5"),)},
        {"order.members[0].OrderQty": "must be a multiple of 1"},
    ),
    "no number": (
        {"members": (("A1", "NaN"),)},
        {"order.members[0].OrderQty": "must be above zero"},
    ),
    "endlessly many": (
        {"members": (("A1", "Infinity"),)},
        {"order.members[0].OrderQty": "must be above zero"},
    ),
    "more than the book can hold": (
        {"members": (("A1", "1e30"),)},
        {"order.members[0].OrderQty": "is above the largest quantity, 1,000,000,000,000"},
    ),
    "more than arithmetic can hold": (
        {"members": (("A1", "1e9999999"),)},
        {"order.members[0].OrderQty": "is above the largest quantity, 1,000,000,000,000"},
    ),
    "together more than the book can hold": (
        {"members": (("A1", "6e11"), ("A2", "6e11"))},
        {"order.members": "is above the largest quantity, 1,000,000,000,000"},
    ),
    "a limit off tick": ({"Price": "52.405"}, {"order.Price": "is off tick 0.01"}),
    "a limit a hair off tick": (
        {"Price": "52.4" + "0" * 40 + "1"},
        {"order.Price": "is off tick 0.01"},
    ),
    "a limit of zero": ({"Price": "0"}, {"order.Price": "must be above zero"}),
    "a limit below zero": ({"Price": "-1"}, {"order.Price": "must be above zero"}),
    "a limit that is no number": ({"Price": "NaN"}, {"order.Price": "must be above zero"}),
    "a huge limit": (
        {"Price": "1e30"},
        {"order.Price": "is above the highest price, 1,000,000,000"},
    ),
    "a limit beyond arithmetic": (
        {"Price": "1e9999999"},
        {"order.Price": "is above the highest price, 1,000,000,000"},
    ),
    "a value beyond money": (
        {"members": (("A1", 10**9),), "Price": "9999999"},
        {"order.Price": "with this quantity is worth more than 1,000,000,000,000,000"},
    ),
    "a limit order without limit": (
        {"OrdType": OrdType.Limit},
        {"order.Price": "an order of type Limit needs it"},
    ),
    "a market order with limit": (
        {"OrdType": OrdType.Market, "Price": "52.40"},
        {"order.Price": "an order of type Market has none"},
    ),
    "a stop order without stop": (
        {"OrdType": OrdType.Stop},
        {"order.StopPx": "an order of type Stop needs it"},
    ),
    "text that would break a message": (
        {"instructions": "now\x0140=1"},
        {"order.instructions": "has characters outside printable ASCII"},
    ),
    "text without end": (
        {"reason": "x" * 513},
        {"order.reason": "is longer than 512 characters"},
    ),
    "handling nobody knows": ({"HandlInst": ""}, {"order.HandlInst": "must be one of 1, 2, 3"}),
}


@pytest.mark.parametrize("what", ORDERS)
def test_an_order_with(what: str, open_desk: Desk) -> None:
    fields, expected = ORDERS[what]
    members = fields.get("members", (("A1", 100),))
    rest = {name: value for name, value in fields.items() if name != "members"}
    assert open_desk.refused(c.SubmitOrder(new_order(*members, **rest))) == expected


def test_everything_wrong_is_named_at_once(open_desk: Desk) -> None:
    bad = new_order(("A9", -1), ("A1", "0.5"), Price="52.405", HandlInst="x", reason="\n")
    assert set(open_desk.refused(c.SubmitOrder(bad))) == {
        "order.members[0].account",
        "order.members[0].OrderQty",
        "order.members[1].OrderQty",
        "order.Price",
        "order.HandlInst",
        "order.reason",
    }


def test_the_tick_is_that_of_the_price(open_desk: Desk) -> None:
    ticks = (Tick(D(0), D("0.0001")), Tick(D(1), D("0.01")))
    open_desk.done(c.DefineInstruments((instrument("PENNY", ticks=ticks),)))
    open_desk.order(("A1", 1), instrument="PENNY", Price="0.9999")
    bad = new_order(("A1", 1), instrument="PENNY", Price="1.0001")
    assert open_desk.refused(c.SubmitOrder(bad)) == {"order.Price": "is off tick 0.01"}


def test_quantities_are_whole_lots(open_desk: Desk) -> None:
    open_desk.done(c.DefineInstruments((instrument("ROUND", lot=D(100)),)))
    bad = new_order(("A1", 150), instrument="ROUND")
    reasons = open_desk.refused(c.SubmitOrder(bad))
    assert reasons == {"order.members[0].OrderQty": "must be a multiple of 100"}


def test_a_final_block_is_a_refusal(open_desk: Desk) -> None:
    open_desk.done(c.Restrict((Restriction("ACME Inc", DAY, reason="deal"),)), "compliance")
    reasons = open_desk.refused(c.SubmitOrder(new_order(("A1", 1))))
    assert reasons == {
        "order.restricted_list": "buy of ACME Inc is restricted since 2026-03-02: deal"
    }


def test_withdrawing(open_desk: Desk) -> None:
    assert open_desk.refused(c.CancelOrder("O9", "")) == {"order": "unknown order"}
    blocked = open_desk.order(("A1", 1))
    open_desk.done(c.BlockOrders((blocked,)), "trader")
    assert list(open_desk.refused(c.CancelOrder(blocked, ""))) == ["order"]
    free = open_desk.order(("A2", 1))
    open_desk.done(c.CancelOrder(free, "changed my mind"))
    assert list(open_desk.refused(c.CancelOrder(free, ""))) == ["order"]
    assert open_desk.state.buying.at("A2", "ACME") == 0


def test_overriding(open_desk: Desk) -> None:
    row = Limit("order_quantity", DAY, {"most": "10"}, Severity.Block, Override.Two)
    open_desk.done(c.SetLimits((row,)), "compliance")
    name = open_desk.done(c.SubmitOrder(new_order(("A1", 100))))[0]
    later = datetime.now().astimezone() + timedelta(hours=1)
    lift = c.OverrideViolation(name, "order_quantity", "agreed", later)
    assert list(open_desk.refused(replace(lift, order="O9"), "risk")) == ["order"]
    assert list(open_desk.refused(replace(lift, rule="other"), "risk")) == ["rule"]
    assert list(open_desk.refused(lift, "pm")) == ["user"]
    assert list(open_desk.refused(replace(lift, reason=" "), "risk")) == ["reason"]
    past = replace(lift, expires=later - timedelta(hours=2))
    assert list(open_desk.refused(past, "risk")) == ["expires"]
    naive = replace(lift, expires=later.replace(tzinfo=None))
    assert list(open_desk.refused(naive, "risk")) == ["expires"]
    open_desk.done(lift, "risk")
    assert open_desk.state.orders[name].state == "held"
    assert list(open_desk.refused(lift, "risk")) == ["user"]
    open_desk.done(lift, "chief")
    assert open_desk.state.orders[name].state == "staged"


# -- blocks and routes ----------------------------------------------------------------------------


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
        "block": "is over-filled: 110 of 100"
    }


# -- requests -------------------------------------------------------------------------------------


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


# -- reference data -------------------------------------------------------------------------------


def test_days_go_forward_and_not_into_fantasy(open_desk: Desk) -> None:
    for day in (DAY - timedelta(1), date.max):
        assert list(open_desk.refused(c.OpenDay(day), "ops")) == ["business_date"]


INSTRUMENTS = {
    "multiplier": [{"multiplier": D(0)}, {"multiplier": D("NaN")}, {"multiplier": D("1e30")}],
    "lot": [{"lot": D(-1)}, {"lot": D("0.5")}, {"lot": D("Infinity")}],
    "qty_scale": [{"qty_scale": -1}, {"qty_scale": 99}],
    "Symbol": [{"Symbol": ""}, {"Symbol": "A\x0154=2"}],
    "Currency": [{"Currency": ""}],
    "ticks": [
        {"ticks": ()},
        {"ticks": (Tick(D(1), D("0.01")),)},
        {"ticks": (Tick(D(0), D(0)),)},
        {"ticks": (Tick(D(0), D("NaN")),)},
        {"ticks": (Tick(D(0), D(1)), Tick(D(0), D(2)))},
        {"ticks": (Tick(D("NaN"), D(1)),)},
    ],
}


@pytest.mark.parametrize("field", INSTRUMENTS)
def test_instruments(field: str, open_desk: Desk) -> None:
    for fields in INSTRUMENTS[field]:
        command = c.DefineInstruments((instrument("NEW", **fields),))
        assert list(open_desk.refused(command, "ops")) == [f"instruments[0].{field}"], fields


@pytest.mark.parametrize("fields", [{"qty_scale": 2}, {"price_scale": 6}, {"Currency": "EUR"}])
def test_the_units_of_an_instrument_never_change(fields: dict, open_desk: Desk) -> None:
    (name,) = fields
    reasons = open_desk.refused(c.DefineInstruments((instrument("ACME", **fields),)), "ops")
    assert reasons == {f"instruments[0].{name}": "of an instrument never changes"}


NUMBERS = [D("NaN"), D("sNaN"), D("Infinity"), D("1e30"), D("1e9999999"), D(-1), D("0.00000000001")]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_that_cannot_be_kept(number: Decimal, open_desk: Desk) -> None:
    broker = Broker("NEW", "New", "S1", number)
    price = Price("ACME", number, "", "")
    negative = number.is_finite() and number < 0
    cash = OpeningCash("A1", "USD", D("0.001") if negative else number)
    refused = open_desk.refused
    assert list(refused(c.DefineBrokers((broker,)))) == ["brokers[0].commission_per_share"]
    assert list(refused(c.MarkPrices((price,)))) == ["prices[0].Px"]
    assert list(refused(c.BookOpening("b", (), (cash,)))) == ["cash[0].amount"]
    basis = replace(lot("A1", 1, 1), basis=number)
    assert list(refused(c.BookOpening("b", (basis,)))) == ["lots[0].basis"]
    if not negative:
        quantity = replace(lot("A1", 1, 1), quantity=number)
        assert list(refused(c.BookOpening("b", (quantity,)))) == ["lots[0].quantity"]


def test_openings_of_what_nobody_knows(open_desk: Desk) -> None:
    lots = (lot("A9", 1, 1), lot("A1", 1, 1, name="NOSUCH"), lot("A1", 0, 1))
    command = c.BookOpening("b", lots, (OpeningCash("A9", "USD", D(1)),))
    fields = ["lots[0].account", "lots[1].instrument", "lots[2].quantity", "cash[0].account"]
    assert list(open_desk.refused(command, "ops")) == fields


def test_an_opening_is_booked_once() -> None:
    owner = desk((lot("A1", 100, 1000),))
    owner.done(c.BookOpening("one", (lot("A1", 100, 1000),)), "ops")
    assert owner.held("A1") == 100


def test_every_broker_has_a_session(open_desk: Desk) -> None:
    assert set(open_desk.state.sessions) == set(BROKERS.values())


# -- baskets --------------------------------------------------------------------------------------


def test_a_basket_is_all_or_none(open_desk: Desk) -> None:
    good, bad = new_order(("A1", 10)), new_order(("A9", 10))
    seq = open_desk.state.seq
    answer = open_desk.do(c.SubmitBasket("K1", (good, bad, good)))
    assert [problem.field for problem in answer.problems] == ["orders[1].members[0].account"]
    assert answer.ids == ()
    assert not open_desk.state.orders
    assert not open_desk.state.drafts
    assert not open_desk.state.fingerprints
    assert open_desk.state.buying.at("A1", "ACME") == 0
    assert open_desk.state.seq == seq + 3
    names = open_desk.done(c.SubmitBasket("K1", (good, good)))
    assert {open_desk.state.orders[name].state for name in names} == {"staged"}
    assert open_desk.refused(c.SubmitBasket("K1", (good,))) == {
        "basket": "needs a name that no basket has"
    }
    assert list(open_desk.refused(c.SubmitBasket("K2", ()))) == ["orders"]
