"""Whatever is crossed: shares and cash are conserved to the unit and the cent, nobody gets more than
he wants, nor a price beyond his limit; and a bust leaves everything as it was.
"""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import D
from tests.core.crosses import approved, busted, crossing, mark, sell, total
from tests.properties import invariants

quantities = st.integers(1, 300)
buyers = st.lists(quantities, min_size=1, max_size=4)


@settings(max_examples=40, deadline=None)
@given(sold=st.tuples(quantities, quantities), bought=buyers, cents=st.integers(4000, 6000))
def test_a_cross_moves_and_makes_nothing(
    sold: tuple[int, int], bought: list[int], cents: int
) -> None:
    floor, Px = crossing(), Decimal(cents).scaleb(-2)
    mark(floor, last=str(Px))
    orders = [sell(floor, (a, q), Price=Px) for a, q in zip(("A1", "A2"), sold, strict=True)]
    orders += [floor.order((f"A{3 + n % 2}", q), Price=Px) for n, q in enumerate(bought)]
    wanted = {name: floor.state.orders[name].OrderQty for name in orders}
    before = total(floor, "shares"), total(floor, "cash")
    held = {a: (floor.held(a), floor.cash(a)) for a in floor.state.accounts}
    name = approved(floor, *orders)
    cross = floor.state.crosses[name]
    most = min(sum(sold), sum(bought))
    for parts in (cross.sells, cross.buys):
        assert sum(part.OrderQty for part in parts) == most == cross.OrderQty
        for part in parts:
            assert 0 < part.OrderQty <= wanted[part.order]
            whole = sum(sold) if part in cross.sells else sum(bought)
            assert abs(part.OrderQty - wanted[part.order] * most / D(whole)) < 1
    assert (total(floor, "shares"), total(floor, "cash")) == before
    invariants.hold(floor)
    busted(floor, name)
    assert {a: (floor.held(a), floor.cash(a)) for a in floor.state.accounts} == held
    invariants.hold(floor)
