"""A new order as typed."""

from decimal import Decimal as D

import pytest

from blotter import entry
from blotter.screens import form
from tests.blotter.fake import price
from tradeoms.model.commands import Problem
from tradeoms.model.fields import OrdType, Side
from tradeoms.model.orders import Member, NewOrder

KNOWN = {"AAPL.US": "AAPL", "X.US": "X", "X.CA": "X"}
EMPTY = {field.name: "" for field in entry.FIELDS}


def read(**typed: str) -> tuple[NewOrder | None, list[Problem]]:
    return entry.read(EMPTY | typed, KNOWN, {"AAPL.US": price("AAPL")})


def test_a_symbol_names_its_instrument_and_a_price_makes_a_limit() -> None:
    order, problems = read(account="F1", instrument="aapl", side="b", quantity="2k", price="10.5")
    assert problems == []
    member = Member("F1", D(2000))
    assert order == NewOrder("AAPL.US", Side.Buy, (member,), OrdType.Limit, D("10.5"))


def test_an_ambiguous_symbol_is_left_to_the_server() -> None:
    order, _ = read(account="F1", instrument="X", side="short", quantity="5", locate="L7")
    assert order == NewOrder("X", Side.SellShort, (Member("F1", D(5), "L7"),))


def test_the_type_follows_the_prices() -> None:
    def kind(**typed: str) -> OrdType | None:
        order, _ = read(account="F1", instrument="X", side="sell", quantity="5", **typed)
        return order and order.OrdType

    assert kind() is OrdType.Market
    assert kind(stop="9") is OrdType.Stop
    assert kind(stop="9", price="8") is OrdType.StopLimit
    assert kind(type="LIMIT", price="8") is OrdType.Limit


def test_everything_wrong_is_said_at_once() -> None:
    order, problems = read(side="hold", quantity="lots", type="peg", price="-1")
    assert order is None
    wrong = ["account", "instrument", "price", "quantity", "side", "type"]
    assert sorted(problem.field for problem in problems) == wrong


def test_money_becomes_whole_units_and_never_more_than_it_buys() -> None:
    order, _ = read(account="F1", instrument="AAPL", side="buy", quantity="1m usd")
    assert order is not None
    assert order.members[0].OrderQty == D(5284)  # 1,000,000 / 189.25 = 5284.01


@pytest.mark.parametrize(
    ("field", "at"),
    [
        ("order.members[0].account", ("account", "7: no")),
        ("order.members[0].OrderQty", ("quantity", "7: no")),
        ("order.Price", ("price", "7: no")),
        ("order.price_collar", ("price", "price_collar 7: no")),
        ("order.members[0]", ("quantity", "members 7: no")),
        ("order.strategy", ("", "order.strategy 7: no")),
    ],
)
def test_what_the_server_says_is_at_its_field(field: str, at: tuple[str, str]) -> None:
    takes = {field.name: field.takes for field in entry.FIELDS}
    assert form.at(Problem(field, "7", "no"), takes) == at


@pytest.mark.parametrize(
    ("instrument", "quantity", "reason"),
    [
        ("AAPL", "5k EUR", "the price is in USD"),
        ("X", "5k USD", "there is no price"),
        ("AAPL", "100USD", "less than one unit at 189.25"),
        ("AAPL", "x USD", "is not a number"),
    ],
)
def test_money_that_cannot_be_units(instrument: str, quantity: str, reason: str) -> None:
    order, problems = read(account="F1", instrument=instrument, side="buy", quantity=quantity)
    assert order is None
    assert any(reason in wrong.reason for wrong in problems if wrong.field == "quantity")
