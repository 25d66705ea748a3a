"""Corporate actions that brokers report on orders of which members joined on the way."""

import pytest

from tests.builders import D, Desk, K, desk
from tests.core.test_joining import cancel, join, rows
from tests.states import same
from tradeoms.model.fields import OrdStatus
from tradeoms.views.indicative import parts


@pytest.fixture
def floor() -> Desk:
    return desk()


def test_what_a_corporate_action_took_may_be_busted(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    name = floor.route(block, 100)
    early = floor.fill(name, 20, "50")
    join(floor, block, ("A2", 100))
    fields = {"ExecID": "C1", "ExecRestatementReason": "0", "CumQty": D(5)}
    floor.report(name, K.Restated, OrdStatus=OrdStatus.PartiallyFilled, **fields)
    join(floor, block, ("A3", 100))
    floor.fill(name, 30, "50")
    floor.bust(name, early)
    cancel(floor, name)
    floor.finish(block)
    # 30 of the last part less the 15 that the action took, over 100, 100 and 100.
    assert floor.state.allocations[block].quantities == (5, 5, 5)
    assert sum(floor.state.allocations[block].gross) == 30 * 5000


def test_who_joined_after_the_fills_gets_no_units_of_a_split_for_nothing(floor: Desk) -> None:
    block = floor.block(("A1", 60), ("A2", 40))
    name = floor.route(block, 100)
    floor.fill(name, 60, "50")
    join(floor, block, ("A3", 50))
    said = {"ExecRestatementReason": "0", "CumQty": D(120), "OrderQty": D(200), "ExecID": "R1"}
    floor.report(name, K.Restated, OrdStatus=OrdStatus.PartiallyFilled, **said)
    floor.report(name, K.Canceled)
    floor.finish(block)
    prices = {account: price for account, (_, _, price) in rows(floor, block).items()}
    assert prices == dict.fromkeys(("A1", "A2", "A3"), "25.00000000")
    assert [units for units, _, _ in rows(floor, block).values()] == [60, 40, 20]


def test_a_corporate_action_changes_the_fills_of_each_part_alike(floor: Desk) -> None:
    """A split of one into three: each member has three times what it had, of its own price."""
    block = floor.block(("A1", 100))
    name = floor.route(block, 100)
    floor.fill(name, 20, "60")
    join(floor, block, ("A2", 200))
    floor.fill(name, 10, "30")
    before = parts(floor.state, block)
    fields = {"ExecID": "C1", "ExecRestatementReason": "0", "CumQty": D(90), "OrderQty": D(300)}
    floor.report(name, K.Restated, OrdStatus=OrdStatus.PartiallyFilled, **fields)
    placement = floor.placement(name)
    assert [(own.CumQty, own.notional) for own in map(placement.in_part, (0, 1))] == [
        (60, 1200),
        (30, 300),
    ]
    floor.bust(name, "C1")
    assert [floor.placement(name).in_part(n).CumQty for n in (0, 1)] == [20, 10]
    assert parts(floor.state, block) == before
    same(floor.journal.replay(), floor.state)


def test_parts_of_a_reverse_split_are_whole_units_that_add_up(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    name = floor.route(block, 100)
    floor.fill(name, 5, "60")
    for account, quantity in (("A2", 4), ("A3", 7)):
        join(floor, block, (account, 100))
        floor.fill(name, quantity, "30")
    fields = {"ExecID": "C1", "ExecRestatementReason": "0", "CumQty": D(7)}
    floor.report(name, K.Restated, OrdStatus=OrdStatus.PartiallyFilled, **fields)
    # 5, 9 and 16 of 16 become 2.19, 3.94 and 7 of 7.
    assert [floor.placement(name).in_part(n).CumQty for n in (0, 1, 2)] == [2, 2, 3]
