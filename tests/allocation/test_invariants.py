"""Invariants of a split for every method and every rounding; docs/invariants.md has the whole table."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.errors import AmountOverflowError, NoWeightError
from allocation.methods import METHODS
from allocation.rounding import ROUNDING
from tests.allocation.test_methods import IN_TURN, WHOLE, Case, case, split

PAIRS = list(product(METHODS, ROUNDING))
every = pytest.mark.parametrize(("name", "rounding"), PAIRS)
weighted = pytest.mark.parametrize(
    ("name", "rounding"), [pair for pair in PAIRS if pair[0] in ("nav", "percentage", "fixed")]
)
proportional = pytest.mark.parametrize(
    ("name", "rounding"), [pair for pair in PAIRS if pair[0] not in IN_TURN]
)
quick = settings(max_examples=8)


def test_percentages_too_fine_for_a_lottery_are_refused_by_name() -> None:
    """Cumulative rounding lays out what they have in common, a unit of it times each account."""
    for finest in (1, 625):
        c = Case([10, 10], 10, [0, 1], 1, [finest, WHOLE - finest])
        with pytest.raises(AmountOverflowError, match="lays out 1024 units") as refused:
            split("percentage", [c], "cumulative")
        assert refused.value.blocks == (0,)
    coarse = Case([1000, 1000], 1000, [0, 1], 1, [499_000, 501_000])
    assert split("percentage", [coarse], "cumulative") == [499, 501]


@every
@quick
@given(data=st.data())
def test_accounts_in_another_order_get_the_same(
    name: str, rounding: str, data: st.DataObject
) -> None:
    c = data.draw(case(name, rounding))
    if name == "rotation":  # places in a queue are distinct
        c = c._replace(basis=data.draw(st.permutations(range(len(c.ordered)))))
    shuffle = data.draw(st.permutations(range(len(c.ordered))))
    ordered, ties, basis = ([values[i] for i in shuffle] for values in (c.ordered, c.ties, c.basis))
    plain = split(name, [c], rounding)
    moved = Case(ordered, c.filled, ties, c.lot, basis)
    assert split(name, [moved], rounding) == [plain[i] for i in shuffle]


@every
@quick
@given(data=st.data())
def test_a_complete_fill_is_the_orders(name: str, rounding: str, data: st.DataObject) -> None:
    c = data.draw(case(name, rounding))
    assert split(name, [c._replace(filled=sum(c.ordered))], rounding) == c.ordered


@every
@quick
@given(data=st.data())
def test_lots_are_whole_but_for_one_odd_piece(
    name: str, rounding: str, data: st.DataObject
) -> None:
    """Several odd pieces only where no single order could have held them all; one a rank at most."""
    c = data.draw(case(name, rounding))
    result = split(name, [c], rounding)
    ranks = c.basis if name == "priority" else [0] * len(c.ordered)
    if name in IN_TURN:  # filled one after another: who is filled has its order, one has a part
        assert sum(0 < got < order for got, order in zip(result, c.ordered, strict=True)) <= 1
        return
    for rank in set(ranks):
        rows = [
            (got, order)
            for got, order, own in zip(result, c.ordered, ranks, strict=True)
            if own == rank
        ]
        odd = [got % c.lot for got, _ in rows if got % c.lot]
        rooms = [order - got + got % c.lot for got, order in rows]
        assert len(odd) <= 1 or max(rooms) < sum(odd)


@weighted
@quick
@given(data=st.data())
def test_no_weight_is_no_share(name: str, rounding: str, data: st.DataObject) -> None:
    c = data.draw(case(name, rounding))
    without = [data.draw(st.booleans()) for _ in c.ordered]
    basis = [0 if none else value for none, value in zip(without, c.basis, strict=True)]
    if name == "percentage" and basis:
        basis[0] += WHOLE - sum(basis)
        without[0] = not basis[0]
    room = sum(
        min(o, b) if name == "fixed" else o * (b > 0) for o, b in zip(c.ordered, basis, strict=True)
    )
    c = c._replace(basis=basis, filled=data.draw(st.integers(0, room)))
    result = split(name, [c], rounding)
    assert not any(got for got, none in zip(result, without, strict=True) if none)
    if c.ordered and not any(basis) and name == "nav":
        with pytest.raises(NoWeightError):
            split(name, [c._replace(filled=1)], rounding)


@proportional
@quick
@given(data=st.data())
def test_exact_proportions_come_back_exactly(name: str, rounding: str, data: st.DataObject) -> None:
    """Wherever the fills divide into whole lots as the weights say, everybody has exactly that."""
    lot, factor = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
    parts = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=5).filter(any))
    if name == "equal":
        parts = [1] * len(parts)
    if name == "percentage":  # parts of ten
        parts = [*parts[:3], 10 - sum(parts[:3])]
    shares = [part * lot * 2 for part in parts]
    agreed = [share * factor for share in shares]
    slack = [data.draw(st.integers(0, 9)) for _ in parts]
    bounded = name in ("pro_rata", "priority")
    ordered = agreed if bounded else [a + b for a, b in zip(agreed, slack, strict=True)]
    basis = {
        "nav": parts,
        "percentage": [part * WHOLE // 10 for part in parts],
        "fixed": agreed,
        "priority": [4] * len(parts),
    }.get(name, [])
    ties = data.draw(st.permutations(range(len(parts))))
    if name == "equal":
        ordered = [max(order, share) for order, share in zip(ordered, shares, strict=True)]
    assert split(name, [Case(ordered, sum(shares), ties, lot, basis)], rounding) == shares


@pytest.mark.parametrize("rounding", ["webster", "quota_method", "cumulative"])
@quick
@given(data=st.data())
def test_rank_by_rank_nobody_loses_as_fills_grow(rounding: str, data: st.DataObject) -> None:
    c = data.draw(case("priority", rounding))._replace(lot=1)
    fills = range(sum(c.ordered) + 1)
    result = np.array(split("priority", [c._replace(filled=f) for f in fills], rounding))
    assert (np.diff(result.reshape(len(fills), len(c.ordered)), axis=0) >= 0).all()
