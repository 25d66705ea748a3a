"""What the methods of allocation weigh members by, taken when a statement is frozen."""

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, Decimal

import numpy as np

from allocation.turns import queue
from tradeoms.core.bounds import MOST_UNITS, brief, few
from tradeoms.core.context import refuse
from tradeoms.core.worth import net_asset_value, priced
from tradeoms.model.orders import Block, Member
from tradeoms.model.policies import AllocationPolicy
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State

MILLIONTHS = 10_000  # of a percent
FURTHEST = 10**15  # millionths: of an account that is worth next to nothing
Basis = tuple[int, ...]


def up(instrument: Instrument, quantity: Decimal) -> int:
    """A quantity in the instrument's units, rounded up; never above the most of an order."""
    units = int(quantity.scaleb(instrument.qty_scale).to_integral_value(ROUND_CEILING))
    return min(units, MOST_UNITS)


def _weight(policy: AllocationPolicy, block: Block, members: Sequence[Member]) -> list[Decimal]:
    """Each member's weight; Refusal where the policy does not know an account."""
    weights = {row.account: row.weight for row in policy.weights}
    for member in members:
        if member.account not in weights:
            reason = f"has no weight in allocation policy {policy.policy}: {block.block} needs one"
            raise refuse("account", brief(member.account), reason)
    return [weights[member.account] for member in members]


def _once(policy: AllocationPolicy, block: Block, members: Sequence[Member]) -> None:
    for account, times in Counter(member.account for member in members).items():
        if times > 1:
            reason = (
                f"is in {block.block} twice: allocation policy {policy.policy} has one part for it"
            )
            raise refuse("account", account, reason)


def percentages(
    state: State, policy: AllocationPolicy, block: Block, members: Sequence[Member]
) -> Basis:
    """The agreed percentages, in millionths."""
    _once(policy, block, members)
    return tuple(int(weight * MILLIONTHS) for weight in _weight(policy, block, members))


def quantities(
    state: State, policy: AllocationPolicy, block: Block, members: Sequence[Member]
) -> Basis:
    """The agreed quantities, none above its order."""
    _once(policy, block, members)
    instrument = state.instruments[block.instrument]
    agreed = zip(_weight(policy, block, members), members, strict=True)
    return tuple(up(instrument, min(weight, member.OrderQty)) for weight, member in agreed)


def ranks(state: State, policy: AllocationPolicy, block: Block, members: Sequence[Member]) -> Basis:
    """The agreed ranks, 0 first."""
    return tuple(int(weight) for weight in _weight(policy, block, members))


def values(
    state: State, policy: AllocationPolicy, block: Block, members: Sequence[Member]
) -> Basis:
    """Each account's net asset value, in cents of the instrument's currency; one without gets what
    is left.
    """
    instrument = state.instruments[block.instrument]
    accounts = dict.fromkeys(member.account for member in members)
    worth = {name: net_asset_value(state, name, instrument.Currency) for name in accounts}
    if not any(cents > 0 for cents in worth.values()):
        none = f"has no account with a value: allocation policy {policy.policy} splits by it"
        raise refuse("block", block.block, f"{none}: {few(list(worth))}")
    return tuple(max(worth[member.account], 1) for member in members)


def drifts(
    state: State, policy: AllocationPolicy, block: Block, members: Sequence[Member]
) -> Basis:
    """How far each account is from its target, in millionths of its value.

    None where the trade would lead away from it: such an account comes last.
    """
    instrument = state.instruments[block.instrument]
    way = -1 if block.Side.sells else 1
    found = []
    for member, target in zip(members, _weight(policy, block, members), strict=True):
        worth = net_asset_value(state, member.account, instrument.Currency)
        units = state.position.at(member.account, instrument.instrument)
        held = priced(state, instrument, units)
        now = held * 100 * MILLIONTHS // worth if worth > 0 else 0
        found.append(min(max(way * (int(target * MILLIONTHS) - now), 0), FURTHEST))
    return tuple(found)


def places(
    state: State, policy: AllocationPolicy, block: Block, members: Sequence[Member]
) -> Basis:
    """The queue as it stands: the first is whose turn it is."""
    numbers = state.account_axis.numbers(tuple(member.account for member in members))
    pointer = np.array([state.turns.get(policy.policy, 0)], np.int64)
    whole = np.array([0, len(members)], np.int64)
    return tuple(queue(numbers, pointer, whole).tolist())


Weigh = Callable[[State, AllocationPolicy, Block, Sequence[Member]], Basis]
#: By method; one without a row weighs by nothing but the orders.
BASIS: dict[str, Weigh] = {
    "nav": values,
    "percentage": percentages,
    "fixed": quantities,
    "priority": ranks,
    "rotation": places,
    "drift": drifts,
}
