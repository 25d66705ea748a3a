"""A split that a person changes: for named accounts, with a reason, approved by compliance."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import D, Desk, K, desk, lot
from tests.core.after import instructions, leave
from tests.core.corporate import gift
from tests.core.splits import define, worked
from tests.properties import invariants
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import BlockState, Handling, OrdStatus, Side
from tradeoms.model.identifications import NamedLot
from tradeoms.model.reference import Account
from tradeoms.views import VIEWS

WHY = "A2 has no more cash"
PAIR = (("A1", 300), ("A2", 300))


@pytest.fixture
def floor() -> Desk:
    return desk((lot("A1", 200, 2000), lot("A2", 200, 2000)))


def change(block: str, reason: str = WHY, /, **quantities: object) -> c.ChangeSplit:
    rows = tuple(c.AccountQty(name, D(quantity)) for name, quantity in quantities.items())
    return c.ChangeSplit(block, rows, reason)


def got(floor: Desk, block: str) -> tuple[int, ...]:
    return floor.state.allocations[block].quantities


def test_what_was_filled_goes_as_the_trader_says(floor: Desk) -> None:
    block, _ = worked(floor, 400, *PAIR)
    assert floor.done(change(block, A1=250, A2=150), "trader") == ()
    floor.finish(block)
    event = floor.state.allocations[block]
    assert (event.quantities, event.exception) == ((250, 150), f"changed by trader: {WHY}")
    # 400 at 50 and half a cent a share: to the cent by quantity.
    assert (event.gross, event.net) == ((1_250_000, 750_000), (1_250_312, 750_188))
    assert (floor.held("A1"), floor.held("A2")) == (450, 350)
    assert floor.alerts() == ["split by exception"]
    invariants.hold(floor)


def test_an_allocated_block_is_allocated_anew_and_its_brokers_told(floor: Desk) -> None:
    told = Broker("KING", "King", "S1", D("0.0125"), allocations=Handling.Automatic)
    floor.done(c.DefineBrokers((told,)))
    block, _ = worked(floor, 400, *PAIR)
    floor.finish(block)
    leave(floor)
    floor.done(change(block, A1=250, A2=150), "trader")
    assert got(floor, block) == (250, 150)
    first, second = instructions(floor)
    assert (second.RefAllocID, second.quantities) == (first.AllocID, (250, 150))
    floor.done(change(block, "a mistake"), "trader")
    assert got(floor, block) == (200, 200)
    assert floor.state.allocations[block].exception == ""
    assert floor.alerts()[-1] == "reopened"
    invariants.hold(floor)


def test_a_price_that_is_corrected_changes_no_quantity(floor: Desk) -> None:
    block, name = worked(floor, 400, *PAIR)
    floor.done(change(block, A1=250, A2=150), "trader")
    floor.finish(block)
    (execution,) = floor.state.executions.values()
    floor.correct(name, execution.ExecID, 400, "51", OrdStatus=OrdStatus.Canceled)
    assert floor.state.blocks[block].state is BlockState.Working
    floor.finish(block)
    assert got(floor, block) == (250, 150)
    assert floor.state.allocations[block].gross == (1_275_000, 765_000)
    invariants.hold(floor)


def test_another_quantity_is_nobody_s_decision(floor: Desk) -> None:
    block, name = worked(floor, 400, *PAIR)
    floor.done(change(block, A1=300, A2=100), "trader")
    (execution,) = floor.state.executions.values()
    floor.correct(name, execution.ExecID, 300, "50", OrdStatus=OrdStatus.Canceled)
    lapsed = "the change by trader was of 400, now 300 are filled"
    assert floor.refused(c.FinishBlock(block), "trader") == {
        "block": f"{lapsed}; give a reason to split it pro rata"
    }
    floor.done(c.FinishBlock(block, "as the policy says"), "trader")
    assert (got(floor, block), floor.state.allocations[block].exception) == ((150, 150), lapsed)
    invariants.hold(floor)


def test_compliance_agrees_and_is_asked_each_morning_until_then(floor: Desk) -> None:
    block, _ = worked(floor, 400, *PAIR)
    approve = c.ApproveSplit(block, "client's letter seen")
    assert floor.refused(approve, "carol") == {"block": "is split as its policy says"}
    floor.done(change(block, A1=250, A2=150), "trader")
    floor.finish(block)
    floor.done(c.OpenDay(floor.state.business_date + timedelta(1)), "ops")
    assert floor.alerts()[-1] == "split not approved"
    assert floor.refused(approve, "trader") == {"user": "has changed it: takes a second person"}
    floor.done(approve, "carol")
    assert floor.refused(approve, "dora") == {"block": "carol has approved it"}
    asked = floor.alerts().count("split not approved")
    floor.done(c.OpenDay(floor.state.business_date + timedelta(1)), "ops")
    assert floor.alerts().count("split not approved") == asked
    rows = list(VIEWS["statement_changes"].all_rows(floor.state))
    assert [(r.change, r.account, r.before, r.after, r.filled) for r in rows] == [
        ("split changed", "A1", 200, 250, 400),
        ("split changed", "A2", 200, 150, 400),
    ]
    assert {(r.user, r.reason, r.approved_by) for r in rows} == {("trader", WHY, "carol")}
    invariants.hold(floor)


def test_compliance_agrees_with_what_was_looked_at(floor: Desk) -> None:
    block, _ = worked(floor, 400, *PAIR)
    floor.done(change(block, A1=250, A2=150), "trader")
    floor.done(change(block, A1=300, A2=100), "trader")
    for stale in (1, 3):
        approve = c.ApproveSplit(block, change=stale)
        assert floor.refused(approve, "carol") == {"change": "holds no longer: look again"}
    floor.done(c.ApproveSplit(block, change=2), "carol")


def test_an_account_s_orders_share_what_it_gets(floor: Desk) -> None:
    orders = tuple(floor.order((a, 100)) for a in ("A1", "A2", "A1"))
    (block,) = floor.done(c.BlockOrders(orders), "trader")
    name = floor.route(block, 300)
    floor.fill(name, 150)
    floor.report(name, K.Canceled)
    floor.done(change(block, A1=120, A2=30), "trader")
    floor.finish(block)
    # Of 50 each: the first of its orders gets more first, the last gives first.
    assert got(floor, block) == (70, 30, 50)
    rows = (c.AccountQty("A1", D(40), orders[0]), c.AccountQty("A1", D(80), orders[2]))
    floor.done(c.ChangeSplit(block, rows, WHY), "trader")
    assert got(floor, block) == (40, 30, 80)
    floor.done(change(block, A1=60, A2=90), "trader")
    assert got(floor, block) == (40, 90, 20)


def test_everything_that_is_wrong_is_said_at_once(floor: Desk) -> None:
    block, _ = worked(floor, 400, *PAIR)
    assert floor.refused(change(block, "", A1=250), "trader") == {
        "reason": "needs a reason",
        "quantities": "is 50 more than was filled: take them from other accounts",
    }
    assert floor.refused(change(block, A1=100), "trader") == {
        "quantities": "is 100 less than was filled: give them to other accounts"
    }
    assert floor.refused(change(block, A1=200, A2=200), "trader") == {
        "quantities": "changes nothing"
    }
    assert floor.refused(change(block, A1=301, A2="-1", A3=100), "trader") == {
        "quantities[0].AllocQty": "A1 ordered 300 only",
        "quantities[1].AllocQty": "A2: is below zero",
        "quantities[2].account": f"has no order in {block}",
    }
    twice = (c.AccountQty("A1", D("0.5")), c.AccountQty("A1", D(1)))
    assert floor.refused(c.ChangeSplit(block, twice, WHY), "trader") == {
        "quantities[0].AllocQty": "A1: has more than 0 decimals",
        "quantities[1].account": "is named twice",
    }
    assert floor.refused(change(block), "trader") == {"quantities": "nobody has changed the split"}
    assert floor.refused(change(block, A1=250, A2=150), "tina") == {
        "block": "is trader's: take it over first"
    }
    floor.finish(block)  # and then there is nothing to take over
    floor.done(change(block, A1=250, A2=150), "tina")
    assert got(floor, block) == (250, 150)


@pytest.mark.parametrize(
    ("fields", "quantities", "why"),
    [
        ({"lot": D(100)}, {"A1": 250, "A2": 150}, "is no multiple of the lot of 100"),
        ({"caps": {"A1": 240}}, {"A1": 250, "A2": 150}, "is above its cap of 240"),
        ({"minimum": D(100)}, {"A1": 300, "A2": 100}, ""),
        ({"minimum": D(110)}, {"A1": 300, "A2": 100}, "is below its minimum of 110"),
        ({"clients_first": True}, {"A1": 250, "A2": 150}, "is the firm's own, and clients have"),
    ],
)
def test_conditions_of_the_policy_hold_for_persons_too(
    fields: dict[str, object], quantities: dict[str, int], why: str, floor: Desk
) -> None:
    if "clients_first" in fields:
        floor.done(c.DefineAccounts((Account("A1", "House", "firm", own=True),)))
    define(floor, **fields)
    filled = 500 if "clients_first" in fields else 400
    block, _ = worked(floor, filled, *PAIR)
    if filled == 500:
        quantities = {"A1": 250, "A2": 250}
    if not why:
        floor.done(change(block, **quantities), "trader")
        return
    assert floor.refused(change(block, **quantities), "trader")["quantities"].startswith(why)


def test_nobody_sells_what_it_does_not_own_by_it(floor: Desk) -> None:
    block, _ = worked(floor, 200, ("A1", 200), ("A2", 200), Side=Side.Sell)
    floor.finish(block)
    other = floor.block(("A1", 60), Side=Side.Sell)
    assert floor.refused(change(block, A1=150, A2=50), "trader") == {
        "quantities": "would sell 10 more than it owns"
    }
    floor.done(change(block, A1=140, A2=60), "trader")
    floor.fill(floor.route(other, 60), 60)
    floor.finish(other)
    assert (floor.held("A1"), floor.held("A2")) == (0, 140)
    bought, _ = worked(floor, 200, ("A1", 200), ("A2", 200))
    floor.finish(bought)
    floor.block(("A1", 80), Side=Side.Sell)
    assert floor.refused(change(bought, A1=0, A2=200), "trader") == {
        "quantities": "would sell 80 more than it owns"
    }
    floor.done(change(bought, A1=80, A2=120), "trader")
    invariants.hold(floor)


def test_nobody_lacks_what_was_given_or_sold_since(floor: Desk) -> None:
    """Not now, and not on the day: neither who gets less, nor who was given some of it."""
    block, _ = worked(floor, 400, *PAIR)
    floor.finish(block)
    lots = (NamedLot(floor.lots("A1")[-1][0], D(200)),)
    floor.done(gift(account="A1", to="A3", value=50, lots=lots), "ops")
    sale = floor.block(("A3", 200), Side=Side.Sell)
    floor.fill(floor.route(sale, 200), 200)
    floor.finish(sale)
    assert floor.refused(change(block, A1=100, A2=300), "trader") == {
        "quantities": f"L1 200 of ACME in A1: only 100 are there; {sale} sold more than owned: A3"
    }
    floor.done(change(block, A1=300, A2=100), "trader")
    sale = floor.block(("A1", 250), Side=Side.Sell)
    assert floor.refused(change(block, "a mistake"), "trader") == {
        "quantities": "would sell 50 more than it owns"
    }
    invariants.hold(floor)


def test_a_sale_that_is_not_booked_yet_is_looked_at_as_well(floor: Desk) -> None:
    block, _ = worked(floor, 200, ("A1", 200), ("A2", 200), Side=Side.Sell)
    floor.done(change(block, A1=200, A2=0), "trader")
    floor.finish(block)
    assert (floor.held("A1"), floor.held("A2")) == (0, 200)


def test_what_cannot_be_changed(floor: Desk) -> None:
    name = floor.working(("A1", 300), ("A2", 300))
    block = floor.block_of(name).block
    many = change(block, A1=250, A2=150)
    assert floor.refused(many, "trader") == {"block": f"has working placements: {name}"}
    floor.fill(name, 400)
    floor.report(name, K.Canceled)
    floor.done(many, "trader")
    order = floor.order(("A3", 60))
    assert floor.refused(c.JoinBlock(block, (order,), "late"), "trader") == {
        "block": "trader has changed its split: that is taken back first"
    }
    floor.done(change(block, "again"), "trader")
    floor.done(c.JoinBlock(block, (order,), "late"), "trader")
    assert floor.refused(many, "trader") == {
        "block": "its members changed after the first route: who shares a fill hangs on when it came"
    }
    settled, _ = worked(floor, 400, *PAIR)
    floor.finish(settled)
    floor.done(c.OpenDay(floor.state.allocations[settled].settle_date), "ops")
    assert floor.refused(change(settled, A1=250, A2=150), "trader") == {
        "block": "has settled: what is wrong is moved to an error account"
    }


def test_many_blocks_are_finished_with_it(floor: Desk) -> None:
    blocks = [worked(floor, 400, *PAIR)[0] for _ in range(2)]
    floor.done(change(blocks[0], A1=250, A2=150), "trader")
    floor.done(c.FinishBlocks(tuple(blocks)), "trader")
    assert [got(floor, block) for block in blocks] == [(250, 150), (200, 200)]
    invariants.hold(floor)


def test_fills_at_their_own_prices_and_shared_prices_follow_it(floor: Desk) -> None:
    define(floor, prices="high_to_low")
    block, _ = worked(floor, 2, ("A1", 3), ("A2", 3))
    floor.done(change(block, A1=2, A2=0), "trader")
    floor.finish(block)
    define(floor, version=2, average_blocks=True)
    floor.done(
        c.DefineBrokers((Broker("KING", "King", "S1", D("0.0125"), knows_price_groups=True),))
    )
    first, _ = worked(floor, 400, *PAIR)
    floor.finish(first)
    second, _ = worked(floor, 100, *PAIR)
    floor.done(change(second, A1=80, A2=20), "trader")
    floor.finish(second)
    floor.done(change(first, A1=150, A2=250), "trader")
    assert [got(floor, one) for one in (block, first, second)] == [(2, 0), (150, 250), (80, 20)]
    invariants.hold(floor)


@given(
    ordered=st.lists(st.integers(1, 90), min_size=2, max_size=4),
    fills=st.lists(st.tuples(st.integers(1, 60), st.integers(4900, 5100)), min_size=1, max_size=3),
    wishes=st.lists(st.lists(st.integers(0, 90), min_size=4, max_size=4), min_size=1, max_size=3),
    sells=st.booleans(),
)
@settings(max_examples=25)
def test_whoever_gets_how_much_the_books_add_up(
    ordered: list[int], fills: list[tuple[int, int]], wishes: list[list[int]], sells: bool
) -> None:
    """Before the allocation and after it, again and again; invariants say what adds up."""
    accounts = ("A1", "A2", "A3", "A4")[: len(ordered)]
    floor = desk(tuple(lot(account, 90, 2000) for account in accounts))
    members = zip(accounts, ordered, strict=True)
    block = floor.block(*members, Side=Side.Sell if sells else Side.Buy)
    name, left = floor.route(block, sum(ordered)), sum(ordered) - 1
    for quantity, cents in fills:
        if (filled := min(quantity, left)) > 0:
            floor.fill(name, filled, D(cents).scaleb(-2))
            left -= filled
    floor.report(name, K.Canceled)
    wanted = floor.placement(name).CumQty
    for wish in wishes:
        given = list[int]()
        for n, most in enumerate(ordered):
            after = sum(ordered[n + 1 :])
            given.append(
                max(min(wish[n], most, int(wanted) - sum(given)), int(wanted) - sum(given) - after)
            )
        floor.do(change(block, **dict(zip(accounts, given, strict=True))), "trader")
        if floor.state.blocks[block].state is BlockState.Working:
            floor.finish(block)
        assert got(floor, block) == tuple(given)
        assert [floor.held(a) for a in accounts] == [90 + (-q if sells else q) for q in given]
        invariants.hold(floor)
