"""Allocation policies: reference data in versions, and which one is for a block."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from allocation.methods import METHODS
from allocation.rounding import ROUNDING
from tradeoms.core.bounds import MOST_UNITS, bad_money, bad_number
from tradeoms.core.context import Context
from tradeoms.core.dealing import PRICES
from tradeoms.core.versions import Reasons, bad_name, defined, one_of, standing
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.orders import Order
from tradeoms.model.policies import AccountWeight, AllocationPolicy
from tradeoms.model.state import State

PLACES = 8  # decimals of a quantity
DRAWS = ("seeded", "largest")
#: What a weight may be, by the methods that ask for weights: decimals and the most.
WEIGHTS: dict[str, tuple[int, Decimal | int]] = {
    "percentage": (4, 100),
    "drift": (4, 100),
    "fixed": (PLACES, MOST_UNITS),
    "priority": (0, 1000),
}
#: What a policy may be for, the nearest first; the house's is for all that none of these is for.
FOR = ("instruments", "groups", "strategies")
MOST_BASIS_POINTS = 10_000


def define_policies(
    state: State, command: c.DefineAllocationPolicies, ctx: Context
) -> list[e.AnyEvent]:
    """New names or higher versions; the same version again only with the same content."""
    known = dict(state.allocation_policies)
    added = defined(
        known,
        command.policies,
        "policies",
        lambda policy: policy.policy,
        lambda policy, _: _reasons(state, policy) | _claimed(known, policy),
    )
    return [e.AllocationPoliciesDefined(added)] if added else []


def _reasons(state: State, policy: AllocationPolicy) -> Reasons:
    """What is wrong with a policy by itself: field to value and reason, empty where nothing is."""
    found: Reasons = {
        "policy": (policy.policy, bad_name(policy.policy)),
        "version": (policy.version, "" if policy.version > 0 else "must be above zero"),
        "method": (policy.method, one_of(policy.method, METHODS)),
        "rounding": (policy.rounding, one_of(policy.rounding, ROUNDING)),
        "draw": (policy.draw, one_of(policy.draw, DRAWS)),
        "prices": (policy.prices, one_of(policy.prices, PRICES)),
        "minimum": (policy.minimum, _bad_quantity(policy.minimum)),
        "hold_back": (policy.hold_back, _bad_quantity(policy.hold_back)),
        "minimum_value": (policy.minimum_value, bad_money(policy.minimum_value)),
        "ticket_basis_points": (policy.ticket_basis_points, _bad_test(policy.ticket_basis_points)),
    }
    if policy.lot is not None:
        reason = _bad_quantity(policy.lot) or ("" if policy.lot else "must be above zero")
        found["lot"] = (policy.lot, reason)
    for n, name in enumerate(policy.instruments):
        reason = "" if name in state.instruments else "unknown instrument"
        found[f"instruments[{n}]"] = (name, reason)
    for field in ("strategies", "groups"):
        for n, name in enumerate(getattr(policy, field)):
            found[f"{field}[{n}]"] = (name, "" if name.strip() else "is empty")
    caps = _of_accounts(state, "caps", policy.caps, PLACES, MOST_UNITS)
    return found | caps | _weights(state, policy)


def _bad_quantity(value: Decimal) -> str:
    return bad_number(value, PLACES, MOST_UNITS) or ("" if value >= 0 else "is below zero")


def _bad_test(basis_points: int) -> str:
    return "" if 0 <= basis_points <= MOST_BASIS_POINTS else f"must be 0 to {MOST_BASIS_POINTS}"


def _weights(state: State, policy: AllocationPolicy) -> Reasons:
    wanted = WEIGHTS.get(policy.method)
    if wanted is None:
        reason = f"method {policy.method} takes none" if policy.weights else ""
        return {"weights": (len(policy.weights), reason)}
    found: Reasons = {"weights": (0, "" if policy.weights else f"{policy.method} needs them")}
    return found | _of_accounts(state, "weights", policy.weights, *wanted)


def _of_accounts(
    state: State, field: str, rows: tuple[AccountWeight, ...], places: int, most: Decimal | int
) -> Reasons:
    found: Reasons = {}
    seen: set[str] = set()
    for n, row in enumerate(rows):
        reason = "" if row.account in state.accounts else "unknown account"
        if row.account in seen:
            reason = "is named twice"
        seen.add(row.account)
        bad = bad_number(row.weight, places, most) or ("" if row.weight >= 0 else "is below zero")
        found[f"{field}[{n}].account"] = (row.account, reason)
        found[f"{field}[{n}].weight"] = (row.weight, bad)
    return found


def _claimed(known: dict[str, tuple[AllocationPolicy, ...]], policy: AllocationPolicy) -> Reasons:
    """Two policies for the same instrument, group, strategy or house: nobody could say which holds."""
    others = standing(known, policy.policy, policy.effective)
    found: Reasons = {}
    for field in FOR:
        for name in getattr(policy, field):
            taken = [other.policy for other in others if name in getattr(other, field)]
            if taken:
                found[field] = (name, f"policy {taken[0]} is for it already")
    taken = [other.policy for other in others if policy.house and other.house]
    if taken:
        found["house"] = ("true", f"policy {taken[0]} is for the house already")
    return found


def policy_for(state: State, instrument: str, orders: Iterable[Order]) -> AllocationPolicy | None:
    """The policy in force for a block: its instrument's, else its accounts' group's, else its
    strategy's, else the house's.

    Accounts of several groups, and orders of several strategies, have the policy of one only if it
    is the same for all.
    """
    rows = list(_in_force(state))
    if not rows:
        return None
    orders = list(orders)
    groups = {state.accounts[m.account].group for order in orders for m in order.members}
    named = ({instrument}, groups, {order.strategy for order in orders})
    for field, names in zip(FOR, named, strict=True):
        for row in rows:
            if names <= set(getattr(row, field)):
                return row
    return next((row for row in rows if row.house), None)


def _in_force(state: State) -> Iterator[AllocationPolicy]:
    for rows in state.allocation_policies.values():
        for row in reversed(rows):
            if row.effective <= state.business_date:
                yield row
                break


def apply_defined(state: State, event: e.AllocationPoliciesDefined) -> None:
    for policy in event.policies:
        rows = state.allocation_policies.get(policy.policy, ())
        state.allocation_policies[policy.policy] = (*rows, policy)


DECIDE = {c.DefineAllocationPolicies: define_policies}
APPLY = {e.AllocationPoliciesDefined: apply_defined}
