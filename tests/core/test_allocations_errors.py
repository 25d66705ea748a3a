"""What brokers fill beyond a block's orders: no client's, but somebody's, to the cent."""

from datetime import timedelta

import pytest

from tests.builders import DAY, D, Desk, desk, lot
from tests.properties import invariants
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import Handling, OrdStatus, Side
from tradeoms.model.reference import Account
from tradeoms.views import VIEWS

WHY = "the broker filled twice"


@pytest.fixture
def floor() -> Desk:
    opened = desk((lot("A1", 200, 2000), lot("A2", 200, 2000)))
    opened.done(c.DefineAccounts((Account("ERR", "Errors", "firm", may_short=True, error=True),)))
    return opened


def overfilled(floor: Desk, side: Side = Side.Buy) -> tuple[str, str, str]:
    """A block of 100 that is allocated and then filled with 25 more; its placement, the ExecID."""
    block = floor.block(("A1", 60), ("A2", 40), Side=side)
    name = floor.route(block, 100)
    floor.fill(name, 100, "50")
    floor.finish(block)
    return block, name, floor.fill(name, 25, "51")


def money(floor: Desk) -> int:
    return sum(floor.cash(account) for account in ("A1", "A2", "ERR"))


@pytest.mark.parametrize("side", [Side.Buy, Side.Sell])
def test_the_excess_goes_to_the_error_account_at_the_same_price(side: Side, floor: Desk) -> None:
    before, sign = money(floor), -1 if side is Side.Sell else 1
    block, _, _ = overfilled(floor, side)
    assert money(floor) == before
    floor.done(c.BookError(block, WHY), "ops")
    floor.finish(block)
    event = floor.state.allocations[block]
    assert (event.accounts, event.quantities) == (("A1", "A2", "ERR"), (60, 40, 25))
    assert (event.orders[2], D(event.AvgPx)) == ("", D("50.2"))
    gross, commission = 100 * 5000 + 25 * 5100, 156  # 125 at 0.0125, once
    assert (sum(event.gross), sum(event.commission)) == (gross, commission)
    assert event.gross == (60 * 5020, 40 * 5020, 25 * 5020)
    assert before - money(floor) == sign * gross + commission
    assert [floor.held(a) for a in ("A1", "A2", "ERR")] == [
        200 + sign * 60,
        200 + sign * 40,
        sign * 25,
    ]
    ((_, short, remaining, _),) = floor.lots("ERR")
    assert (short, remaining) == (int(side is Side.Sell), 25)
    assert floor.state.orders["O1"].CumQty == 100
    invariants.positions_are_the_sum_of_lots(floor.state)
    invariants.pending_is_recomputed(floor.state)
    same(floor.journal.replay(), floor.state)


def test_every_table_shows_it(floor: Desk) -> None:
    block, name, ExecID = overfilled(floor)
    floor.done(c.BookError(block, WHY), "ops")
    floor.finish(block)
    rows = {row.key: row for row in VIEWS["allocations"].all_rows(floor.state)}
    row = rows[f"{block}//ERR"]
    assert (row.order, row.pm, row.OrderQty, row.AllocQty) == ("", "", 0, 25)
    floor.bust(name, ExecID, OrdStatus=OrdStatus.Filled)
    (*_, reopened) = [r.event for r in floor.journal.records if type(r.event) is e.BlockReopened]
    seen = dict(VIEWS["allocations"].rows(floor.state, reopened))
    assert seen[f"{block}//ERR"] is None


def test_a_bust_of_the_excess_leaves_nothing_for_the_error_account(floor: Desk) -> None:
    block, name, ExecID = overfilled(floor)
    floor.done(c.BookError(block, WHY), "ops")
    floor.finish(block)
    floor.bust(name, ExecID, OrdStatus=OrdStatus.Filled)
    floor.finish(block)
    assert floor.state.allocations[block].accounts == ("A1", "A2")
    assert (floor.held("ERR"), floor.cash("ERR"), floor.lots("ERR")) == (0, 0, [])


def test_the_broker_is_told_of_the_error_account(floor: Desk) -> None:
    told = Broker("KING", "King", "S1", D("0.0125"), allocations=Handling.Automatic)
    floor.done(c.DefineBrokers((told,)))
    block, _, _ = overfilled(floor)
    floor.done(c.BookError(block, WHY), "ops")
    floor.finish(block)
    last = list(floor.state.instructions.values())[-1]
    assert (last.accounts, last.quantities) == (("A1", "A2", "ERR"), (60, 40, 25))


def test_more_than_was_decided_needs_another_decision(floor: Desk) -> None:
    block, name, _ = overfilled(floor)
    floor.done(c.BookError(block, WHY), "ops")
    floor.fill(name, 1, "51")
    reason = floor.refused(c.FinishBlock(block), "trader")["block"]
    assert reason == "is over-filled: 126 of 100; book the error to an account first"
    floor.done(c.BookError(block, WHY), "ops")
    floor.finish(block)
    assert floor.held("ERR") == 26


def test_it_is_told_every_day_until_it_has_an_account(floor: Desk) -> None:
    block, _, _ = overfilled(floor)
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    assert floor.alerts()[-1] == "over-filled"
    last = list(floor.state.alerts.values())[-1]
    assert (last.subject, last.text) == (block, "25 belong to nobody: book the error")
    floor.done(c.BookError(block, WHY), "ops")
    floor.done(c.OpenDay(DAY + timedelta(2)), "ops")
    floor.finish(block)
    floor.done(c.OpenDay(DAY + timedelta(3)), "ops")
    assert floor.alerts().count("over-filled") == 1
    told = [a.text for a in floor.state.alerts.values() if a.kind == "trade error"]
    assert told == [f"25 of {block} go to ERR: {WHY}"]


def test_what_cannot_be_booked_as_an_error(floor: Desk) -> None:
    block, _, _ = overfilled(floor)
    fine = floor.working()
    own = floor.block_of(fine).block
    assert floor.refused(c.BookError(own, " "), "ops") == {
        "reason": "needs a reason",
        "block": "is not over-filled: 0 of 100",
    }
    floor.fill(fine, 100)
    full = "is not over-filled: 100 of 100"
    assert floor.refused(c.BookError(own, WHY), "ops") == {"block": full}
    assert floor.refused(c.BookError(block, WHY, "A1"), "ops") == {"account": "is no error account"}
    assert floor.refused(c.BookError(block, WHY, "A9"), "ops") == {"account": "unknown account"}
    assert floor.refused(c.BookError("B9", WHY), "ops") == {"block": "unknown block"}
    floor.done(c.DefineAccounts((Account("ER2", "More", "firm", error=True),)))
    assert floor.refused(c.BookError(block, WHY), "ops") == {
        "account": "name one of the error accounts: ERR, ER2"
    }
    floor.done(c.BookError(block, WHY, "ER2"), "ops")
    assert floor.refused(c.BookError(block, WHY, "ERR"), "ops") == {
        "account": f"the errors of {block} are in ER2 already"
    }


def test_without_an_error_account_nothing_can_be_booked() -> None:
    floor = desk()
    name = floor.working()
    floor.fill(name, 110)
    block = floor.block_of(name).block
    assert floor.refused(c.BookError(block, WHY), "ops") == {"account": "there is no error account"}


def test_an_overfill_over_two_brokers(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    first, second = floor.route(block, 50), floor.route(block, 50, "QUEEN")
    floor.fill(first, 70, "50")
    floor.fill(second, 50, "50")
    floor.done(c.BookError(block, WHY), "ops")
    floor.finish(block)
    assert floor.state.allocations[block].quantities == (100, 20)
    assert sum(floor.state.allocations[block].commission) == 88 + 63
