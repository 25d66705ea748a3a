"""Orders that are refused, and which field is named; `Desk.refused` checks that all else stays."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.builders import DAY, D, Desk, desk, instrument, new_order
from tradeoms.model import commands as c
from tradeoms.model.fields import OrdType, Override, Severity
from tradeoms.model.reference import Limit, Restriction, Tick
from tradeoms.views import orders


@pytest.fixture
def open_desk() -> Desk:
    return desk()


ORDERS = {
    "an unknown instrument": (
        {"instrument": "NOSUCH"},
        {"order.instrument": "unknown instrument"},
    ),
    "an unknown instrument, and numbers that are wrong for any": (
        {"instrument": "NOSUCH", "members": (("A1", -5),), "OrdType": OrdType.Limit},
        {
            "order.instrument": "unknown instrument",
            "order.members[0].OrderQty": "must be above zero",
            "order.Price": "an order of type Limit needs it",
        },
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
    "less than arithmetic can hold": (
        {"members": (("A1", "1e-9999999"),)},
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
    "a limit of next to nothing": ({"Price": "1e-9999999"}, {"order.Price": "is off tick 0.01"}),
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
    assert _consents(open_desk, name) == ("held", "", "order_quantity: 2 more, not pm", None)
    open_desk.done(lift, "risk")
    missing = "order_quantity: 1 more, not pm or risk"
    assert _consents(open_desk, name) == ("held", "order_quantity: risk", missing, later)
    assert list(open_desk.refused(lift, "risk")) == ["user"]
    open_desk.done(replace(lift, expires=later + timedelta(hours=1)), "chief")
    assert _consents(open_desk, name) == ("staged", "order_quantity: risk, chief", "", later)


def _consents(desk: Desk, name: str) -> tuple[str, str, str, datetime | None]:
    """What the row of an order says of who lifts its rules."""
    row = orders.row(desk.state, desk.state.orders[name])
    return row.state, row.consents, row.awaits, row.consents_until


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
