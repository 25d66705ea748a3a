"""An allocation policy as it becomes a block's own: in units and cents, member by member."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import cast

import numpy as np

from allocation.exact import Int64
from allocation.minimums import Draw
from allocation.terms import Terms
from tradeoms.core.bounds import MOST_UNITS
from tradeoms.core.weighing import BASIS, up
from tradeoms.model.orders import ZERO, Block, Member, SplitTerms
from tradeoms.model.policies import AllocationPolicy
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State

WHOLE = 10_000  # basis points


def terms_of(
    state: State, policy: AllocationPolicy, block: Block, members: Sequence[Member]
) -> SplitTerms:
    """All that the split of these members will depend on, as it is now."""
    instrument = state.instruments[block.instrument]
    weigh = BASIS.get(policy.method)
    own = [int(state.accounts[member.account].own) for member in members]
    caps = {row.account: up(instrument, row.weight) for row in policy.caps}
    values = [_worth(state, policy, member.account) for member in members]
    return SplitTerms(
        policy=named(policy),
        method=policy.method,
        rounding=policy.rounding,
        lot=_lot(instrument, policy),
        minimum=up(instrument, policy.minimum),
        draw=policy.draw,
        basis=weigh(state, policy, block, members) if weigh else (),
        tiers=tuple(own) if policy.clients_first else (),
        turn=state.turns.get(policy.policy, 0) if policy.method == "rotation" else -1,
        caps=tuple(caps.get(m.account, MOST_UNITS) for m in members) if caps else (),
        hold_back=up(instrument, policy.hold_back),
        minimum_values=tuple(values) if any(values) else (),
    )


def named(policy: AllocationPolicy) -> str:
    """A policy's name and version, as it is written on a block."""
    return f"{policy.policy}/{policy.version}"


def _lot(instrument: Instrument, policy: AllocationPolicy) -> int:
    """The policy's lot, in whole lots of the instrument."""
    own = instrument.units(instrument.lot)
    if policy.lot is None:
        return own
    return -(-up(instrument, policy.lot) // own) * own


def _worth(state: State, policy: AllocationPolicy, account: str) -> int:
    """The least that a trade of the account may be worth, in cents."""
    value = policy.minimum_value
    if policy.ticket_basis_points:
        ticket = Fraction(state.accounts[account].ticket_cost) * WHOLE / policy.ticket_basis_points
        return max(int(value * 100), ceil(ticket * 100))
    return int(value * 100)


def terms_for(state: State, block: Block, own: SplitTerms, ordered: Int64) -> Terms:
    """The engine's terms; values become units at the average price of the fills."""
    return Terms(
        method=own.method,
        rounding=own.rounding,
        basis=_column(own.basis),
        cap=_column(own.caps),
        minimum=_minimum(state, block, own, len(ordered)),
        draw=cast("Draw", own.draw),
        tier=_column(own.tiers),
    )


def _column(values: tuple[int, ...]) -> Int64 | None:
    return np.array(values, np.int64) if values else None


def _minimum(state: State, block: Block, own: SplitTerms, members: int) -> Int64 | None:
    """The least quantity of each member; fills that are worth nothing meet every value."""
    parts = [state.placements[name] for name in block.placements]
    instrument, notional = (
        state.instruments[block.instrument],
        sum((p.notional for p in parts), ZERO),
    )
    units = instrument.units(sum((p.CumQty for p in parts), ZERO))
    cents = Fraction(notional * instrument.multiplier * 100)
    least = dict.fromkeys(own.minimum_values, own.minimum)
    if cents > 0:
        least = {v: max(own.minimum, min(ceil(v * units / cents), MOST_UNITS)) for v in least}
    if least:
        return np.array([least[value] for value in own.minimum_values], np.int64)
    return np.full(members, own.minimum, np.int64) if own.minimum else None
