"""What brokers bill by schedule, and how it is kept."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from allocation.commissions import Schedule, Tier, charge
from tests.builders import D, Desk, desk
from tradeoms.core.commissions import ROUNDINGS, bill, bill_all
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker, CommissionSchedule, CommissionTier
from tradeoms.model.fields import OrdStatus

Pair = tuple[Any, Any]


def schedule(*tiers: Pair, **fields: Any) -> CommissionSchedule:
    rows = tuple(CommissionTier(D(start), D(rate)) for start, rate in tiers)
    return CommissionSchedule(tiers=rows, **fields)


def card(floor: Desk, agreed: CommissionSchedule) -> c.DefineBrokers:
    return c.DefineBrokers((Broker("KING", "King", "S1", commission=agreed),))


def filled(floor: Desk, quantity: int, price: str) -> str:
    block = floor.block(("A1", quantity))
    floor.fill(floor.route(block, quantity), quantity, price)
    floor.finish(block)
    return block


@pytest.mark.parametrize(
    ("agreed", "amount"),
    [
        (schedule((0, "0.01")), 1200),
        (schedule((0, "2.5"), basis="value"), 1500),  # 60,000.00 at 2.5 basis points
        (schedule((0, "0.0000001"), flat=D("3.25")), 325),
        (schedule((0, "0.01"), flat=D(5)), 1700),
        (schedule((0, "0.01"), minimum=D("12.01")), 1201),
        (schedule((0, "0.01"), maximum=D("11.99")), 1199),
        (schedule((0, "0.02"), (1000, "0.01")), 2200),
        (schedule((0, "0.02"), (1000, "0.01"), sliced=False), 1200),
        (schedule((0, "0.02"), (1201, "0.01"), sliced=False), 2400),
        (schedule((0, 5), (50_000, 1), basis="value"), 2600),
        (schedule((0, "-0.001")), -120),
    ],
)
def test_a_placement_is_billed_by_its_schedule(agreed: CommissionSchedule, amount: int) -> None:
    floor = desk()
    floor.done(card(floor, agreed))
    block = filled(floor, 1200, "50")
    event = floor.state.allocations[block]
    assert event.commission == (amount,)
    assert event.net == (1200 * 5000 + amount,)


def test_an_old_block_keeps_its_schedule() -> None:
    floor = desk()
    floor.done(card(floor, schedule((0, "0.01"))))
    block = filled(floor, 1200, "50")
    floor.done(card(floor, schedule((0, 9), basis="value")))
    (execution,) = floor.state.executions.values()
    name = execution.placement
    floor.correct(name, execution.ExecID, 1200, "49", OrdStatus=OrdStatus.Filled)
    floor.finish(block)
    assert floor.state.allocations[block].commission == (1200,)


amounts = st.decimals(0, 90, places=2)
rates = st.decimals(0, 20, places=3)
steps = st.lists(st.integers(1, 5000), max_size=3, unique=True).map(sorted)


@given(
    *(st.sampled_from(("unit", "value")), steps, st.lists(rates, min_size=4, max_size=4)),
    *(st.booleans(), amounts, st.none() | amounts, st.integers(1, 10**5), st.integers(0, 10**8)),
)
def test_a_bill_is_what_the_engine_charges(
    basis: Any,
    starts: list[int],
    rates: list[Decimal],
    sliced: bool,
    flat: Decimal,
    least: Decimal | None,
    quantity: int,
    gross: int,
) -> None:
    tiers = tuple(zip((0, *starts), rates, strict=False))
    ours = schedule(*tiers, basis=basis, sliced=sliced, flat=flat, minimum=least)
    scale = 100 if basis == "value" else 1  # the engine counts value in cents
    rows = tuple(Tier(start * scale, rate) for start, rate in tiers)
    theirs = Schedule(basis, rows, sliced, flat, least)
    one = (np.array([quantity]), np.array([gross]), np.array([1]))
    assert bill(ours, D(quantity), gross) == charge(theirs, *one)[0]


halves = st.sampled_from([D(n).scaleb(-3) for n in (5, -5, 15, -15, 0)])
many = st.lists(st.tuples(st.integers(0, 10**12), st.integers(-(10**17), 10**17)), min_size=1)
round_numbers = st.lists(st.tuples(st.integers(0, 12), st.integers(-60, 60)), min_size=1)


@settings(max_examples=400)
@given(
    *(st.sampled_from(("unit", "value")), st.lists(halves | rates, min_size=4, max_size=4)),
    st.lists(st.integers(1, 9) | st.decimals("0.01", 5), max_size=3, unique=True).map(sorted),
    *(st.booleans(), st.just(D(0)) | amounts, st.none() | st.just(D("0.01")), st.none() | amounts),
    *(st.sampled_from(list(ROUNDINGS)), st.integers(0, 3), many | round_numbers),
)
@example("unit", [D("0.02"), D("0.01")], [5], False, D(0), None, None, "half_up", 0, [(5, 1)])
def test_many_bills_are_what_each_is_by_itself(
    basis: Any,
    rates: list[Decimal],
    starts: list[Any],
    sliced: bool,
    flat: Decimal,
    least: Decimal | None,
    most: Decimal | None,
    rounding: str,
    scale: int,
    rows: list[tuple[int, int]],
) -> None:
    tiers = tuple(zip((0, *starts), rates, strict=False))
    one = schedule(*tiers, basis=basis, sliced=sliced, flat=flat, minimum=least, maximum=most)
    units, gross = (np.array([row[n] for row in rows]) for n in (0, 1))
    each = [bill(one, D(n).scaleb(-scale), worth, ROUNDINGS[rounding]) for n, worth in rows]
    assert bill_all(one, units, scale, gross, rounding).tolist() == each


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"basis": "luck"}, ".basis", "must be unit or value"),
        ({"flat": D("-0.01")}, ".flat", "is below zero"),
        ({"flat": D("0.001")}, ".flat", "has more than 2 decimals"),
        ({"minimum": D(9), "maximum": D(8)}, ".minimum", "is above the maximum 8"),
        ({"tiers": ()}, ".tiers[0].start", "must be 0"),
        ({"tiers": ((1, 1),)}, ".tiers[0].start", "must be 0"),
        ({"tiers": ((0, 1), (5, 1), (5, 1))}, ".tiers[2].start", "is not above 5"),
        ({"tiers": ((0, 1), ("NaN", 1))}, ".tiers[1].start", "is not a number"),
        ({"tiers": ((0, 1001),)}, ".tiers[0].rate", "is beyond 1,000"),
    ],
)
def test_what_no_schedule_may_say(fields: dict[str, Any], field: str, reason: str) -> None:
    floor, tiers = desk(), fields.pop("tiers", ((0, 1),))
    problems = floor.refused(card(floor, schedule(*tiers, **fields)))
    assert problems == {f"brokers[0].commission{field}": reason}


def test_a_rate_and_a_schedule_are_refused() -> None:
    floor = desk()
    both = Broker("KING", "King", "S1", D("0.01"), commission=schedule((0, 1)))
    assert floor.refused(c.DefineBrokers((both,))) == {
        "brokers[0].commission": "and commission_per_share: give only one"
    }
