"""What the orders of a working block would have of its fills so far: shown, never booked.

Webster's method over the orders: as fills grow no order's part ever falls, and the parts always add
up to the fills. The legal split comes once, when the block is done, by its policy.

Plain numbers, because a view is also the blotter's and may not import the engine of allocation; a
test compares the two.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from heapq import heapify, heapreplace

from tradeoms.model.fields import BlockState
from tradeoms.model.orders import ZERO, Block, Statement
from tradeoms.model.reference import Instrument
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
    if block.statement is not None and block.statement.earlier:
        return _by_parts(state, block, block.statement)
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
    orders = [state.orders[name] for name in block.orders]
    ordered = [
        instrument.units(one.OrderQty) if one.CashOrderQty is None else int(one.CashOrderQty * 100)
        for one in orders
    ]
    units = webster(ordered, instrument.units(filled))
    return {n: instrument.quantity(u) for n, u in zip(block.orders, units, strict=True)}


def _by_parts(state: State, block: Block, statement: Statement) -> dict[str, Decimal]:
    """Each fill over the orders that were in the block when it came, by what they still lacked."""
    instrument = state.instruments[block.instrument]
    orders = list(dict.fromkeys(statement.orders))
    most = _ordered(instrument, orders, statement, statement.quantities)
    given, rest = dict.fromkeys(orders, 0), 0
    for n, part in enumerate(statement.parts):
        fills = [state.placements[name].in_part(n).CumQty for name in block.placements]
        rest += instrument.units(sum(fills, ZERO))
        ordered = _ordered(instrument, orders, statement, part.quantities)
        lacking = {name: ordered[name] - given[name] for name in orders}
        lacking = {name: units for name, units in lacking.items() if units > 0}
        total = min(max(rest, 0), sum(lacking.values()))
        if not total:
            continue
        for name, units in zip(lacking, webster(list(lacking.values()), total), strict=True):
            taken = max(min(units, most[name] - given[name]), 0)
            given[name] += taken
            rest -= taken
    return {name: instrument.quantity(given[name]) for name in block.orders}


def _ordered(
    instrument: Instrument,
    orders: list[str],
    statement: Statement,
    quantities: Sequence[Decimal],
) -> dict[str, int]:
    """Units by order, as a part of the statement has them."""
    found = dict.fromkeys(orders, 0)
    for name, quantity in zip(statement.orders, quantities, strict=False):
        found[name] += instrument.units(quantity)
    return found


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
