"""Orders in money, whatever the amounts, the broker's word and the prices: shares, money, the log."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import D, Desk, K, desk
from tests.properties import invariants
from tradeoms.core.measuring import idle_amount
from tradeoms.model import commands as c
from tradeoms.model.fields import Outcome, Side
from tradeoms.model.orders import Member, NewOrder
from tradeoms.model.reference import Account

ACCOUNTS = ("A1", "A2", "A3", "A4")
amounts = st.integers(5_000, 5_000_000).map(lambda cents: Decimal(cents).scaleb(-2))
prices = st.integers(4_800, 5_200).map(lambda cents: Decimal(cents).scaleb(-2))
members = st.lists(
    st.tuples(st.sampled_from(ACCOUNTS), amounts), min_size=1, max_size=4, unique_by=lambda m: m[0]
)
orders = st.lists(members, min_size=1, max_size=3)
fills = st.lists(st.tuples(st.integers(1, 400), prices), max_size=5)


def _block(floor: Desk, wanted: Any) -> str:
    names = []
    for members in wanted:
        parts = tuple(Member(account, CashOrderQty=amount) for account, amount in members)
        names += floor.done(c.SubmitOrder(NewOrder("ACME", Side.Buy, parts)))
    return floor.done(c.BlockOrders(tuple(names)), "trader")[0]


@settings(max_examples=40)
@given(wanted=orders, part=st.integers(1, 3), factor=st.integers(95, 105), fills=fills)
def test_units_and_money_go_by_the_amounts(
    wanted: Any, part: int, factor: int, fills: list[tuple[int, Decimal]]
) -> None:
    floor = desk()
    floor.done(c.DefineAccounts((Account("ERR", "Errors", "firm", error=True),)), "ops")
    name = _block(floor, wanted)
    amount = floor.state.blocks[name].CashOrderQty
    assert amount == sum(sum(a for _, a in members) for members in wanted)
    given_ = max(round(amount / part, 2), D(60))
    route = c.Route("KING", CashOrderQty=min(given_, amount))
    answer = floor.do(c.RouteBlock(name, (route,)), "trader")
    if answer.outcome is not Outcome.Done:
        return  # less than a unit
    placed = answer.ids[0]
    told = max(floor.placement(placed).OrderQty * factor // 100, D(1))
    floor.report(placed, K.New, OrderQty=told)
    for quantity, price in fills:
        floor.fill(placed, quantity, price)
        _holds(floor, name)
    if floor.placement(placed).LeavesQty:
        floor.report(placed, K.Canceled)
    _holds(floor, name)
    if floor.do(c.FinishBlock(name), "trader").outcome is Outcome.Refused:
        floor.done(c.BookError(name, "bought too much"), "ops")
        floor.finish(name)
    _allocated(floor, name, amount)
    invariants.hold(floor)


def _holds(floor: Desk, name: str) -> None:
    """idle + committed = the amount; the members' quantities are the block's, by their amounts."""
    block = floor.state.blocks[name]
    committed = sum(floor.placement(p).committed(D(1)) for p in block.placements)
    assert idle_amount(floor.state, block) + committed == block.CashOrderQty
    assert block.statement is not None
    _are_quotas(block.statement.amounts, [int(q) for q in block.statement.quantities])


def _allocated(floor: Desk, name: str, amount: Decimal) -> None:
    """Nobody is a unit from his share of what clients got; they paid the amount and what is allowed."""
    event, block = floor.state.allocations[name], floor.state.blocks[name]
    assert block.statement is not None
    count = len(block.statement.orders)
    _are_quotas(block.statement.amounts, event.quantities[:count])
    cost = Decimal(sum(event.gross[:count])).scaleb(-2)
    units = sum(event.quantities[:count])
    if units:
        lot = cost / units
        assert cost <= amount + max(lot, amount / 100) + D("0.05")


def _are_quotas(amounts: tuple[Decimal, ...], units: Any) -> None:
    whole, total = Fraction(sum(amounts)), sum(units)
    for own, got in zip(amounts, units, strict=True):
        assert abs(Fraction(own) * total / whole - got) < 1
