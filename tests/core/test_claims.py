"""Who works which order and block: claimed, released, given, and taken over with a reason only."""

import pytest

from tests.builders import D, Desk, desk
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.views import VIEWS

ROUTE = (c.Route("KING", D(10)),)


@pytest.fixture
def floor() -> Desk:
    return desk()


def shown(floor: Desk, name: str) -> str:
    """Whose the tables say that it is."""
    view = VIEWS["orders" if name.startswith("O") else "blocks"]
    return next(row.claimed_by for row in view.all_rows(floor.state) if row.key == name)


def change(floor: Desk) -> e.ClaimsChanged:
    """The last one in the journal."""
    return next(
        record.event
        for record in reversed(floor.journal.records)
        if isinstance(record.event, e.ClaimsChanged)
    )


def test_who_opens_a_block_has_it_and_its_orders(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    (order,) = floor.state.blocks[block].orders
    assert shown(floor, block) == shown(floor, order) == "trader"


def test_another_traders_block_is_not_worked(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    name = floor.route(block, 10)
    floor.fill(name, 4)
    theirs = "is trader's: take it over first"
    for command in (
        c.RouteBlock(block, ROUTE),
        c.FinishBlock(block),
        c.DissolveBlock(block),
        c.ReplacePlacement(name, D(8)),
    ):
        assert floor.refused(command, "tina") == {"block": theirs}
    together = c.RouteBlocks((c.RouteBlock(block, ROUTE),))
    assert floor.refused(together, "tina") == {"blocks[0].block": theirs}
    floor.done(c.CancelPlacement(name), "tina")  # the way out is everybody's


def test_taking_over_needs_a_reason_that_is_kept(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    assert floor.refused(c.Claim((block,)), "tina") == {
        "reason": "taking over from trader needs a reason"
    }
    assert "reason" in floor.refused(c.Claim((block,), "caf\xe9"), "tina")
    floor.done(c.Claim((block,), "trader is at lunch"), "tina")
    found = change(floor)
    assert (found.blocks, found.orders, found.trader) == ((block,), (), "tina")
    assert (found.user, found.reason) == ("tina", "trader is at lunch")
    (order,) = floor.state.blocks[block].orders
    assert shown(floor, block) == shown(floor, order) == "tina"
    floor.done(c.RouteBlock(block, ROUTE), "tina")
    assert floor.refused(c.RouteBlock(block, ROUTE), "trader") == {
        "block": "is tina's: take it over first"
    }


def test_what_is_released_is_everybodys(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    assert floor.refused(c.Release((block,)), "tina") == {"names": "is trader's, not yours"}
    floor.done(c.Release((block,)), "trader")
    assert shown(floor, block) == ""
    assert floor.refused(c.Release((block,)), "trader") == {"names": "is nobody's, not yours"}
    floor.done(c.RouteBlock(block, ROUTE), "tina")
    floor.done(c.Claim((block,)), "tina")
    assert shown(floor, block) == "tina"


def test_an_order_that_is_claimed_is_blocked_by_nobody_else(floor: Desk) -> None:
    order = floor.order(("A1", 100))
    floor.done(c.Claim((order,)), "tina")
    assert shown(floor, order) == "tina"
    assert floor.refused(c.BlockOrders((order,)), "trader") == {
        "orders[0]": "is tina's: take it over first"
    }
    (block,) = floor.done(c.BlockOrders((order,)), "tina")
    reason = f"is in {block}: who has the block has the order"
    assert floor.refused(c.Claim((order,), "mine"), "trader") == {"names[0]": reason}


def test_given_to_another_trader(floor: Desk) -> None:
    block, order = floor.block(("A1", 100)), floor.order(("A1", 5))
    assert floor.refused(c.Reassign((block,), "tina", " "), "boss") == {"reason": "needs a reason"}
    assert floor.refused(c.Reassign((block,), " ", "r"), "boss") == {
        "trader": "needs a trader's name"
    }
    assert floor.refused(c.Reassign((block,), "x" * 65, "r"), "boss") == {"trader": "is too long"}
    floor.done(c.Reassign((block, order), "tina", "hers"), "boss")
    assert shown(floor, block) == shown(floor, order) == "tina"
    assert (change(floor).user, change(floor).trader) == ("boss", "tina")
    assert floor.refused(c.Reassign((block,), "tina", "r"), "boss") == {
        "names": "is tina's already"
    }


def test_all_that_is_wrong_with_names_is_said_at_once(floor: Desk) -> None:
    block, order = floor.block(("A1", 100)), floor.order(("A1", 5))
    floor.done(c.CancelOrder(order, "no"))
    names = (block, block, "B99", order)
    assert floor.refused(c.Claim(names), "trader") == {
        "names[1]": "is named twice",
        "names[2]": "unknown order or block",
        "names[3]": "is cancelled",
        "names": "is yours already",
    }
    for bad in ((), ("O1",) * 1001):
        assert floor.refused(c.Claim(bad), "trader") == {
            "names": "must be 1 to 1000 orders and blocks"
        }


def test_a_whole_desk_is_handed_over(floor: Desk) -> None:
    working, done = floor.block(("A1", 100)), floor.working(("A1", 50))
    floor.fill(done, 50)
    over = floor.block_of(done).block
    floor.finish(over)
    order, free = floor.order(("A1", 5)), floor.order(("A1", 6))
    floor.done(c.Claim((order,)), "trader")
    floor.done(c.HandOver("trader", "tina", "goes on holiday"), "boss")
    assert [shown(floor, name) for name in (working, order, free)] == ["tina", "tina", ""]
    assert shown(floor, over) == "trader", "what is over stays with who did it"
    found = change(floor)
    assert (found.orders, found.blocks, found.user) == ((order,), (working,), "boss")
    assert found.reason == "goes on holiday"


def test_a_desk_that_cannot_be_handed_over(floor: Desk) -> None:
    floor.block(("A1", 100))
    refused = floor.refused(c.HandOver("nobody", "", ""), "boss")
    assert refused == {
        "to": "needs a trader's name",
        "reason": "needs a reason",
        "trader": "has claimed nothing",
    }
    assert floor.refused(c.HandOver("trader", "trader", "r"), "boss") == {"to": "has it already"}
    assert floor.refused(c.HandOver("", "tina", "r"), "boss") == {"trader": "has claimed nothing"}


def test_a_dissolved_block_gives_orders_back_to_who_had_them(floor: Desk) -> None:
    order = floor.order(("A1", 100))
    (block,) = floor.done(c.BlockOrders((order,)), "trader")
    floor.done(c.DissolveBlock(block), "trader")
    assert shown(floor, order) == ""
    assert floor.refused(c.Claim((block,)), "tina") == {"names[0]": "is dissolved"}
