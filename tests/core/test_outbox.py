"""Messages after the trade until they have left: none is lost, none is sent by surprise."""

from tests.builders import Desk
from tests.core.after import (
    allocated,
    answer,
    automatic,
    instructions,
    leave,
    replayed,
    say,
    told,
)
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import AllocTransType, InstructionState
from tradeoms.model.posttrade import MessageRefused

S, T = InstructionState, AllocTransType


def test_what_could_not_leave_goes_out_at_the_next_logon() -> None:
    floor = automatic()
    allocated(floor)
    (known,) = instructions(floor)
    key = f"J/{known.AllocID}"
    floor.system(c.ReturnPostTrade(key, "the session is down"))
    assert floor.state.instructions[known.AllocID].text == "the session is down"
    assert floor.alerts() == ["unsent"]
    floor.system(c.ChangeSession("S2", True), "S2")
    assert not _resent(floor), "another broker's session"
    floor.system(c.ChangeSession("S1", True))
    assert _resent(floor) == [(key, False)], "the broker cannot have it: no possible repetition"
    assert floor.state.instructions[known.AllocID].state is S.Queued
    leave(floor)
    assert floor.state.instructions[known.AllocID].state is S.Sent
    floor.system(c.ChangeSession("S1", True))
    assert len(_resent(floor)) == 1
    replayed(floor)


def test_of_what_waits_for_one_logon_a_person_is_told_once() -> None:
    floor = automatic()
    for _ in range(3):
        allocated(floor)
    for known in instructions(floor):
        floor.system(c.ReturnPostTrade(f"J/{known.AllocID}", "the session is down"))
    assert floor.alerts() == ["unsent"]
    floor.system(c.ChangeSession("S1", True))
    assert len(_resent(floor)) == 3
    floor.system(c.ReturnPostTrade(f"J/{instructions(floor)[0].AllocID}", "down again"))
    assert floor.alerts() == ["unsent", "unsent"]


def test_what_may_have_left_is_sent_again_as_a_possible_repetition() -> None:
    """The process died between the line and the disk: nobody knows whether it left."""
    floor = automatic()
    allocated(floor)
    key = f"J/{instructions(floor)[0].AllocID}"
    floor.system(c.ChangeSession("S1", True))
    floor.system(c.ReturnPostTrade(key, "the session is down"))
    floor.system(c.ChangeSession("S1", True))
    assert _resent(floor) == [(key, True), (key, True)]


def test_an_answer_takes_it_out_of_the_outbox() -> None:
    floor = automatic()
    allocated(floor)
    (known,) = instructions(floor)
    answer(floor, known, "0")
    floor.system(c.ReturnPostTrade(f"J/{known.AllocID}", "too late"))
    floor.system(c.ResendPostTrade(f"J/{known.AllocID}"))
    assert floor.state.instructions[known.AllocID].state is S.Accepted
    assert not _resent(floor)


def test_what_the_broker_cannot_be_told_waits_for_a_person() -> None:
    floor = automatic()
    block, _, _ = allocated(floor)
    (known,) = instructions(floor)
    floor.system(c.ReturnPostTrade(f"J/{known.AllocID}", "FIX.4.1 has no J", hopeless=True))
    floor.system(c.ChangeSession("S1", True))
    assert not _resent(floor)
    assert floor.alerts() == ["unsent"]
    assert told(floor, block).AllocTransType is T.New


def test_what_may_be_at_the_broker_and_cannot_be_repeated_counts_as_sent() -> None:
    """A second new instruction would book the block twice: a person asks the broker."""
    floor = automatic()
    block, _, _ = allocated(floor)
    (known,) = instructions(floor)
    floor.system(c.ChangeSession("S1", True))
    floor.system(c.ReturnPostTrade(f"J/{known.AllocID}", "takes no PossResend", hopeless=True))
    assert floor.state.instructions[known.AllocID].state is S.Sent
    assert floor.alerts() == ["unsent"]
    assert "is sent, and says the same" in floor.refused(c.SendAllocation(block))["brokers"]
    replayed(floor)


def test_a_rejected_repetition_does_not_undo_what_was_accepted() -> None:
    """The broker had it already: told anew, it would book the block twice."""
    floor = automatic()
    allocated(floor)
    floor.system(c.ChangeSession("S1", True))
    (known,) = instructions(floor)
    assert known.repeated
    answer(floor, known, "0")
    assert answer(floor, known, "1", Text="AllocID was used before").state is S.Accepted
    say(floor, MessageRefused("J", known.MsgSeqNum, f"J/{known.AllocID}", "twice"))
    assert floor.state.instructions[known.AllocID].state is S.Accepted
    assert floor.alerts() == ["repetition rejected"] * 2
    assert floor.state.instructions[known.AllocID].answered


def test_a_cancel_that_can_never_be_sent_blocks_nothing() -> None:
    floor = automatic()
    allocated(floor)
    (known,) = instructions(floor)
    answer(floor, known, "0")
    floor.done(c.CancelAllocation(known.AllocID, "wrong"))
    key = f"J/{instructions(floor)[-1].AllocID}"
    floor.system(c.ReturnPostTrade(key, "the session is down"))
    assert "waits" in floor.refused(c.CancelAllocation(known.AllocID, "again"))["AllocID"]
    floor.system(c.ReturnPostTrade(key, "no such message", hopeless=True))
    floor.done(c.CancelAllocation(known.AllocID, "again"))


def _resent(floor: Desk) -> list[tuple[str, bool]]:
    found = (record.event for record in floor.journal.records)
    return [
        (event.key, event.poss_resend) for event in found if isinstance(event, e.PostTradeResent)
    ]
