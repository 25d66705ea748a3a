"""What people do with confirmations: affirm, reject, ask again."""

from tests.builders import D, Desk
from tests.core.after import (
    OPS,
    accepted,
    allocated,
    answer,
    answers,
    confirm,
    office,
    replayed,
    say,
)
from tradeoms.model import commands as c
from tradeoms.model.fields import (
    ConfirmationState,
    Handling,
)
from tradeoms.model.posttrade import ConfirmationSaid, Instruction

C = ConfirmationState


def standing(floor: Desk) -> Instruction:
    """An instruction that the broker has accepted."""
    block, _, _ = allocated(floor)
    return accepted(floor, block)


def test_a_mismatch_is_affirmed_with_a_reason_only() -> None:
    floor = office()
    known = standing(floor)
    found = confirm(floor, known, "A1", ConfirmID="C1", NetMoney=D("3000.80"))
    reasons = floor.refused(c.AffirmConfirmations((found.key,)), OPS)
    assert reasons["confirmations[0]"] == (
        "is mismatched: NetMoney: yours 3000.80, ours 3000.75; affirm it with a reason"
    )
    floor.done(c.AffirmConfirmations((found.key,), "five cents, agreed with Joe"), OPS)
    after = floor.state.confirmations[found.key]
    assert (after.state, after.reason) == (C.Affirmed, "five cents, agreed with Joe")
    assert answers(floor)[-1][:2] == ("C1", "3")
    again = floor.refused(c.AffirmConfirmations((found.key,), "r"), OPS)
    assert again == {"confirmations[0]": "is affirmed already"}


def test_affirming_is_all_or_none_and_checked() -> None:
    floor = office()
    known = standing(floor)
    first = confirm(floor, known, "A1", ConfirmID="C1")
    reasons = floor.refused(c.AffirmConfirmations((first.key, "S1/C9"), "x" * 201), OPS)
    assert reasons == {
        "reason": "may be 200 characters of ASCII at most",
        "confirmations[1]": "unknown confirmation",
    }
    assert floor.refused(c.AffirmConfirmations(()), OPS) == {
        "confirmations": "must name at least one"
    }
    say(floor, ConfirmationSaid("C2", "2", ConfirmRefID="C1"))
    gone = floor.refused(c.AffirmConfirmations((first.key,)), OPS)["confirmations[0]"]
    assert gone == "is cancelled, and is not what stands for A1"


def test_a_person_rejects_what_matches() -> None:
    floor = office()
    known = standing(floor)
    found = confirm(floor, known, "A1", ConfirmID="C1")
    assert floor.refused(c.RejectConfirmation(found.key, " "), OPS) == {"reason": "is needed"}
    floor.done(c.RejectConfirmation(found.key, "wrong custodian"), OPS)
    after = floor.state.confirmations[found.key]
    assert (after.state, after.user, after.reason) == (C.Rejected, OPS, "wrong custodian")
    assert answers(floor)[-1] == ("C1", "2", "wrong custodian")
    assert floor.refused(c.RejectConfirmation(found.key, "r"), OPS) == {
        "confirmation": "is rejected, not matched"
    }
    assert floor.refused(c.RejectConfirmation("S1/C7", "r"), OPS) == {
        "confirmation": "unknown confirmation"
    }
    replayed(floor)


def test_a_broker_is_asked_again() -> None:
    floor = office(confirmations=Handling.Automatic)
    known = standing(floor)
    floor.done(c.RequestConfirmations(known.AllocID, "A2"), OPS)
    (asked,) = floor.state.confirmation_requests.values()
    assert (asked.AllocID, asked.account, asked.session, asked.user) == (
        known.AllocID,
        "A2",
        "S1",
        OPS,
    )
    assert list(floor.state.outbox) == [f"BH/{asked.ConfirmReqID}"]
    found = confirm(floor, known, "A2", ConfirmID="C1", ConfirmReqID=asked.ConfirmReqID)
    assert found.state is C.Affirmed
    # It sends the same again, because we asked: our answer may have been lost.
    floor.done(c.RequestConfirmations(known.AllocID), OPS)
    confirm(floor, known, "A2", ConfirmID="C1", ConfirmReqID=asked.ConfirmReqID)
    assert answers(floor) == [("C1", "3", "")] * 2
    other = confirm(floor, known, "A2", ConfirmID="C2", ConfirmReqID=asked.ConfirmReqID)
    assert other.state is C.Affirmed
    replayed(floor)


def test_asking_again_is_checked() -> None:
    floor = office()
    known = standing(floor)
    ask = c.RequestConfirmations
    assert floor.refused(ask("A9"), OPS) == {"AllocID": "unknown allocation instruction"}
    assert floor.refused(ask(known.AllocID, "A4"), OPS) == {
        "account": f"has no part in {known.AllocID}"
    }
    answer(floor, known, "1")
    assert floor.refused(ask(known.AllocID), OPS)["AllocID"] == "is not what stands at the broker"
    outside = office(confirmations=Handling.Outside)
    reason = outside.refused(ask(standing(outside).AllocID), OPS)["AllocID"]
    assert reason == "KING confirms outside FIX"
