"""Whatever happens in a firm, nothing that is halted is routed or changed at a broker."""

import pytest

from tests.views.house import House
from tradeoms import core
from tradeoms.core.halts import block_halted
from tradeoms.model import events as e
from tradeoms.model.state import State


@pytest.mark.parametrize("seed", range(4))
def test_nothing_leaves_while_it_is_halted(seed: int) -> None:
    house = House(seed)
    house.open()
    for _ in range(200):
        house.step()
    house.settle()
    state, halted, left = State(), 0, 0
    for record in house.journal.records:
        event = record.event
        if isinstance(event, e.PlacementRouted):
            block = state.blocks[event.placement.block]
            assert not block_halted(state, block, record.cause.user)
            left += 1
        elif isinstance(event, e.ReplaceRequested):
            placement = state.placements[event.placement]
            assert not block_halted(state, state.blocks[placement.block], record.cause.user)
        halted += isinstance(event, e.Halted)
        core.apply(state, record)
    assert halted
    assert left
