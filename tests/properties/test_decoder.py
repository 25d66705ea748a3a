"""Whatever the decoder lets in becomes an order or a refusal with its field: never anything else."""

import json
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import DAY, Desk, K, desk
from tests.properties.exotic import EXOTIC
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrdType, Outcome, Override, Severity, Side, TimeInForce
from tradeoms.model.reference import Limit

numbers = (
    st.sampled_from(EXOTIC)
    | st.decimals(allow_nan=True, allow_infinity=True).map(str)
    | st.integers(-5, 1000).map(str)
    | st.integers(1, 100_000).map(lambda cents: str(Decimal(cents).scaleb(-2)))
)
texts = st.sampled_from(("", "1", "north", "\x01", "é", "a\nb", "x" * 600)) | st.text(max_size=20)
members = st.lists(
    st.fixed_dictionaries(
        {"account": st.sampled_from(("A1", "A2", "A3", "A9", "")), "OrderQty": numbers},
        optional={"locate": texts},
    ),
    max_size=4,
)
orders = st.fixed_dictionaries(
    {
        "instrument": st.sampled_from(("ACME", "BOLT", "NOSUCH", "")),
        "Side": st.sampled_from([side.value for side in Side]),
        "members": members,
    },
    optional={
        "OrdType": st.sampled_from([kind.value for kind in OrdType]),
        "Price": numbers,
        "StopPx": numbers,
        "TimeInForce": st.sampled_from([tif.value for tif in TimeInForce]),
        **dict.fromkeys(("desk", "strategy", "instructions", "reason", "reference"), texts),
        "HandlInst": texts,
    },
)


def limit(opened: Desk) -> None:
    """Every rule that takes limits is in force, so that all of them see the order."""
    limits = {
        "order_value": {"most": "1000000"},
        "order_quantity": {"most": "100000"},
        "price_collar": {"most_distance": "0.5", "most_age_seconds": "60"},
        "duplicate_order": {"seconds": "5"},
        "basket_notional": {"most": "5000000"},
    }
    final = {"basket_notional"}
    rows = tuple(
        Limit(
            rule,
            DAY,
            parameters,
            Severity.Block if rule in final else Severity.Warn,
            Override.Never,
        )
        for rule, parameters in limits.items()
    )
    opened.done(c.SetLimits(rows), "compliance")


OPEN = desk()
BLOCKED = OPEN.block(("A1", 100_000), Price="50")
PLACED = OPEN.route(BLOCKED, 1000)
limit(OPEN)


def judge(desk: Desk, command: c.Command) -> e.Answered:
    """Done or refused with named fields; and the log can be written and read."""
    seq = desk.state.seq
    answer = desk.do(command)
    assert answer.outcome in (Outcome.Done, Outcome.Refused), answer.problems
    assert (answer.outcome is Outcome.Refused) == bool(answer.problems)
    assert all(problem.field and problem.reason for problem in answer.problems)
    records = desk.journal.records[seq:]
    assert msgspec.json.decode(msgspec.json.encode(records), type=list[e.Record]) == records
    return answer


@settings(max_examples=600)
@given(orders)
def test_an_order(order: dict[str, Any]) -> None:
    command = msgspec.json.decode(
        json.dumps({"type": "SubmitOrder", "order": order}), type=c.PersonCommand
    )
    answer = judge(OPEN, command)
    if answer.outcome is Outcome.Done:
        (name,) = answer.ids
        OPEN.done(c.CancelOrder(name, "next"))


@settings(max_examples=150)
@given(st.lists(orders, max_size=4))
def test_a_basket(several: list[dict[str, Any]]) -> None:
    OPEN.sent += 1
    basket = {"type": "SubmitBasket", "basket": f"K{OPEN.sent}", "orders": several}
    answer = judge(OPEN, msgspec.json.decode(json.dumps(basket), type=c.PersonCommand))
    for name in answer.ids:
        OPEN.done(c.CancelOrder(name, "next"))


@settings(max_examples=300)
@given(numbers, st.none() | numbers, st.none() | numbers, st.sampled_from([None, *OrdType]))
def test_a_route_and_a_replace(
    quantity: str, Price: Any, StopPx: Any, kind: OrdType | None
) -> None:
    route = {"broker": "KING", "OrderQty": quantity, "Price": Price, "StopPx": StopPx}
    if kind:
        route["OrdType"] = kind.value
    ask = {"placement": PLACED, "OrderQty": quantity, "Price": Price, "StopPx": StopPx}
    seen = {"acknowledged": ["order_value", "price_collar"]}
    for command in (
        {"type": "RouteBlock", "block": BLOCKED, "routes": [route], **seen},
        {"type": "ReplacePlacement", **ask, **seen},
    ):
        answer = judge(OPEN, msgspec.json.decode(json.dumps(command), type=c.PersonCommand))
        if answer.outcome is Outcome.Done:
            for name in OPEN.state.blocks[BLOCKED].placements:
                if OPEN.placement(name).requests and name != PLACED:
                    OPEN.report(name, K.Rejected)
            if OPEN.placement(PLACED).requests:
                OPEN.report(PLACED, K.CancelReject)


def test_the_log_of_all_that_gives_the_same_state() -> None:
    same(OPEN.journal.replay(), OPEN.state)
