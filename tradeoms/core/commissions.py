"""What a broker bills for a placement, by what was agreed when it was routed.

A bill at a time, in exact fractions: what :mod:`allocation.commissions` computes for columns, without
their bounds, because a fill must always be allocated.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, lcm
from typing import Any

import numpy as np

from tradeoms.core.bounds import MOST_RATE, RATE_PLACES, bad_money, bad_number, brief
from tradeoms.model.brokers import Broker, CommissionSchedule
from tradeoms.model.columns import Int64s
from tradeoms.model.commands import Problem
from tradeoms.model.crosses import HOUSE
from tradeoms.model.placements import Placement
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State

CENT = Decimal("0.01")
HALF = Fraction(1, 2)
Whole = np.ndarray[Any, np.dtype[np.object_]]
BASES = {"unit": Fraction(1), "value": Fraction(1, 10_000)}


def half_up(amount: Fraction) -> int:
    """A whole number, a half away from zero."""
    whole = int(abs(amount) + HALF)
    return whole if amount >= 0 else -whole


#: How a bill is made whole cents.
ROUNDINGS: dict[str, Callable[[Fraction], int]] = {
    "half_up": half_up,
    "half_even": round,
    "up": ceil,
}


def cents(amount: Decimal) -> int:
    """Money in whole cents, a half away from zero."""
    return int(amount.quantize(CENT, ROUND_HALF_UP).scaleb(2))


def money(state: State, instrument: Instrument, placed: Sequence[Placement]) -> tuple[int, int]:
    """Gross and commission in cents, each rounded once a placement, as contract notes are."""
    gross = [cents(p.notional * instrument.multiplier) for p in placed]
    bills = [commission(state, p, own) for p, own in zip(placed, gross, strict=True)]
    return sum(gross), sum(bills)


def unbilled(placement: Placement) -> bool:
    """True for what was crossed in the house, or stands for a fill that a broker took back."""
    undoes = placement.voice is not None and placement.voice.undoes
    return undoes or placement.broker == HOUSE


def commission(
    state: State, placement: Placement, gross: int, share: Fraction = Fraction(1)
) -> int:
    """Cents for a share of what was filled, all of which is worth `gross` cents.

    A new rate of the broker changes no old bill.
    """
    if placement.commission is not None:
        return bill(placement.commission, Fraction(placement.CumQty) * share, gross * share)
    rate = placement.commission_per_share
    if rate is None:
        rate = state.brokers[placement.broker].commission_per_share
    if share == 1:
        return cents(placement.CumQty * rate)
    return half_up(Fraction(placement.CumQty) * share * Fraction(rate) * 100)


def research(state: State, placement: Placement, gross: int, share: Fraction = Fraction(1)) -> int:
    """The same for the broker's own research part."""
    if placement.research is None:
        return 0
    return bill(placement.research, Fraction(placement.CumQty) * share, gross * share)


def bill(
    schedule: CommissionSchedule,
    quantity: Decimal | Fraction,
    gross: int | Fraction,
    rounded: Callable[[Fraction], int] = half_up,
) -> int:
    """Cents by a schedule."""
    measure = Fraction(quantity) if schedule.basis == "unit" else abs(Fraction(gross)) / 100
    starts = [Fraction(tier.start) for tier in schedule.tiers]
    rates = [Fraction(tier.rate) * BASES[schedule.basis] for tier in schedule.tiers]
    if schedule.sliced:
        ends = [*starts[1:], measure]
        slices = zip(starts, ends, rates, strict=True)
        parts = [
            (min(measure, end) - start) * rate for start, end, rate in slices if start < measure
        ]
        total = sum(parts, Fraction(0))
    else:
        reached = [rate for start, rate in zip(starts, rates, strict=True) if start <= measure]
        total = measure * reached[-1]
    amount = rounded((total + Fraction(schedule.flat)) * 100)
    if schedule.minimum is not None:
        amount = max(amount, cents(schedule.minimum))
    if schedule.maximum is not None:
        amount = min(amount, cents(schedule.maximum))
    return amount


def bill_all(
    schedule: CommissionSchedule, units: Int64s, qty_scale: int, gross: Int64s, rounding: str
) -> Int64s:
    """As `bill`, of many quantities (n,) in units, worth `gross` cents."""
    unit = schedule.basis == "unit"
    each = Fraction(100, 10**qty_scale) if unit else Fraction(1, 10_000)  # cents of a rate of one
    size = (
        Fraction(10) ** qty_scale if unit else Fraction(100)
    )  # units, or cents, of a tier's start
    starts = [Fraction(tier.start) * size for tier in schedule.tiers]
    rates = [Fraction(tier.rate) * each for tier in schedule.tiers]
    fine = lcm(*(start.denominator for start in starts))
    flat = Fraction(schedule.flat) * 100
    common = lcm(flat.denominator, *(rate.denominator * fine for rate in rates))
    # Python's integers: nothing is too large for them, and they are quicker than fractions.
    measure = (units if unit else np.abs(gross)).astype(np.object_) * fine
    total = np.full(len(units), int(flat * common), np.object_)
    ends = [*(int(start * fine) for start in starts[1:]), None]
    for tier, (start, end, rate) in enumerate(zip(starts, ends, rates, strict=True)):
        first, part = int(start * fine), int(rate * common / fine)
        if schedule.sliced:
            upto = measure if end is None else np.minimum(measure, end)
            total += np.maximum(upto - first, 0) * part
        else:
            reached = (measure >= first) if tier else np.full(len(units), True)
            total += (
                np.where(reached if end is None else reached & (measure < end), measure, 0) * part
            )
    amounts = _whole(total, common, rounding)
    if schedule.minimum is not None:
        amounts = np.maximum(amounts, cents(schedule.minimum))
    if schedule.maximum is not None:
        amounts = np.minimum(amounts, cents(schedule.maximum))
    return amounts.astype(np.int64)


def _whole(total: Whole, common: int, rounding: str) -> Whole:
    """`total / common` by a row of ROUNDINGS."""
    floor, twice = total // common, 2 * (total % common)
    up = twice > common
    if rounding == "up":
        up = twice > 0
    elif rounding == "half_even":
        up |= (twice == common) & (floor % 2 == 1)
    else:
        up |= (twice == common) & (total > 0)
    found: Whole = floor + up.astype(np.object_)
    return found


def broker_problems(field: str, broker: Broker) -> list[Problem]:
    """What is wrong with a broker's schedules."""
    found = []
    for part in ("commission", "research"):
        if schedule := getattr(broker, part):
            found += schedule_problems(field + part, schedule)
    if broker.commission and (rate := broker.commission_per_share):
        why = "and commission_per_share: give only one"
        found.append(Problem(f"{field}commission", brief(rate), why))
    return found


def schedule_problems(field: str, schedule: CommissionSchedule) -> list[Problem]:
    """What contradicts itself, or could not be computed with."""
    found: list[tuple[str, object, str]] = []
    if schedule.basis not in BASES:
        found.append((".basis", schedule.basis, f"must be {' or '.join(BASES)}"))
    for name in ("flat", "minimum", "maximum"):
        amount = getattr(schedule, name)
        if amount is not None:
            found.append((f".{name}", amount, bad_money(amount)))
    low, high = schedule.minimum, schedule.maximum
    sound = not any(why for _, _, why in found)
    if sound and low is not None and high is not None and low > high:
        found.append((".minimum", low, f"is above the maximum {high}"))
    found += _tier_problems(schedule)
    return [Problem(f"{field}{name}", brief(value), why) for name, value, why in found if why]


def _tier_problems(schedule: CommissionSchedule) -> Iterable[tuple[str, object, str]]:
    tiers = schedule.tiers
    bad = [bad_money(tier.start) for tier in tiers]
    if not tiers or bad[0] or tiers[0].start != 0:
        yield ".tiers[0].start", tiers[0].start if tiers else "", "must be 0"
    for n, tier in enumerate(tiers):
        yield f".tiers[{n}].start", tier.start, bad[n]
        yield f".tiers[{n}].rate", tier.rate, bad_number(tier.rate, RATE_PLACES, MOST_RATE)
    for n, (one, other) in enumerate(pairwise(tiers)):
        if not any(bad) and other.start <= one.start:
            yield f".tiers[{n + 1}].start", other.start, f"is not above {one.start}"
