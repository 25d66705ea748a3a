"""The single writer: order of work, one transaction a batch."""

import pytest

from tests.builders import Desk, new_order
from tests.engine.batches import Batches, basket, kinds
from tradeoms import engine
from tradeoms.model import commands as c
from tradeoms.model import events as e


def test_what_is_queued_together_is_one_transaction(floor: Desk) -> None:
    seen = Batches()
    floor.engine.consumers.append(seen)
    for quantity in (1, 2):
        floor.queue(c.SubmitOrder(new_order(("A1", quantity))))
    floor.run()
    assert seen.batches == [["OrderEntered", "Answered"] * 2]


def test_a_full_batch_is_answered_before_the_rest_is_worked_on(
    floor: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the first of many routes would wait for the last one."""
    seen = Batches()
    floor.engine.consumers.append(seen)
    monkeypatch.setattr(engine, "BATCH_SECONDS", 0)
    for quantity in (1, 2):
        floor.queue(c.SubmitOrder(new_order(("A1", quantity))))
    floor.run()
    assert seen.batches == [["OrderEntered", "Answered"]] * 2


def test_a_cancel_waits_for_nothing_but_the_item_that_is_worked_on(floor: Desk) -> None:
    name = floor.working()
    floor.queue(c.SubmitOrder(new_order(("A1", 1))))
    floor.queue(c.SubmitOrder(new_order(("A1", 2))))
    batch = floor.engine._take()
    assert isinstance(next(batch).command, c.SubmitOrder)
    floor.queue(c.CancelPlacement(name), "trader")
    assert [type(item.command) for item in batch] == [c.CancelPlacement, c.SubmitOrder]


def test_an_answer_comes_after_the_disk(floor: Desk) -> None:
    lengths: list[int] = []
    command, cause = c.SubmitOrder(new_order(("A1", 1))), e.Cause(user="pm", command="x")
    floor.engine.submit(command, cause, lambda _: lengths.append(len(floor.journal.records)))
    before = len(floor.journal.records)
    floor.run()
    assert lengths == [before + 2]


def test_cancels_go_first_then_brokers_then_people_then_baskets(floor: Desk) -> None:
    name = floor.working()
    seq = floor.state.seq
    floor.queue(basket("K1", 1))
    floor.queue(c.SubmitOrder(new_order(("A1", 7))))
    session = e.Cause(session="S2", MsgSeqNum=1)
    floor.engine.submit(c.ReportReceived("S2", 1, "8=FIX"), session)
    floor.queue(c.CancelPlacement(name), "trader")
    floor.run()
    decided = [
        k for k in kinds(floor.journal.records[seq:]) if k not in ("Answered", "AlertRaised")
    ]
    assert decided == [
        "CancelRequested",
        "ReportUnmatched",
        "OrderEntered",
        "OrderEntered",
        "BasketReleased",
    ]
