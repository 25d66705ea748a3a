"""Allocation instructions: what brokers are told, what they answer, what a bust leads to."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.builders import DAY, D, K
from tests.core.after import (
    OPS,
    accepted,
    allocated,
    answer,
    automatic,
    confirm,
    instructions,
    leave,
    office,
    replayed,
    say,
    told,
)
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import AllocTransType, Handling, InstructionState
from tradeoms.model.posttrade import AllocationAck, MessageRefused, Row

S, T = InstructionState, AllocTransType


def test_the_broker_is_told_what_the_accounts_were_allocated() -> None:
    floor = office()
    block, name, _ = allocated(floor, ("A1", 60), ("A2", 40), fills=((30, "50"), (70, "50.10")))
    known = told(floor, block)
    event = floor.state.allocations[block]
    assert (known.accounts, known.quantities) == (("A1", "A2"), (60, 40))
    assert (known.gross, known.commission, known.net) == (event.gross, event.commission, event.net)
    assert known.AvgPx == Decimal("50.07")
    assert (known.ClOrdIDs, known.OrderIDs) == ((floor.placement(name).ClOrdID,), (f"X{name}",))
    assert (known.trade_date, known.settle_date) == (event.trade_date, event.settle_date)
    assert (known.AllocTransType, known.state, known.user) == (T.New, S.Sent, OPS)
    assert known.AllocID.startswith(f"A{DAY:%y%m%d}")
    replayed(floor)


def test_an_account_of_two_orders_has_one_row() -> None:
    floor = office()
    orders = (floor.order(("A1", 60)), floor.order(("A1", 30), ("A2", 10)))
    (block,) = floor.done(c.BlockOrders(orders), "trader")
    name = floor.route(block, 100)
    floor.fill(name, 100)
    floor.finish(block)
    known = told(floor, block)
    assert (known.accounts, known.quantities) == (("A1", "A2"), (90, 10))
    assert sum(known.net) == sum(floor.state.allocations[block].net)


def test_what_says_the_same_is_not_said_twice() -> None:
    floor = office()
    block, _, _ = allocated(floor)
    known = told(floor, block)
    assert "is sent, and says the same" in floor.refused(c.SendAllocation(block), OPS)["brokers"]
    answer(floor, known, "0")
    assert "is accepted" in floor.refused(c.SendAllocation(block), OPS)["brokers"]


def test_only_an_allocated_block_is_told() -> None:
    floor = office()
    block = floor.block(("A1", 10))
    assert "is open" in floor.refused(c.SendAllocation(block), OPS)["block"]
    assert floor.refused(c.SendAllocation("B99"), OPS) == {"block": "unknown block"}


def test_nothing_filled_is_nothing_to_tell() -> None:
    floor = office()
    block = floor.block(("A1", 10))
    name = floor.route(block, 10)
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.Canceled)
    floor.finish(block)
    reason = floor.refused(c.SendAllocation(block), OPS)["block"]
    assert reason == "has nothing that a broker must be told"


def test_a_broker_outside_fix_is_never_told() -> None:
    floor = office(allocations=Handling.Outside)
    block, _, _ = allocated(floor)
    assert floor.refused(c.SendAllocation(block), OPS) == {
        "brokers": "is told of allocations outside FIX"
    }


def test_automatic_brokers_are_told_with_the_allocation() -> None:
    floor = automatic()
    block, _, _ = allocated(floor)
    (known,) = instructions(floor)
    assert (known.block, known.user, known.state) == (block, "trader", S.Queued)
    assert [type(r.event) for r in floor.journal.records[-4:]] == [
        e.BlockAllocated,
        e.LotsBooked,
        e.AllocationInstructed,
        e.Answered,
    ]
    replayed(floor)


@pytest.mark.parametrize(
    ("status", "state", "alert"),
    [
        ("0", S.Accepted, None),
        ("1", S.BlockRejected, "allocation rejected"),
        ("2", S.AccountRejected, "accounts rejected"),
        ("3", S.Received, None),
        ("4", S.Incomplete, "allocation incomplete"),
        ("5", S.BlockRejected, "allocation rejected"),
    ],
)
def test_what_a_broker_answers(status: str, state: InstructionState, alert: str | None) -> None:
    floor = office()
    block, _, _ = allocated(floor)
    known = told(floor, block)
    assert answer(floor, known, status, Text="because").state is state
    assert floor.alerts() == ([alert] if alert else [])
    before = floor.state.seq
    answer(floor, known, status, Text="because")
    assert floor.state.seq == before, "told twice, booked once"
    replayed(floor)


def test_an_account_reject_names_the_accounts_and_why() -> None:
    floor = office()
    block, _, _ = allocated(floor)
    known = told(floor, block)
    rows = (
        Row(IndividualAllocID=f"{known.AllocID}-2", IndividualAllocRejCode="0", AllocText="closed"),
        Row(AllocAccount="A1"),
    )
    known = answer(floor, known, "2", rows=rows)
    assert known.rejected == {"A2": "0 closed"}
    (alert,) = floor.state.alerts.values()
    assert alert.text == f"{block} at KING: A2: 0 closed"
    # Corrected: it replaces what the broker holds.
    again = told(floor, block)
    assert (again.AllocTransType, again.RefAllocID) == (T.Replace, known.AllocID)
    answer(floor, again, "0")
    assert [k.state for k in instructions(floor)] == [S.Replaced, S.Accepted]


def test_a_broker_that_refuses_to_replace_what_it_rejected_is_told_anew() -> None:
    floor = office()
    block, _, _ = allocated(floor)
    first = answer(floor, told(floor, block), "2")
    again = answer(floor, told(floor, block), "1", Text="unknown RefAllocID")
    assert (again.AllocTransType, again.RefAllocID) == (T.Replace, first.AllocID)
    assert told(floor, block).AllocTransType is T.New


def test_a_telephoned_order_is_named_as_such() -> None:
    floor = office()
    block, name, _ = allocated(floor)
    floor.state.placements[name] = replace(floor.placement(name), telephoned=True)
    assert told(floor, block).ClOrdIDs == ("MANUAL",)


def test_after_a_block_reject_the_next_one_is_new() -> None:
    floor = office()
    block, _, _ = allocated(floor)
    answer(floor, told(floor, block), "1", AllocRejCode="3")
    again = told(floor, block)
    assert (again.AllocTransType, again.RefAllocID) == (T.New, "")
    assert again.AllocID != instructions(floor)[0].AllocID


def test_what_was_decided_is_not_received_again() -> None:
    floor = office()
    block, _, _ = allocated(floor)
    known = accepted(floor, block)
    assert answer(floor, known, "3").state is S.Accepted
    assert answer(floor, known, "1").state is S.BlockRejected, "a late reject counts"
    assert floor.alerts() == ["allocation rejected"]


def test_an_answer_to_nothing_of_ours_is_kept() -> None:
    floor = office()
    block, _, _ = allocated(floor)
    known = told(floor, block)
    say(floor, AllocationAck("A1", "0"))
    say(floor, AllocationAck(known.AllocID, "0"), "S2")
    say(floor, AllocationAck(known.AllocID, "9"))
    say(floor, None, error="no sense")
    assert [u.reason for u in floor.state.unmatched.values()] == [
        "AllocID A1 is not ours on this session",
        f"AllocID {known.AllocID} is not ours on this session",
        "AllocStatus 9 is unknown",
        "no sense",
    ]
    assert floor.alerts() == ["unknown report"] * 4
    assert floor.state.instructions[known.AllocID].state is S.Sent


def test_a_broker_engine_that_refuses_the_message() -> None:
    floor = office()
    block, _, _ = allocated(floor)
    known = told(floor, block)
    said = MessageRefused("J", known.MsgSeqNum, Text="no J here")
    say(floor, said, "S2")
    assert floor.state.instructions[known.AllocID].state is S.Sent, "another session's number"
    say(floor, said)
    assert floor.state.instructions[known.AllocID].state is S.BlockRejected
    assert floor.alerts() == ["reject", "allocation rejected"]


def test_a_refusal_before_we_know_the_number_is_found_by_its_key() -> None:
    floor = automatic()
    allocated(floor)
    (known,) = instructions(floor)
    say(floor, MessageRefused("J", 7, f"J/{known.AllocID}", "no"))
    assert floor.state.instructions[known.AllocID].state is S.BlockRejected
    assert floor.state.outbox == {}


# -- busts ----------------------------------------------------------------------------------------


def test_a_bust_makes_what_was_told_void_until_it_is_replaced() -> None:
    floor = office()
    block, name, ExecID = allocated(floor, fills=((70, "50"), (30, "51")))
    known = accepted(floor, block)
    confirm(floor, known, "A1")
    floor.bust(name, ExecID)
    known = floor.state.instructions[known.AllocID]
    assert known.state is S.Accepted
    assert known.void
    assert floor.alerts() == ["busted", "allocation void", "reopened"]
    assert "1 accounts are confirmed" in list(floor.state.alerts.values())[1].text
    floor.report(name, K.Canceled)
    floor.finish(block)
    again = told(floor, block)
    assert (again.AllocTransType, again.RefAllocID) == (T.Replace, known.AllocID)
    assert (again.quantities, again.AvgPx) == ((42, 28), D(50))
    answer(floor, again, "0")
    assert [k.state for k in instructions(floor)] == [S.Replaced, S.Accepted]
    assert floor.state.confirmed == {}, "the broker has to confirm anew"
    replayed(floor)


def test_automatic_brokers_are_told_of_the_new_allocation() -> None:
    floor = automatic()
    block, name, ExecID = allocated(floor)
    leave(floor)
    floor.correct(name, ExecID, 100, "49")
    floor.finish(block)
    first, second = instructions(floor)
    assert first.void
    assert (second.AllocTransType, second.RefAllocID) == (T.Replace, first.AllocID)
    # Both answers come, in the order of the questions.
    answer(floor, first, "0")
    answer(floor, second, "0")
    assert [k.state for k in instructions(floor)] == [S.Replaced, S.Accepted]


def test_a_bust_of_everything_cancels_what_was_told() -> None:
    floor = automatic()
    block, name, ExecID = allocated(floor)
    leave(floor)
    floor.bust(name, ExecID)
    floor.report(name, K.Canceled)
    floor.finish(block)
    first, cancel = instructions(floor)
    assert (cancel.AllocTransType, cancel.RefAllocID) == (T.Cancel, first.AllocID)
    answer(floor, cancel, "0")
    assert floor.state.instructions[first.AllocID].state is S.Cancelled


def test_what_never_left_is_withdrawn_by_a_bust() -> None:
    floor = automatic()
    block, name, ExecID = allocated(floor)
    (known,) = instructions(floor)
    floor.system(c.ReturnPostTrade(f"J/{known.AllocID}", "the session is down"))
    assert floor.state.instructions[known.AllocID].state is S.Unsent
    floor.bust(name, ExecID)
    assert floor.state.instructions[known.AllocID].state is S.Cancelled
    assert floor.state.outbox == {}
    floor.fill(name, 100, "49")
    floor.finish(block)
    again = instructions(floor)[-1]
    assert (again.AllocTransType, again.RefAllocID) == (T.New, "")


def test_a_replace_that_is_refused_leaves_the_old_one_standing_and_void() -> None:
    floor = office()
    block, name, ExecID = allocated(floor)
    first = accepted(floor, block)
    floor.correct(name, ExecID, 100, "49")
    floor.finish(block)
    second = told(floor, block)
    answer(floor, second, "1", Text="too late")
    assert [k.state for k in instructions(floor)] == [S.Accepted, S.BlockRejected]
    assert floor.state.instructions[first.AllocID].void
    assert f"replace of {first.AllocID}: too late" in list(floor.state.alerts.values())[-1].text
    third = told(floor, block)
    assert (third.AllocTransType, third.RefAllocID) == (T.Replace, first.AllocID)


def test_a_chain_of_replaces_ends_with_the_last_answer() -> None:
    """Each names the newest before it; the broker answers the last one only."""
    floor = office()
    block, name, ExecID = allocated(floor)
    told(floor, block)
    for price in ("49", "48"):
        ExecID = floor.correct(name, ExecID, 100, price)
        floor.finish(block)
        told(floor, block)
    first, second, third = instructions(floor)
    assert (second.RefAllocID, third.RefAllocID) == (first.AllocID, second.AllocID)
    answer(floor, third, "0")
    assert [k.state for k in instructions(floor)] == [S.Replaced, S.Replaced, S.Accepted]


# -- cancels --------------------------------------------------------------------------------------


def test_a_cancel_ends_the_instruction_once_the_broker_agrees() -> None:
    floor = office()
    block, _, _ = allocated(floor)
    known = accepted(floor, block)
    floor.done(c.CancelAllocation(known.AllocID, "wrong broker"), OPS)
    cancel = instructions(floor)[-1]
    assert (cancel.AllocTransType, cancel.RefAllocID) == (T.Cancel, known.AllocID)
    assert (cancel.reason, cancel.quantities) == ("wrong broker", known.quantities)
    waits = f"waits for the answer to the cancel of {known.AllocID}"
    assert floor.refused(c.SendAllocation(block), OPS) == {"brokers": waits}
    twice = floor.refused(c.CancelAllocation(known.AllocID, "again"), OPS)
    assert twice == {"AllocID": "waits for the answer to its cancel"}
    answer(floor, cancel, "0")
    assert floor.state.instructions[known.AllocID].state is S.Cancelled
    assert told(floor, block).AllocTransType is T.New


def test_a_cancel_that_is_refused_changes_nothing() -> None:
    floor = office()
    block, _, _ = allocated(floor)
    known = accepted(floor, block)
    floor.done(c.CancelAllocation(known.AllocID, "no"), OPS)
    answer(floor, instructions(floor)[-1], "1", Text="booked already")
    assert floor.state.instructions[known.AllocID].state is S.Accepted
    assert (
        f"cancel of {known.AllocID}: booked already" in list(floor.state.alerts.values())[-1].text
    )


def test_a_cancel_needs_a_reason_and_something_that_stands() -> None:
    floor = office()
    block, _, _ = allocated(floor)
    known = told(floor, block)
    assert "is needed" in floor.refused(c.CancelAllocation(known.AllocID, " "), OPS)["reason"]
    assert floor.refused(c.CancelAllocation("A9", "r"), OPS)["AllocID"].startswith("unknown")
    answer(floor, known, "1")
    reason = floor.refused(c.CancelAllocation(known.AllocID, "r"), OPS)["AllocID"]
    assert reason == "is not what stands at the broker"
