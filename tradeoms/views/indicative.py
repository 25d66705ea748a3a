"""What the orders of a working block would have of its fills so far: shown, never booked.

Webster's method over the orders: as fills grow no order's part ever falls, and the parts always add
up to the fills. The legal split comes once, when the block is done, by its policy.

Plain numbers, because a view is also the blotter's and may not import the engine of allocation; a
test compares the two.
"""

from decimal import Decimal
from fractions import Fraction
from heapq import heapify, heapreplace

from tradeoms.model.fields import BlockState
from tradeoms.model.orders import ZERO, Block
from tradeoms.model.state import State

SHOWN = (BlockState.Working, BlockState.Done)


def parts(state: State, name: str) -> dict[str, Decimal]:
    """By order; nothing where the block has no fill, is held back, or is allocated."""
    block = state.blocks.get(name)
    if block is None or block.state not in SHOWN:
        return {}
    filled = sum([state.placements[p].CumQty for p in block.placements], ZERO)
    if not filled or _held_back(state, block, filled):
        return {}
    if len(block.orders) == 1:
        return {block.orders[0]: min(filled, block.OrderQty)}
    return _split(state, block, min(filled, block.OrderQty))


def _held_back(state: State, block: Block, filled: Decimal) -> bool:
    """Whether the policy divides nothing yet."""
    terms = block.statement.terms if block.statement else None
    if terms is None or filled >= block.OrderQty:
        return False
    return state.instruments[block.instrument].units(filled) < terms.hold_back


def _split(state: State, block: Block, filled: Decimal) -> dict[str, Decimal]:
    instrument = state.instruments[block.instrument]
    ordered = [instrument.units(state.orders[name].OrderQty) for name in block.orders]
    units = webster(ordered, instrument.units(filled))
    return {n: instrument.quantity(u) for n, u in zip(block.orders, units, strict=True)}


def webster(weights: list[int], total: int) -> list[int]:
    """`total` over `weights`, all above zero: each is rounded, then the sum is made right, unit by
    unit; equal claims are served in the order given.

    Source: M. Balinski, H. P. Young, Fair Representation, 2nd ed., 2001.
    """
    whole = sum(weights)
    result = [(2 * weight * total + whole) // (2 * whole) for weight in weights]
    gap = total - sum(result)
    step = 1 if gap > 0 else -1
    # Who has most to claim for one unit more, or least for the one it has.
    heap = [_claim(weights, result, n, step) for n in range(len(weights))]
    heapify(heap)
    for _ in range(abs(gap)):
        n = heap[0][1] * step
        result[n] += step
        heapreplace(heap, _claim(weights, result, n, step))
    return result


def _claim(weights: list[int], result: list[int], n: int, step: int) -> tuple[Fraction, int]:
    return Fraction(step * (2 * result[n] + step), weights[n]), n * step
