"""What a client got by mistake: the firm's, and the client as if it had never had it."""

from datetime import timedelta

import pytest

from tests.builders import DAY, D, Desk, K, desk, lot
from tests.core.after import instructions, leave
from tests.core.splits import define
from tests.properties import invariants
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import Handling, OrdStatus, Side
from tradeoms.model.reference import Account, Price
from tradeoms.views import VIEWS
from tradeoms.views.errors import ErrorRow

WHY = "ordered for the wrong account"


@pytest.fixture
def floor() -> Desk:
    opened = desk((lot("A1", 200, 2000), lot("A2", 200, 2000)))
    opened.done(c.DefineAccounts((Account("ERR", "Errors", "firm", may_short=True, error=True),)))
    return opened


def traded(floor: Desk, side: Side = Side.Buy, filled: int = 100) -> tuple[str, str, str]:
    """A block of A1 60 and A2 40, allocated: its name, the placement's, the ExecID."""
    block = floor.block(("A1", 60), ("A2", 40), Side=side)
    name = floor.route(block, 100)
    ExecID = floor.fill(name, filled, "50")
    if filled < 100:
        floor.done(c.CancelPlacement(name), "trader")
        floor.report(name, K.Canceled)
    floor.finish(block)
    return block, name, ExecID


def errors(floor: Desk) -> list[ErrorRow]:
    return list(VIEWS["errors"].all_rows(floor.state))


@pytest.mark.parametrize("side", [Side.Buy, Side.Sell])
def test_the_client_is_as_if_it_had_never_traded(side: Side, floor: Desk) -> None:
    before = floor.cash("A1"), floor.lots("A1"), floor.held("A1")
    block, _, _ = traded(floor, side)
    paid = floor.state.allocations[block].net
    floor.done(c.MoveToError(block, "A1", D(60), WHY), "ops")
    assert (floor.cash("A1"), floor.lots("A1"), floor.held("A1")) == before
    event = floor.state.allocations[block]
    assert (event.accounts, event.quantities) == (("A1", "A2", "ERR"), (0, 40, 60))
    assert event.net == (0, paid[1], paid[0])
    assert (event.moved, event.internal) == ((60, 0), False)
    assert floor.held("ERR") == (-60 if side.sells else 60)
    assert floor.alerts()[-1] == "trade error"
    invariants.hold(floor)


def test_a_part_of_what_it_got(floor: Desk) -> None:
    block, _, _ = traded(floor)
    floor.done(c.MoveToError(block, "A1", D(20), WHY), "ops")
    floor.done(c.MoveToError(block, "A2", D(5), WHY), "ops")
    event = floor.state.allocations[block]
    assert event.quantities == (40, 35, 25)
    order = floor.state.orders[floor.state.blocks[block].orders[0]]
    assert order.CumQty == 75
    assert floor.refused(c.MoveToError(block, "A1", D(41), WHY), "ops") == {
        "quantity": f"A1 got 40 of {block}"
    }


def test_the_last_of_its_orders_gives_first_unless_one_is_named(floor: Desk) -> None:
    orders = tuple(floor.order(("A1", 10)) for _ in range(3))
    (block,) = floor.done(c.BlockOrders(orders), "trader")
    floor.fill(floor.route(block, 30), 30)
    floor.finish(block)
    floor.done(c.MoveToError(block, "A1", D(12), WHY), "ops")
    assert floor.state.allocations[block].quantities == (10, 8, 0, 12)
    floor.done(c.MoveToError(block, "A1", D(3), WHY, order=orders[0]), "ops")
    assert floor.state.allocations[block].quantities == (7, 8, 0, 15)


def test_what_it_costs_the_firm_until_it_is_closed(floor: Desk) -> None:
    block, _, _ = traded(floor)
    floor.done(c.MarkPrices((Price("ACME", D(48), "close", ""),)))
    floor.done(c.MoveToError(block, "A1", D(60), WHY), "ops")
    (row,) = errors(floor)
    # 60 for 3,000.00 and a commission of 0.75, worth 2,880.00.
    assert (row.key, row.account, row.quantity, row.moved) == (block, "ERR", 60, 60)
    assert (row.net, row.value, row.gain, row.cost) == (
        *(D("3000.75"), D(2880), D(0)),
        D("120.75"),
    )
    assert (row.clients, row.reason, row.user) == ("A1", WHY, "ops")
    close = floor.block(("ERR", 40), Side=Side.Sell)
    floor.fill(floor.route(close, 40), 40, "47")
    floor.finish(close)
    (row,) = errors(floor)
    # 40 brought 1,880.00 less 0.50, and had cost 2,000.50; 20 cost 1,000.25 and are worth 960.
    assert (row.open, row.gain, row.cost) == (20, D("-121.00"), D("161.25"))


def test_a_sale_by_mistake_is_a_short_position_of_the_firm_s(floor: Desk) -> None:
    block, _, _ = traded(floor, Side.Sell)
    floor.done(c.MoveToError(block, "A2", D(40), WHY), "ops")
    floor.done(c.MarkPrices((Price("ACME", D(53), "close", ""),)))
    (row,) = errors(floor)
    assert (row.open, row.value, row.cost) == (-40, D(-2120), D("120.50"))


def test_what_was_filled_beyond_the_orders_is_in_the_same_table(floor: Desk) -> None:
    block, name, _ = traded(floor)
    floor.fill(name, 25, "52")
    assert errors(floor) == []
    floor.done(c.BookError(block, "filled twice"), "ops")
    floor.finish(block)
    floor.done(c.MoveToError(block, "A2", D(10), WHY), "ops")
    (row,) = errors(floor)
    assert (row.quantity, row.moved, row.AvgPx) == (35, 10, D("50.4"))
    # Marked at 50: 35 at 50.40 and a commission of 0.44.
    assert row.cost == D("14.44")


def test_brokers_are_told_while_it_has_not_settled(floor: Desk) -> None:
    told = Broker("KING", "King", "S1", D("0.0125"), allocations=Handling.Automatic)
    floor.done(c.DefineBrokers((told,)))
    block, _, _ = traded(floor)
    leave(floor)
    floor.done(c.MoveToError(block, "A1", D(60), WHY), "ops")
    first, second = instructions(floor)
    assert (second.RefAllocID, second.accounts) == (first.AllocID, ("A2", "ERR"))
    leave(floor)
    floor.done(c.OpenDay(floor.state.allocations[block].settle_date), "ops")
    seen = floor.alerts()
    floor.done(c.MoveToError(block, "A2", D(40), WHY), "ops")
    assert len(instructions(floor)) == 2
    assert instructions(floor)[1].void == ""
    assert floor.alerts()[len(seen) :] == ["trade error"]
    assert floor.held("ERR") == 100
    assert floor.state.allocations[block].internal


def test_after_a_bust_the_error_account_still_has_the_client_s_part(floor: Desk) -> None:
    block = floor.block(("A1", 60), ("A2", 40))
    name = floor.route(block, 100)
    floor.fill(name, 90, "50")
    ExecID = floor.fill(name, 10, "50")
    floor.finish(block)
    floor.done(c.MoveToError(block, "A1", D(20), WHY), "ops")
    floor.bust(name, ExecID, OrdStatus=OrdStatus.Canceled)
    floor.finish(block)
    # 90 pro rata are 54 and 36, as if nothing had been moved.
    assert floor.state.allocations[block].quantities == (34, 36, 20)


def test_it_never_has_more_than_the_client_would(floor: Desk) -> None:
    block, name, ExecID = traded(floor)
    floor.done(c.MoveToError(block, "A1", D(60), WHY), "ops")
    floor.correct(name, ExecID, 50, "50", OrdStatus=OrdStatus.Canceled)
    floor.finish(block)
    assert floor.state.allocations[block].quantities == (0, 20, 30)


def test_a_fill_dealt_at_its_own_price_moves_with_it(floor: Desk) -> None:
    define(floor, prices="high_to_low")
    block = floor.block(("A1", 1), ("A2", 1))
    name = floor.route(block, 2)
    floor.fill(name, 1, "50")
    floor.fill(name, 1, "52")
    floor.finish(block)
    floor.done(c.MoveToError(block, "A2", D(1), WHY), "ops")
    (row,) = errors(floor)
    assert (row.AvgPx, floor.held("A2")) == (52, 200)


def test_later_sales_of_the_client_are_booked_again(floor: Desk) -> None:
    block, _, _ = traded(floor)
    later = floor.block(("A1", 230), Side=Side.Sell)
    floor.fill(floor.route(later, 230), 230, "60")
    floor.finish(later)
    floor.done(c.MoveToError(block, "A1", D(60), WHY), "ops")
    assert floor.held("A1") == -30
    assert "oversold" in floor.alerts()
    invariants.hold(floor)


def test_what_cannot_be_moved(floor: Desk) -> None:
    block, _, _ = traded(floor)

    def why(**fields: object) -> dict[str, str]:
        values = {"block": block, "client": "A1", "quantity": D(1), "reason": WHY} | fields
        return floor.refused(c.MoveToError(**values), "ops")  # type: ignore[arg-type]

    assert why(quantity=D(0)) == {"quantity": "must be above zero"}
    assert why(quantity=D("0.5")) == {"quantity": "has more than 0 decimals"}
    assert why(quantity=D("NaN"), reason="", account="A2") == {
        "quantity": "is not a number",
        "reason": "needs a reason",
        "account": "is no error account",
    }
    assert why(client="A3") == {"quantity": f"A3 got 0 of {block}"}
    assert why(order="O99") == {"quantity": f"A1 got 0 of {block}"}
    assert why(block="B99") == {"block": "unknown block"}
    working = floor.block_of(floor.working()).block
    assert why(block=working) == {"block": "is working, must be allocated"}


def test_a_block_keeps_its_error_account(floor: Desk) -> None:
    block, _, _ = traded(floor)
    floor.done(c.DefineAccounts((Account("ER2", "More", "firm", error=True),)))
    floor.done(c.MoveToError(block, "A1", D(10), WHY, "ER2"), "ops")
    assert floor.refused(c.MoveToError(block, "A1", D(10), WHY, "ERR"), "ops") == {
        "account": f"the errors of {block} are in ER2 already"
    }
    floor.done(c.OpenDay(DAY + timedelta(9)), "ops")
    floor.done(c.MoveToError(block, "A1", D(10), WHY), "ops")
    assert floor.held("ER2") == 20


def test_of_a_block_whose_members_changed_the_latest_fills_move_first(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    name = floor.route(block, 100)
    floor.fill(name, 40, "50")
    order = floor.order(("A2", 60))
    floor.done(c.JoinBlock(block, (order,), "came later"), "trader")
    floor.fill(name, 60, "52")
    floor.fill(floor.route(block, 60, "QUEEN"), 70, "52")
    floor.done(c.BookError(block, "filled twice"), "ops")
    floor.finish(block)
    before = floor.state.allocations[block]
    assert before.quantities == (100, 60, 10)
    floor.done(c.MoveToError(block, "A1", D(70), WHY), "ops")
    event = floor.state.allocations[block]
    assert (event.quantities, event.moved) == ((30, 60, 80), (70, 0))
    # Of A1's 100 the 60 at 52 go first, then 10 at 50; A2 keeps its 60 at 52.
    assert event.gross == (30 * 5000, 60 * 5200, 70 * 5200 + 10 * 5000)
    assert sum(event.net) == sum(before.net)
    assert event.prices[2] == "51.75000000"
    (row,) = errors(floor)
    assert (row.AvgPx, row.moved) == (D("51.75"), 70)
    invariants.hold(floor)
