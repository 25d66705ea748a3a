"""What brokers and others charge, and how it comes upon the accounts to the cent.

A schedule is one line of a bill: execution, research, an exchange fee, a tax. Money is int64 in
minor units (cents). Rates are exact fractions; each charge is rounded once, a half away from zero,
so that the accounts' parts add up to the bill.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Literal

import numpy as np

from allocation.errors import AmountOverflowError, ColumnsError, ScheduleError
from allocation.exact import LIMIT, Int64, Mask, Ties, indices, round_ratio
from allocation.prices import Cash, split_money
from allocation.ragged import at_fault, check_bound, check_int64, segment_ids, segment_sums

#: Share of a schedule that an account bears, in millionths; exempt is 0.
WHOLE = 1_000_000
Basis = Literal["unit", "value"]


@dataclass(frozen=True, slots=True)
class Tier:
    """From ``start`` units (or minor units of value) on, ``rate`` holds."""

    start: int
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Schedule:
    """How one line of a bill is computed.

    ``basis``: ``unit``, rates are money (in major units) per unit of quantity; or ``value``, rates are
    basis points of the gross value.
    ``tiers``: rates from their start on, the first from 0; one tier is a plain rate.
    ``sliced``: each rate holds for its slice alone; otherwise the last one reached for all.
    ``flat``: money (in major units) added to each bill. ``minimum``, ``maximum``: bounds of each bill.
    ``sides``: 1 buys, -1 sales; a fee on sales alone has (-1,).
    """

    basis: Basis = "unit"
    tiers: tuple[Tier, ...] = (Tier(0, Decimal(0)),)
    sliced: bool = True
    flat: Decimal = Decimal(0)
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    sides: tuple[int, ...] = (1, -1)

    def __post_init__(self) -> None:
        """Refuse what contradicts itself, all at once."""
        starts = [tier.start for tier in self.tiers]
        wrong = [
            (not starts or starts[0] != 0, "the first tier starts at 0"),
            (any(a >= b for a, b in pairwise(starts)), "tiers start one above the other"),
            (
                self.minimum is not None
                and self.maximum is not None
                and self.minimum > self.maximum,
                f"minimum {self.minimum} is above maximum {self.maximum}",
            ),
            (not set(self.sides) <= {1, -1}, f"sides {self.sides} are not 1 or -1"),
        ]
        if said := [text for is_wrong, text in wrong if is_wrong]:
            raise ScheduleError("; ".join(said))


def charge(
    schedule: Schedule, quantity: Int64, gross: Int64, side: Int64, scale: int = 0, minor: int = 2
) -> Int64:
    """Each bill by its schedule, int64 (n,) in minor units, rounded once.

    Args:
        quantity: int64 (n,) >= 0, in units of 10**-scale; a bill with none costs nothing.
        gross: int64 (n,), minor units; its size counts.
        side: int64 (n,), 1 or -1.
        scale, minor: decimal places of the quantity and of the currency.

    Raises:
        ColumnsError, AmountOverflowError.
    """
    check_int64(len(quantity), quantity=quantity, gross=gross, side=side)
    check_bound(quantity=quantity, gross=gross)
    if schedule.basis == "unit":
        measure, per_rate = quantity, Fraction(10**minor, 10**scale)
        starts = [tier.start * 10**scale for tier in schedule.tiers]
    else:
        measure, per_rate = np.abs(gross), Fraction(1, 10_000)
        starts = [tier.start for tier in schedule.tiers]
    rates = [Fraction(tier.rate) * per_rate for tier in schedule.tiers]
    flat = Fraction(schedule.flat) * 10**minor
    common = lcm(*(amount.denominator for amount in (*rates, flat)))
    result = _times(measure, starts, rates, flat, common, schedule.sliced)
    if schedule.minimum is not None:
        result = np.maximum(result, _minor_units(schedule.minimum, minor))
    if schedule.maximum is not None:
        result = np.minimum(result, _minor_units(schedule.maximum, minor))
    return np.where((quantity > 0) & np.isin(side, schedule.sides), result, 0)


def charge_each(
    schedules: Sequence[Schedule],
    which: Int64,
    quantity: Int64,
    gross: Int64,
    side: Int64,
    scale: int = 0,
    minor: int = 2,
) -> Int64:
    """As :func:`charge`, each bill by its own schedule: ``which`` int64 (n,), positions of schedules.

    Raises:
        ScheduleError: a position without a schedule, naming the accounts.
    """
    check_int64(len(quantity), which=which)
    unknown = (which < 0) | (which >= len(schedules))
    if unknown.any():
        raise ScheduleError("no such schedule", accounts=indices(unknown))
    result = np.zeros_like(quantity)
    for number, schedule in enumerate(schedules):
        some = np.flatnonzero(which == number)
        try:
            result[some] = charge(schedule, quantity[some], gross[some], side[some], scale, minor)
        except AmountOverflowError as error:
            raise error.where(some.item, int) from None
    return result


def _times(
    measure: Int64,
    starts: list[int],
    rates: list[Fraction],
    flat: Fraction,
    common: int,
    sliced: bool,
) -> Int64:
    """Measures times rates, in one fraction of the denominator ``common``, rounded once."""
    scaled, base = [int(rate * common) for rate in rates], int(flat * common)
    largest = int(measure.max(initial=1)) * max(map(abs, scaled)) + abs(base)
    if max(largest * len(rates), common) >= LIMIT:
        at_most = measure == measure.max(initial=0)
        raise AmountOverflowError(
            "a charge exceeds 2**62 of its smallest part", blocks=indices(at_most)
        )
    total = np.full(len(measure), base, np.int64)
    starts = [min(start, LIMIT) for start in starts]  # no measure reaches further
    if sliced:
        ends = [*starts[1:], LIMIT]
        for start, end, rate in zip(starts, ends, scaled, strict=True):
            total += np.clip(measure - start, 0, end - start) * rate
    else:
        reached = np.searchsorted(np.array(starts), measure, side="right") - 1
        total += measure * np.array(scaled, np.int64)[reached]
    return round_ratio(total, np.ones_like(total), np.full_like(total, common))


def _minor_units(amount: Decimal, minor: int) -> int:
    """Money in minor units.

    Raises:
        ScheduleError: the amount is no whole number of them; AmountOverflowError.
    """
    units = Fraction(amount) * 10**minor
    if units.denominator != 1:
        raise ScheduleError(f"{amount} has more decimals than the currency")
    if abs(units) >= LIMIT:
        raise AmountOverflowError(f"{amount} exceeds 2**62 of the currency's smallest part")
    return int(units)


def split_charge(
    amounts: Int64, quantities: Int64, offsets: Int64, ties: Ties, shares: Int64 | None = None
) -> Int64:
    """Divide each block's charge over its accounts, int64 (n_values,), sums ``amounts``.

    By quantity; where ``shares`` int64 (n_values,) are given, by quantity times the millionths of
    the schedule that the account bears (0: exempt, the others bear the bill).

    Raises:
        As :func:`allocation.prices.split_money`; NoWeightError where all are exempt from a bill.
    """
    if shares is None:
        return split_money(amounts, quantities, offsets, ties)
    check_int64(len(quantities), quantities=quantities, shares=shares)
    wide = quantities > (LIMIT - 1) // np.maximum(shares, 1)
    if wide.any():
        raise AmountOverflowError("quantity times share exceeds 2**62", **at_fault(wide, offsets))
    return split_money(amounts, quantities * shares, offsets, ties)


def with_charges(cash: Cash, charges: list[Int64], side: Int64, offsets: Int64) -> Cash:
    """Cash whose commission and net include more charges of the accounts, each (n_values,).

    Nets still add up to the broker's: gross plus (buys) or less (sales) all that is charged.
    """
    check_int64(len(offsets) - 1, side=side)
    unknown: Mask = np.abs(side) != 1
    if unknown.any():
        raise ColumnsError("side must be 1 (buy) or -1 (sell)", blocks=indices(unknown))
    for column in charges:
        check_int64(len(cash.net), charge=column)
    costs = cash.commission + np.sum(charges, axis=0, dtype=np.int64)
    segment_sums(costs, offsets)  # refuses sums that leave the range
    return Cash(cash.gross, costs, cash.gross + side[segment_ids(offsets)] * costs)
