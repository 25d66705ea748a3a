"""The single writer: baskets in slices, and bugs."""

import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from tests.builders import DAY, D, Desk, K, new_order
from tests.engine.batches import Batches, basket
from tests.states import same
from tradeoms import core, engine
from tradeoms.core import baskets, executions, orders, replacing
from tradeoms.core.context import Context, refuse
from tradeoms.engine import Engine
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Outcome
from tradeoms.model.state import State

# -- baskets in slices ----------------------------------------------------------------------------


def test_others_get_in_between_the_slices_of_a_basket(
    floor: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SLICE_SECONDS", 0)
    floor.queue(basket("K1", 5), id="big")
    floor.engine.step(floor.engine._take())
    assert floor.state.drafts == {"K1": ["O1"]}
    assert floor.state.orders["O1"].state == "draft"
    floor.queue(c.BlockOrders(("O1",)), "trader")
    floor.queue(c.SubmitOrder(new_order(("A2", 1))))
    floor.queue(basket("K1", 5), id="big")
    floor.queue(basket("K1", 5, 50), id="other")
    floor.run()
    by_id = {answer.id: answer for answer in floor.answers}
    assert by_id["big"].ids == ("O1", "O3", "O4", "O5", "O6")
    assert sum(answer.id == "big" for answer in floor.answers) == 2
    assert by_id["other"].outcome is Outcome.Refused
    assert by_id[f"c{floor.sent - 3}"].problems[0].reason == "unknown order"
    assert {order.state for order in floor.state.orders.values()} == {"staged"}
    assert floor.state.drafts == {}
    same(floor.journal.replay(), floor.state)


def test_a_bad_basket_lets_others_in_too(floor: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SLICE_SECONDS", 0)
    bad = c.SubmitBasket("K1", tuple(new_order(("A9", 1)) for _ in range(5)))
    floor.queue(bad)
    floor.engine.step(floor.engine._take())
    assert floor.answers[-1].command != "SubmitBasket"
    floor.run()
    assert len(floor.answers[-1].problems) == 5


def test_a_basket_cut_short_by_a_crash_is_dropped_at_the_next_start(
    floor: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SLICE_SECONDS", 0)
    floor.queue(basket("K1", 5))
    floor.engine.step(floor.engine._take())
    again = Engine(floor.journal.replay(), floor.journal, floor.journal.replay)
    again._recover()
    assert again.state.orders == {}
    assert again.state.drafts == {}
    assert again.state.buying.at("A1", "ACME") == 0
    same(floor.journal.replay(), again.state)


def test_a_basket_is_released_in_one_transaction_with_its_answer(
    floor: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between the two would have the same command refused when it comes again."""
    monkeypatch.setattr(engine, "SLICE_SECONDS", 0)
    seen = Batches()
    floor.engine.consumers.append(seen)
    floor.queue(basket("K1", 3))
    floor.run()
    assert seen.batches == [["OrderEntered"]] * 3 + [["BasketReleased", "Answered"]]


# -- bugs -----------------------------------------------------------------------------------------


class Bug(Exception):
    """Something nobody thought of."""


def breaks(*_: object) -> None:
    raise Bug("cannot happen")


def test_a_bug_in_a_decision_leaves_nothing_but_an_alert(
    floor: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.queue(c.SubmitOrder(new_order(("A1", 1))))
    floor.queue(c.SubmitOrder(new_order(("A2", 2))), id="bad")
    floor.queue(c.SubmitOrder(new_order(("A3", 3))))
    real = orders.submit_order
    monkeypatch.setitem(
        core.DECIDE,
        c.SubmitOrder,
        lambda s, command, x: (
            breaks() if command.order.members[0].account == "A2" else real(s, command, x)
        ),
    )
    floor.run()
    outcomes = [answer.outcome for answer in floor.answers[-3:]]
    assert outcomes == [Outcome.Done, Outcome.Internal, Outcome.Done]
    assert floor.answers[-2].problems[0].reason == "SubmitOrder: Bug: cannot happen"
    (alert,) = floor.state.alerts.values()
    assert (alert.kind, alert.subject) == ("internal error", "bad")
    assert [o.members[0].account for o in floor.state.orders.values()] == ["A1", "A3"]
    same(floor.journal.replay(), floor.state)


@pytest.mark.parametrize("where", ["in the reaction", "in the booking"])
def test_what_was_applied_before_the_bug_is_undone(
    where: str, floor: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = floor.working()
    floor.fill(name, 100)
    block = floor.placement(name).block
    seen, holder = Batches(), floor.state
    floor.engine.consumers.append(seen)
    with monkeypatch.context() as patch:
        if where == "in the reaction":
            patch.setitem(core.DECIDE, c.BookLots, breaks)
        else:
            patch.setitem(core.APPLY, e.LotsBooked, breaks)
        floor.queue(c.SubmitOrder(new_order(("A2", 1))))
        floor.queue(c.FinishBlock(block), "trader", id="bad")
        # The journal's own reading must not meet the broken function.
        floor.engine.step(floor.engine._take())
    assert seen.batches == [["OrderEntered", "Answered"], ["AlertRaised", "Answered"]]
    assert floor.answers[-1].outcome is Outcome.Internal
    assert floor.state is holder
    assert floor.state.blocks[block].state == "working"
    assert floor.held("A1") == 0
    same(floor.journal.replay(), floor.state)
    floor.finish(block)
    assert floor.held("A1") == 100
    same(floor.journal.replay(), floor.state)


def test_a_bug_on_a_broker_s_message_keeps_the_message(
    floor: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = floor.working()
    with monkeypatch.context() as patch:
        patch.setattr(executions, "_doubt", breaks)
        floor.fill(name, 10)
    (unknown,) = floor.state.unmatched.values()
    assert unknown.raw == "8=FIX"
    assert unknown.report is not None
    assert unknown.report.LastQty == 10
    session = floor.state.sessions["S1"]
    heard = [r.at for r in floor.journal.records if r.cause.session]
    assert (session.in_seq, session.heard) == (2, heard[-1])
    assert floor.alerts() == ["internal error", "unknown report"]
    assert floor.placement(name).CumQty == 0
    same(floor.journal.replay(), floor.state)


def test_a_bug_in_a_later_slice_drops_the_basket(
    floor: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SLICE_SECONDS", 0)
    floor.queue(basket("K1", 5), id="bad")
    floor.queue(basket("K2", 3, 50), id="good")
    floor.engine.step(floor.engine._take())
    assert set(floor.state.drafts) == {"K1"}
    real, calls = baskets.enter, []

    def enter(state: State, new: object, ctx: object, field: str) -> object:
        calls.append(field)
        return breaks() if len(calls) == 2 else real(state, new, ctx, field)

    monkeypatch.setattr(baskets, "enter", enter)
    floor.run()
    by_id = {answer.id: answer for answer in floor.answers}
    outcomes = {by_id["bad"].outcome, by_id["good"].outcome}
    assert outcomes == {Outcome.Internal, Outcome.Done}
    assert floor.state.drafts == {}
    assert {order.state for order in floor.state.orders.values()} == {"staged"}
    assert len(floor.state.baskets) == 1
    assert floor.engine._running == {}
    same(floor.journal.replay(), floor.state)


def test_another_basket_goes_on_after_the_state_was_read_again(
    floor: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SLICE_SECONDS", 0)
    name = floor.working()
    floor.queue(basket("K1", 4), id="big")
    floor.engine.step(floor.engine._take())
    with monkeypatch.context() as patch:
        patch.setitem(core.APPLY, e.CancelRequested, breaks)
        floor.queue(c.CancelPlacement(name), "trader", id="bad")
        floor.engine.step(floor.engine._take())
    floor.run()
    by_id = {answer.id: answer for answer in floor.answers}
    assert by_id["bad"].outcome is Outcome.Internal
    assert len(by_id["big"].ids) == 4
    assert {floor.state.orders[o].state for o in by_id["big"].ids} == {"staged"}
    same(floor.journal.replay(), floor.state)


def test_a_refused_reaction_is_a_bug(floor: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    name = floor.working()
    floor.fill(name, 100)
    block = floor.placement(name).block
    refuses = replacing.replace_placement
    monkeypatch.setitem(
        core.DECIDE, c.AllocateBlock, lambda s, _, x: refuses(s, c.ReplacePlacement("P9", D(1)), x)
    )
    answer = floor.do(c.FinishBlock(block), "trader")
    assert answer.outcome is Outcome.Internal
    assert floor.state.blocks[block].state == "working"


def test_a_refusal_after_the_first_event_is_a_bug(
    floor: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(state: State, command: c.OpenDay, context: Context) -> Iterator[e.AnyEvent]:
        yield e.DayOpened(command.business_date)
        raise refuse("business_date", "", "too late")

    monkeypatch.setitem(core.DECIDE, c.OpenDay, half)
    assert floor.do(c.OpenDay(DAY + timedelta(1)), "ops").outcome is Outcome.Internal
    assert floor.state.business_date == DAY


def test_reactions_without_end_are_stopped(floor: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(core.REACT, e.OrderEntered, lambda _, event: [c.RequestStatus("P1")])
    monkeypatch.setitem(
        core.DECIDE, c.RequestStatus, lambda s, _, x: [e.OrderEntered(s.orders["O1"])]
    )
    answer = floor.do(c.SubmitOrder(new_order(("A1", 1))))
    assert answer.outcome is Outcome.Internal
    assert floor.state.orders == {}


def test_names_are_never_used_twice(floor: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(core.APPLY, e.OrderEntered, breaks)
        floor.do(c.SubmitOrder(new_order(("A1", 1))))
    assert floor.order(("A1", 1)) == "O2"
    again = Engine(floor.journal.replay(), floor.journal, floor.journal.replay)
    assert again._counters == floor.state.counters


def test_a_journal_that_fails_stops_the_writer(floor: Desk) -> None:
    def full(records: Sequence[e.Record]) -> None:
        raise OSError("disk full")

    floor.engine._committing._journal = type("Full", (), {"append": staticmethod(full)})()
    floor.queue(c.SubmitOrder(new_order(("A1", 1))))
    answered = len(floor.answers)
    with pytest.raises(OSError, match="disk full"):
        floor.run()
    assert len(floor.answers) == answered


def test_run_decides_until_stopped(floor: Desk) -> None:
    done = threading.Event()
    writer = threading.Thread(target=floor.engine.run)
    writer.start()
    cause = e.Cause(user="pm", command="x")
    floor.engine.submit(c.SubmitOrder(new_order(("A1", 1))), cause, lambda _: done.set())
    assert done.wait(10)
    floor.engine.stop()
    writer.join(10)
    assert not writer.is_alive()
    assert floor.state.orders["O1"].state == "staged"


def test_a_malformed_command_is_journalled_and_refused(floor: Desk) -> None:
    reasons = floor.refused(c.RefuseMalformed("order.Side", "Expected `str`"))
    assert reasons == {"order.Side": "Expected `str`"}


def test_a_report_and_its_effects_share_a_transaction(floor: Desk) -> None:
    seen = Batches()
    name = floor.working()
    fill = floor.fill(name, 100)
    floor.finish(floor.placement(name).block)
    floor.engine.consumers.append(seen)
    floor.bust(name, fill)
    assert seen.batches == [
        ["Reported", "AlertRaised", "LotsReversed", "BlockReopened", "AlertRaised"]
    ]
    floor.report(name, K.Canceled)
    floor.finish(floor.placement(name).block)
    assert seen.batches[-1] == ["BlockFinished", "BlockAllocated", "LotsBooked", "Answered"]
