"""Several blocks routed by one command: all of them, or none with everything that is wrong."""

import pytest

from tests.builders import D, Desk, desk
from tradeoms.core import routing
from tradeoms.model import commands as c


@pytest.fixture
def open_desk() -> Desk:
    return desk()


def _row(block: str, quantity: int, broker: str = "KING") -> c.RouteBlock:
    return c.RouteBlock(block, (c.Route(broker, D(quantity)),))


def test_every_block_is_routed_on_its_own_terms(open_desk: Desk) -> None:
    first = open_desk.block(("A1", 100), Price="50")
    second = open_desk.block(("A2", 30))
    names = open_desk.done(c.RouteBlocks((_row(first, 60), _row(second, 30, "QUEEN"))), "trader")
    placed = [open_desk.state.placements[name] for name in names]
    assert [(p.block, p.broker, p.OrderQty, p.Price) for p in placed] == [
        (first, "KING", D(60), D("50")),
        (second, "QUEEN", D(30), None),
    ]


def test_one_mistake_keeps_all_back_and_every_mistake_is_named(open_desk: Desk) -> None:
    good, small = open_desk.block(("A1", 100)), open_desk.block(("A2", 10))
    rows = (_row(good, 100), _row(small, 11), _row("B99", 1), _row(small, 5, "NOBODY"))
    assert open_desk.refused(c.RouteBlocks(rows[:3]), "trader") == {
        "blocks[1].routes.OrderQty": "is more than the idle 10 of the block",
        "blocks[2].block": "unknown block",
    }
    assert open_desk.refused(c.RouteBlocks(rows), "trader") == {"blocks": "is named twice"}
    assert not open_desk.state.placements


def test_none_and_too_many_are_refused(open_desk: Desk) -> None:
    many = tuple(_row(f"B{n}", 1) for n in range(routing.MOST_BLOCKS + 1))
    assert open_desk.refused(c.RouteBlocks(()), "trader") == {"blocks": "must be 1 to 1000 blocks"}
    assert open_desk.refused(c.RouteBlocks(many), "trader") == {
        "blocks": "must be 1 to 1000 blocks"
    }
