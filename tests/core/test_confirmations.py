"""Brokers' confirmations: compared with ours, affirmed or rejected, taken back, asked for again."""

from typing import Any

import pytest

from tests.builders import DAY, D, Desk
from tests.core.after import (
    OPS,
    accepted,
    allocated,
    answer,
    answers,
    automatic,
    confirm,
    instructions,
    leave,
    office,
    replayed,
    right,
    say,
    told,
)
from tradeoms.core import confirmations
from tradeoms.model import commands as c
from tradeoms.model.fields import AffirmStatus, ConfirmationState, Handling, OrdStatus
from tradeoms.model.posttrade import ConfirmationSaid, Instruction
from tradeoms.model.settlement import SettlementInstruction, SettlementParty

C = ConfirmationState


def _standing(floor: Desk, known: Instruction, account: str) -> str:
    """The ConfirmID that stands for an account."""
    return floor.state.confirmed.get(f"{known.AllocID}/{account}", "").removeprefix("S1/")


def _accepted(floor: Desk) -> Instruction:
    block, _, _ = allocated(floor)
    return accepted(floor, block)


def test_what_matches_is_affirmed_by_itself() -> None:
    floor = office(confirmations=Handling.Automatic)
    known = _accepted(floor)
    found = confirm(floor, known, "A1", ConfirmID="C1")
    assert (found.state, found.differences, found.account) == (C.Affirmed, (), "A1")
    assert answers(floor) == [("C1", "3", "")]
    assert list(floor.state.outbox) == ["AU/S1/C1"]
    assert floor.alerts() == []
    replayed(floor)


def test_what_matches_waits_for_a_person_where_that_is_agreed() -> None:
    floor = office()
    known = _accepted(floor)
    first = confirm(floor, known, "A1", ConfirmID="C1")
    second = confirm(floor, known, "A2", ConfirmID="C2")
    assert (first.state, second.state) == (C.Matched, C.Matched)
    floor.done(c.AffirmConfirmations((first.key, second.key)), OPS)
    assert [state.state for state in floor.state.confirmations.values()] == [C.Affirmed, C.Affirmed]
    assert [(i, s) for i, s, _ in answers(floor)] == [
        ("C1", "1"),
        ("C2", "1"),
        ("C1", "3"),
        ("C2", "3"),
    ]
    assert floor.state.confirmations[first.key].user == OPS
    replayed(floor)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"Side": "2"}, "Side: yours 2, ours 1"),
        ({"AllocQty": D(61)}, "AllocQty: yours 61, ours 60"),
        ({"AllocQty": None}, "AllocQty: yours (none), ours 60"),
        ({"AvgPx": D("50.00011")}, "AvgPx: yours 50.00011, ours 50"),
        ({"GrossTradeAmt": D("3000.02")}, "GrossTradeAmt: yours 3000.02, ours 3000.00"),
        ({"Commission": D("0.77")}, "Commission: yours 0.77, ours 0.75"),
        (
            {"Commission": D("0.02"), "CommType": "1"},
            "Commission: yours 1.20, ours 0.75",
        ),
        (
            {"Commission": D(1), "CommType": "2"},
            "Commission: yours 30, ours 0.75",
        ),
        ({"NetMoney": D("3000.78")}, "NetMoney: yours 3000.78, ours 3000.75"),
        ({"NetMoney": None}, "NetMoney: yours (none), ours 3000.75"),
        ({"Currency": "EUR"}, "Currency: yours EUR, ours USD"),
        ({"TradeDate": "20260303"}, "TradeDate: yours 20260303, ours 20260302"),
        ({"SettlDate": "20260304"}, "SettlDate: yours 20260304, ours 20260303"),
        (
            {"AllocQty": D(61), "NetMoney": D(9)},
            "AllocQty: yours 61, ours 60; NetMoney: yours 9, ours 3000.75",
        ),
    ],
)
def test_what_differs_is_rejected_and_named(fields: dict[str, Any], text: str) -> None:
    floor = office(confirmations=Handling.Automatic)
    known = _accepted(floor)
    found = confirm(floor, known, "A1", ConfirmID="C1", **fields)
    assert found.state is C.Mismatched
    assert answers(floor) == [("C1", "2", text)]
    assert floor.state.affirmations["S1/C1"].ConfirmRejReason == "99"
    (alert,) = floor.state.alerts.values()
    assert (alert.kind, alert.subject) == ("confirmation mismatch", "S1/C1")
    assert alert.text == f"A1 of {known.AllocID} ({known.block} at KING): {text}"
    replayed(floor)


@pytest.mark.parametrize(
    "fields",
    [
        {"NetMoney": D("3000.77"), "GrossTradeAmt": D("2999.99"), "Commission": D("0.74")},
        {"AvgPx": D("50.0001")},
        {"AvgPx": D("49.9999")},
        {"Commission": D("0.0125"), "CommType": "1"},
        {"Commission": D("0.025"), "CommType": "2"},
        {"Commission": None, "GrossTradeAmt": None},
        {"Currency": "", "TradeDate": "", "SettlDate": ""},
        {"AllocID": "", "IndividualAllocID": "I"},
        {"AllocID": "", "IndividualAllocID": "", "ClOrdIDs": ("?", "26030200000001")},
        {"AllocAccount": ""},
    ],
)
def test_what_is_near_enough_matches(fields: dict[str, Any]) -> None:
    floor = office(confirmations=Handling.Automatic)
    known = _accepted(floor)
    if fields.get("IndividualAllocID"):
        fields = fields | {"IndividualAllocID": known.IndividualAllocID(0)}
    assert confirm(floor, known, "A1", **fields).state is C.Affirmed


def test_the_tolerance_is_the_brokers() -> None:
    floor = office(money_tolerance=D("0.50"), price_tolerance=D("0.01"))
    known = _accepted(floor)
    near = confirm(floor, known, "A1", NetMoney=D("3001.75"), AvgPx=D("50.01"))
    far = confirm(floor, known, "A2", NetMoney=D("2001.51"), AvgPx=D("50.011"))
    assert (near.state, far.state) == (C.Matched, C.Mismatched)
    assert [difference.field for difference in far.differences] == ["AvgPx", "NetMoney"]


def test_a_confirmation_of_nothing_of_ours_is_kept() -> None:
    floor = office()
    known = _accepted(floor)
    said = right(known, "A1", "C1")
    say(floor, said, "S2")
    confirmed = ConfirmationSaid("C2", "0", AllocID="A99")
    say(floor, confirmed)
    say(floor, ConfirmationSaid("C3", "0"))
    assert [u.reason for u in floor.state.unmatched.values()] == [
        f"confirms {known.AllocID}, which is not ours on this session",
        "confirms A99, which is not ours on this session",
        "confirms nothing, which is not ours on this session",
    ]
    assert floor.state.confirmations == {}
    assert answers(floor) == []


def test_an_account_that_has_no_part_is_rejected_and_kept() -> None:
    floor = office()
    known = _accepted(floor)
    said = right(known, "A1", "C1", AllocAccount="A4", IndividualAllocID="")
    for _ in range(2):
        say(floor, said)
    assert answers(floor) == [("C1", "2", f"{known.AllocID} has no account A4")]
    assert floor.state.affirmations["S1/C1"].ConfirmRejReason == "1"
    assert len(floor.state.unmatched) == 1
    replayed(floor)


def test_told_twice_is_booked_once() -> None:
    floor = office(confirmations=Handling.Automatic)
    known = _accepted(floor)
    confirm(floor, known, "A1", ConfirmID="C1")
    before = floor.state.seq
    confirm(floor, known, "A1", ConfirmID="C1")
    assert floor.state.seq == before
    confirm(floor, known, "A1", ConfirmID="C1", NetMoney=D(1))
    (kept,) = floor.state.unmatched.values()
    assert kept.reason == "ConfirmID C1 again, saying otherwise"
    assert floor.state.confirmations["S1/C1"].state is C.Affirmed


def test_a_second_confirmation_of_an_account_is_rejected_unless_it_is_a_copy() -> None:
    floor = office(confirmations=Handling.Automatic)
    known = _accepted(floor)
    confirm(floor, known, "A1", ConfirmID="C1")
    assert confirm(floor, known, "A1", ConfirmID="C2").state is C.Mismatched
    assert answers(floor)[-1] == ("C2", "2", "ConfirmID: yours C2, ours C1")
    assert _standing(floor, known, "A1") == "C1", "the one that was affirmed stands"
    copy = confirm(floor, known, "A1", ConfirmID="C3", CopyMsgIndicator="Y")
    assert copy.state is C.Affirmed
    assert _standing(floor, known, "A1") == "C3"


def test_a_new_confirmation_after_a_mismatch_stands() -> None:
    floor = office(confirmations=Handling.Automatic)
    known = _accepted(floor)
    confirm(floor, known, "A1", ConfirmID="C1", NetMoney=D(1))
    assert confirm(floor, known, "A1", ConfirmID="C2").state is C.Affirmed
    assert floor.state.confirmations["S1/C1"].state is C.Replaced


def test_a_replaced_confirmation() -> None:
    floor = office(confirmations=Handling.Automatic)
    known = _accepted(floor)
    confirm(floor, known, "A1", ConfirmID="C1")
    wrong = confirm(floor, known, "A1", ConfirmID="C2", ConfirmTransType="1", ConfirmRefID="C9")
    assert wrong.state is C.Mismatched
    assert _standing(floor, known, "A1") == "C1"
    new = confirm(
        floor, known, "A1", ConfirmID="C3", ConfirmTransType="1", ConfirmRefID="C1", NetMoney=D(5)
    )
    assert new.state is C.Mismatched, "a replace is compared as well"
    assert floor.state.confirmations["S1/C1"].state is C.Replaced
    assert _standing(floor, known, "A1") == "C3"
    replayed(floor)


def test_a_confirmation_taken_back_leaves_the_account_unconfirmed() -> None:
    floor = office(confirmations=Handling.Automatic)
    known = _accepted(floor)
    confirm(floor, known, "A1", ConfirmID="C1")
    say(floor, ConfirmationSaid("C2", "2", ConfirmRefID="C1"))
    assert _standing(floor, known, "A1") == ""
    assert [floor.state.confirmations[f"S1/{i}"].state for i in ("C1", "C2")] == [C.Cancelled] * 2
    assert answers(floor)[-1] == ("C2", "1", "")
    assert floor.alerts() == ["confirmation cancelled"]
    say(floor, ConfirmationSaid("C3", "2", ConfirmRefID="C7"))
    assert next(iter(floor.state.unmatched.values())).reason.startswith("cancels confirmation C7")
    assert confirm(floor, known, "A1", ConfirmID="C4").state is C.Affirmed
    replayed(floor)


@pytest.mark.parametrize(("status", "reason"), [("2", "1"), ("3", "2")])
def test_a_broker_that_lacks_something_is_not_affirmed(status: str, reason: str) -> None:
    floor = office(confirmations=Handling.Automatic)
    known = _accepted(floor)
    assert confirm(floor, known, "A1", ConfirmStatus=status).state is C.Mismatched
    (event,) = floor.state.affirmations.values()
    assert event.ConfirmRejReason == reason


@pytest.mark.parametrize("kind", ["1", "3"])
def test_a_status_or_a_refused_request_is_told(kind: str) -> None:
    floor = office()
    known = _accepted(floor)
    say(floor, right(known, "A1", "C1", ConfirmType=kind, Text="not yet"))
    assert floor.state.confirmations == {}
    (alert,) = floor.state.alerts.values()
    assert alert.kind == "confirmation status"
    assert "not yet" in alert.text


def test_settlement_parties_must_be_ours() -> None:
    floor = office(confirmations=Handling.Automatic)
    parties = (SettlementParty("10", "DTC"), SettlementParty("30", "CUST"))
    row = SettlementInstruction("A1", "main", DAY, parties=parties)
    floor.done(c.DefineSettlementInstructions((row,)), OPS)
    known = _accepted(floor)
    ours = (("30", "CUST"), ("10", "DTC"), ("27", "KING"))
    wrong = confirm(floor, known, "A1", ConfirmID="C1", parties=(("10", "DTC"), ("30", "X")))
    assert wrong.state is C.Mismatched
    assert floor.state.affirmations["S1/C1"].ConfirmRejReason == "2"
    assert "10:DTC, 30:CUST" in answers(floor)[0][2]
    assert confirm(floor, known, "A1", ConfirmID="C2", parties=ours).state is C.Affirmed
    assert confirm(floor, known, "A2", parties=(("10", "X"),)).state is C.Affirmed


# -- races ----------------------------------------------------------------------------------------


def test_a_confirmation_of_what_a_bust_made_void_is_rejected() -> None:
    floor = office(confirmations=Handling.Automatic)
    block, name, ExecID = allocated(floor)
    known = accepted(floor, block)
    confirm(floor, known, "A1", ConfirmID="C1")
    floor.bust(name, ExecID)
    late = confirm(floor, known, "A2", ConfirmID="C2")
    assert late.state is C.Mismatched
    assert answers(floor)[-1][:2] == ("C2", "2")
    first = floor.state.confirmations["S1/C1"]
    assert first.state is C.Affirmed, "what was affirmed is shown as it is"


def mismatches(floor: Desk) -> int:
    return floor.alerts().count("confirmation mismatch")


def test_a_broker_that_renews_what_is_void_is_told_once() -> None:
    floor = office(confirmations=Handling.Automatic)
    block, name, fill = allocated(floor)
    known = accepted(floor, block)
    for n, account in enumerate(("A1", "A2")):
        confirm(floor, known, account, ConfirmID=f"C{n}")
    floor.bust(name, fill, OrdStatus=OrdStatus.Canceled, CumQty=D(0))
    for n in range(2, 6):
        for account in ("A1", "A2"):
            confirm(floor, known, account, ConfirmID=f"{account}{n}")
    answers = [floor.state.affirmations[f"S1/A1{n}"].AffirmStatus for n in range(2, 6)]
    assert answers == [AffirmStatus.Rejected, *[AffirmStatus.Received] * 3]
    assert mismatches(floor) == 1
    replayed(floor)


def test_the_same_mismatch_again_is_told_once_another_is_told_too() -> None:
    floor = office(confirmations=Handling.Automatic)
    block, _, _ = allocated(floor)
    known = accepted(floor, block)
    for n in range(3):
        confirm(floor, known, "A1", ConfirmID=f"C{n}", AvgPx=D("51"))
    assert mismatches(floor) == 1
    confirm(floor, known, "A1", ConfirmID="D", AvgPx=D("52"))
    assert mismatches(floor) == 2
    assert floor.state.affirmations["S1/D"].AffirmStatus is AffirmStatus.Rejected
    confirm(floor, known, "A1", ConfirmID="R")
    assert floor.state.affirmations["S1/R"].AffirmStatus is AffirmStatus.Affirmed


def test_a_void_confirmation_cannot_be_affirmed() -> None:
    floor = office()
    block, name, ExecID = allocated(floor)
    known = accepted(floor, block)
    found = confirm(floor, known, "A1")
    floor.bust(name, ExecID)
    reasons = floor.refused(c.AffirmConfirmations((found.key,), "all right"), OPS)
    assert reasons["confirmations[0]"].startswith("its allocation holds no more")


def test_after_a_replace_the_old_confirmations_are_gone() -> None:
    floor = office(confirmations=Handling.Automatic)
    block, name, ExecID = allocated(floor)
    known = accepted(floor, block)
    confirm(floor, known, "A1", ConfirmID="C1")
    floor.correct(name, ExecID, 100, "49")
    floor.finish(block)
    new = accepted(floor, block)
    assert floor.state.confirmations["S1/C1"].state is C.Replaced
    late = confirm(floor, known, "A2", ConfirmID="C2")
    assert late.state is C.Mismatched, "it confirms what was replaced"
    quiet = len(floor.state.alerts)
    say(floor, ConfirmationSaid("C4", "2", ConfirmRefID="C2"))
    assert len(floor.state.alerts) == quiet, "what is taken back stood no more"
    replaced = confirm(floor, new, "A1", ConfirmID="C3", ConfirmTransType="1", ConfirmRefID="C1")
    assert replaced.state is C.Affirmed
    replayed(floor)


def test_a_confirmation_before_the_acknowledgement_counts() -> None:
    floor = office(confirmations=Handling.Automatic)
    block, _, _ = allocated(floor)
    known = told(floor, block)
    assert confirm(floor, known, "A1").state is C.Affirmed
    answer(floor, known, "0")
    assert _standing(floor, known, "A1")


def test_everything_by_itself() -> None:
    """From the last fill to the affirmation nobody does anything."""
    floor = automatic()
    allocated(floor)
    (known,) = instructions(floor)
    leave(floor)
    answer(floor, known, "3")
    answer(floor, known, "0")
    for account in known.accounts:
        assert confirm(floor, known, account).state is C.Affirmed
    leave(floor)
    assert floor.state.outbox == {}
    assert floor.alerts() == []
    replayed(floor)


def test_a_bug_on_a_confirmation_keeps_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    floor = office()
    known = _accepted(floor)

    def breaks(*_: object) -> None:
        raise ArithmeticError("cannot happen")

    monkeypatch.setattr(confirmations, "confirmed", breaks)
    say(floor, right(known, "A1", "C1"))
    (kept,) = floor.state.unmatched.values()
    assert kept.raw == "8=FIX"
    assert kept.reason == "PostTradeReceived: ArithmeticError: cannot happen"
    assert floor.alerts() == ["internal error", "unknown report"]
    assert floor.state.confirmations == {}
