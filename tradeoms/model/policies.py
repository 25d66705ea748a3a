"""Allocation policies: how the fills of blocks are divided."""

from datetime import date
from decimal import Decimal

from msgspec import Struct


class AccountWeight(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What an allocation policy says of one account: a percentage, quantity, rank, target or cap."""

    account: str
    weight: Decimal


class AllocationPolicy(
    Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True
):
    """How the fills of blocks are divided, from a day on; docs/allocation.md says what each word does.

    It is for these `instruments`, else for accounts of these `groups`, else for orders of these
    `strategies`, else for the whole `house`; one that is for nothing is out of use. `weights`: each
    account's percentage (method percentage), quantity (fixed), rank (priority) or target in percent
    of its value (drift). `minimum`, `lot` and `hold_back` are quantities, `caps` the most that these
    accounts get of a block; `minimum_value` is money in the instrument's currency; an account whose
    ticket costs more than `ticket_basis_points` of its trade gets none. `clients_first`: own
    accounts get what clients leave. `prices`: average, or fills as they were traded: each (average
    prices as near as can be), high_to_low, rotation. `average_blocks`: blocks of a day that could have
    been one have one average price.
    """

    policy: str
    version: int
    effective: date
    method: str = "pro_rata"
    rounding: str = "largest_remainder"
    minimum: Decimal = Decimal(0)
    draw: str = "seeded"
    lot: Decimal | None = None
    clients_first: bool = False
    weights: tuple[AccountWeight, ...] = ()
    instruments: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()
    house: bool = False
    groups: tuple[str, ...] = ()
    caps: tuple[AccountWeight, ...] = ()
    hold_back: Decimal = Decimal(0)
    minimum_value: Decimal = Decimal(0)
    ticket_basis_points: int = 0
    prices: str = "average"
    average_blocks: bool = False
