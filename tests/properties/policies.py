"""Allocation policies drawn at random: methods, conditions, prices."""

from decimal import Decimal

from tradeoms.core.dealing import PRICES
from tradeoms.model.policies import AccountWeight, AllocationPolicy
from tradeoms.model.state import State


def drawn(state: State, method: str, least: int) -> AllocationPolicy:
    """Another version of the house's, whose conditions follow from one number."""
    number = len(state.allocation_policies.get("house", ())) + 1
    return AllocationPolicy(
        *("house", number, state.business_date, method),
        minimum=Decimal(least % 9),
        minimum_value=Decimal(least * 10 * (least % 2)),
        hold_back=Decimal(least * (least % 3)),
        caps=(AccountWeight("A1", Decimal(least)),) if least % 4 else (),
        prices=PRICES[least % len(PRICES)],
        house=True,
    )
