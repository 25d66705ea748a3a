"""W18 over random transfers, gifts, splits and shorts: in and out of the house, from taxpayer to taxpayer."""

from datetime import timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.builders import DAY, Desk, desk
from tests.core.corporate import arrived, corporate, gift, transfer
from tests.core.test_washing import trade
from tests.properties import invariants
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model.fields import Outcome, Side
from tradeoms.model.reference import Account

ACCOUNTS = ("A1", "A2", "A3")
KINDS = ("buy", "buy", "sell", "short", "out", "in", "move", "give", "split", "reverse")


def house() -> Desk:
    """Two accounts of one taxpayer, one of another."""
    floor = desk()
    rows = (Account(a, a, "two" if a == "A3" else "one", may_short=True) for a in ACCOUNTS)
    floor.done(c.DefineAccounts(tuple(rows)), "ops")
    return floor


@st.composite
def steps(draw: Any) -> list[tuple[str, str, int, int]]:
    one = st.tuples(
        st.sampled_from(KINDS), st.sampled_from(ACCOUNTS), st.integers(1, 9), st.integers(40, 60)
    )
    return draw(st.lists(one, min_size=4, max_size=16))  # type: ignore[no-any-return]


def act(floor: Desk, n: int, kind: str, account: str, quantity: int, price: int) -> None:
    """What can be done is done; what cannot is refused."""
    held, day = floor.held(account), floor.state.business_date
    other = ACCOUNTS[(ACCOUNTS.index(account) + quantity) % 3]
    command: c.Command | None = None
    if kind == "buy" or (kind == "short" and held <= 0):
        side = Side.Buy if kind == "buy" else Side.SellShort
        trade(floor, side, str(price), (account, quantity))
    elif kind == "sell" and held > 0:
        trade(floor, Side.Sell, str(price), (account, min(quantity, held)))
    elif kind == "out":
        command = transfer(f"r{n}", day, account=account, quantity=quantity)
    elif kind == "in":
        lot = arrived(quantity, quantity * price, day - timedelta(10 * quantity))
        command = transfer(f"r{n}", day, to=account, arrived=(lot,))
    elif kind == "move":
        command = transfer(f"r{n}", day, account=account, to=other, quantity=quantity)
    elif kind == "give":
        command = gift(f"r{n}", day, account=account, to=other, quantity=quantity, value=price)
    elif kind == "split":  # two for three, or the other way
        terms = {"new": 2 + quantity % 2, "old": 3 - quantity % 2, "fraction_price": price}
        command = corporate("split", f"r{n}", day=day, **terms)
    elif kind == "reverse" and floor.state.lot_actions:
        command = c.ReverseAction([*floor.state.lot_actions][-1], "a mistake")
    if command is not None:
        assert floor.do(command, "ops").outcome in (Outcome.Done, Outcome.Refused)


@settings(max_examples=25, deadline=None)
@given(steps=steps())
@example([("buy", "A1", 1, 40), ("buy", "A1", 1, 40), ("sell", "A1", 2, 40), ("in", "A1", 1, 40)])
def test_nothing_is_lost_on_the_way(steps: list[tuple[str, str, int, int]]) -> None:
    floor = house()
    for n, (kind, *rest) in enumerate(steps):
        if n % 4 == 3:
            floor.done(c.OpenDay(floor.state.business_date + timedelta(9)), "ops")
        act(floor, n, kind, *rest)
    invariants.hold(floor)
    assert floor.state.business_date <= DAY + timedelta(40)
    same(floor.journal.replay(), floor.state)
