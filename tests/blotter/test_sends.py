"""What each key sends: every action of the registry that is work, on each of its tables."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal as D
from typing import Any, NamedTuple

import msgspec
import pytest
from textual.widgets import Input

from blotter.actions import ACTIONS, GROUPS
from blotter.screens.form import Form
from tests.blotter.crosses import FOUND, cross
from tests.blotter.desk import Desk, desk
from tests.blotter.fake import (
    FakeLink,
    alert,
    block,
    execution,
    made,
    order,
    refused,
    session,
    unknown,
    world,
)
from tests.blotter.test_finishing import account, told
from tradeoms.bus.client import NoAnswer, Result
from tradeoms.compliance.rules import BY_NAME
from tradeoms.model import commands as c
from tradeoms.model.commands import Problem
from tradeoms.model.fields import DKReason, OrdType, SessionAction, Side
from tradeoms.model.orders import Member, NewOrder
from tradeoms.views.allocations import AllocationRow
from tradeoms.views.breaks import BreakRow
from tradeoms.views.confirmations import ConfirmationRow
from tradeoms.views.halts import HaltRow
from tradeoms.views.instructions import InstructionRow
from tradeoms.views.statement_changes import StatementChangeRow

#: What a person says to a dialog: the words to choose by, or what goes into the fields.
Said = str | Mapping[str, str]
R = {"reason": "why"}
FILL = "X/2025-01-02/E70"


class Case(NamedTuple):
    """An action on a row (or where nothing is under the cursor), what is said, what is sent."""

    action: str
    table: str
    row: str
    said: Sequence[Said]
    sent: Sequence[Any] | Callable[[Any], bool]


def _control(action: SessionAction) -> list[c.Command]:
    return [c.ControlSession("ALPHA", action, "why")]


NEW = NewOrder("KO.US", Side.Buy, (Member("F1", D(2500)),), OrdType.Limit, D("62.07"))
TICKET = {"account": "F1", "instrument": "ko", "side": "b", "quantity": "2500", "price": "62.07"}
TYPED = {"LastQty": "100", "LastPx": "10.5", "LastMkt": "XNAS"}
DK = {"DKReason": "Z"}
SPLIT = c.ChangeSplit("B1", (c.AccountQty("F1", D(3)), c.AccountQty("F2", D("2.5"), "O7")), "why")
SWAP = {"trader": "ann", **R}
TO = {"to": "ann", **R}
PHONED = {"side": "buy", "instrument": "ko", "accounts": "F1:600, F2:400", "limit": "62"}
GIVEN = NewOrder(
    "KO.US",
    Side.Buy,
    (Member("F1", D(600)), Member("F2", D(400))),
    OrdType.Limit,
    D(62),
    reason="why",
)
CALLED = {"broker": "bravo", "quantity": "2k", "limit": "131", "spoke_to": "Bob"}
CASES = [
    Case("block", "orders", "O40", (), [c.BlockOrders(("O40",))]),
    Case("join", "orders", "O40", ("B7", R), [c.JoinBlock("B7", ("O40",), "why")]),
    Case("leave", "orders", "O71", (R,), [c.LeaveBlock("B1", "O71", "why")]),
    Case("stage", "orders", "O40", (TICKET,), [c.SubmitOrder(NEW)]),
    *(
        case
        for table in ("orders", "compliance")
        for case in (
            Case("withdraw", table, "O72", (R,), [c.CancelOrder("O72", "why")]),
            Case("override", table, "O72", ({**R, "for": "4h"},),
                 lambda s: (s.order, s.rule, s.reason) == ("O72", "oversell", "why")),
        )
    ),
    *(
        case
        for table, mine, free in (("orders", "O73", "O40"), ("blocks", "B8", "B2"))
        for case in (
            Case("merges", table, free, ("",), [c.BlockOrders(("O40", "O39"))]),
            Case("cross", table, free, ("", R), [c.ProposeCross(("O39", "O40"), None, "why")]),
            Case("claim", table, free, (), [c.Claim((free,))]),
            Case("release", table, mine, (R,), [c.Release((mine,), "why")]),
            Case("reassign", table, free, (SWAP,), [c.Reassign((free,), "ann", "why")]),
        )
    ),
    Case("hand_over", "orders", "O40", ("tom", TO), [c.HandOver("tom", "ann", "why")]),
    Case("kill", "orders", "O40", ("everything", {**R, "confirm": "CANCEL"}),
         [c.CancelAll("why", everything=True)]),
    Case("halt", "orders", "O40", ("everything", {**R, "confirm": "HALT"}),
         [c.Halt("why", everything=True)]),
    Case("resume", "orders", "O40", ("", R), [c.Resume("H1", "why")]),
    Case("route", "blocks", "B2", ("ALPHA 500",), [c.RouteBlock("B2", (c.Route("ALPHA", D(500)),))]),
    Case("route_list", "blocks", "B2", ("bravo",), [c.RouteList("BRAVO", ("B2",))]),
    Case("route_by_phone", "blocks", "B2", (CALLED | R,),
         [c.RouteByPhone("B2", c.Route("BRAVO", D(2000), OrdType.Limit, D(131)), "Bob", "why")]),
    Case("finish", "blocks", "B1", (R,), [c.FinishBlock("B1", "why")]),
    Case("dissolve", "blocks", "B2", (), [c.DissolveBlock("B2")]),
    Case("cancel_all", "blocks", "B1", (), [c.CancelPlacement("P1"), c.CancelPlacement("P2")]),
    Case("recall", "blocks", "B1", (), [c.CancelPlacement("P1"), c.CancelPlacement("P2")]),
    Case("send_allocation", "blocks", "B3", ({},), [c.SendAllocation("B3")]),
    Case("recall", "placements", "P2", (), [c.CancelPlacement("P2")]),
    Case("cancel", "placements", "P1", (), [c.CancelPlacement("P1")]),
    Case("replace", "placements", "P1", ({"OrderQty": "3000"},), [c.ReplacePlacement("P1", D(3000))]),
    Case("ask_status", "placements", "P1", (), [c.RequestStatus("P1")]),
    Case("enter_fill", "placements", "P1", (TYPED | R,),
         [c.EnterFill("P1", D(100), D("10.5"), "why", LastMkt="XNAS")]),
    Case("close", "placements", "P1", (R,), [c.ClosePlacement("P1", "why")]),
    Case("book", "executions", FILL, (R,), [c.BookExecution(FILL, "why")]),
    Case("drop", "executions", FILL, (R,), [c.DismissExecution(FILL, "why")]),
    Case("dk_execution", "executions", FILL, (DK | R,),
         [c.DontKnowTrade("why", DKReason.Other, FILL)]),
    Case("bust", "executions", FILL, (R,), [c.BustFill(FILL, "why")]),
    Case("attach", "unmatched", "1", ({"placement": "p7", **R},), [c.AttachReport(1, "why", "P7")]),
    Case("mean", "unmatched", "1", ({"execution": "S1/E1", **R},),
         [c.AttachReport(1, "why", execution="S1/E1")]),
    Case("by_phone", "unmatched", "1", (PHONED | R,), [c.AttachReport(1, "why", order=GIVEN)]),
    Case("dismiss", "unmatched", "1", (R,), [c.DismissReport(1, "why")]),
    Case("dk_report", "unmatched", "1", (DK | R,), [c.DontKnowTrade("why", DKReason.Other, number=1)]),
    Case("start", "sessions", "ALPHA", (R,), _control(SessionAction.Start)),
    Case("stop", "sessions", "ALPHA", (R,), _control(SessionAction.Stop)),
    Case("test", "sessions", "ALPHA", (R,), _control(SessionAction.Test)),
    Case("enable", "sessions", "ALPHA", (R,), _control(SessionAction.Enable)),
    Case("disable", "sessions", "ALPHA", (R,), _control(SessionAction.Disable)),
    Case("set_sequence", "sessions", "ALPHA", ({"next_in": "5", "next_out": "7", **R},),
         [c.SetSequence("ALPHA", 5, 7, "why")]),
    Case("cancel_instruction", "instructions", "A1", (R,), [c.CancelAllocation("A1", "why")]),
    Case("request_confirmations", "instructions", "A1", (), [c.RequestConfirmations("A1")]),
    Case("affirm", "confirmations", "A1/F1", (R,), [c.AffirmConfirmations(("ALPHA/C1",), "why")]),
    Case("reject", "confirmations", "A1/F1", (R,), [c.RejectConfirmation("ALPHA/C1", "why")]),
    Case("own", "alerts", "1", (R,), [c.OwnAlert(1, "why")]),
    Case("snooze", "alerts", "1", ({"until": "30m", **R},), lambda s: (s.number, s.reason) == (1, "why")),
    Case("acknowledge", "alerts", "1", (R,), [c.AcknowledgeAlert(1, "why")]),
    Case("seen", "alerts", "1", (), [c.AcknowledgeAlert(1)]),
    Case("resume_these", "halts", "H1", (R,), [c.Resume("H1", "why")]),
    Case("change_split", "blocks", "B1", ({"quantities": "F1=3 F2/O7=2.5", **R},), [SPLIT]),
    Case("change_split", "allocations", "B7/O7/F1", ({"quantities": "", **R},), [c.ChangeSplit("B7", (), "why")]),
    Case("approve_split", "statement_changes", "B1/split 1/O1/F1", (R,), [c.ApproveSplit("B1", "why", 2)]),
    Case("approve_cross", "crosses", "X1", (R,), [c.ApproveCross("X1", "why")]),
    Case("reject_cross", "crosses", "X1", (R,), [c.RejectCross("X1", "why")]),
    Case("bust_cross", "crosses", "X2", (R,), [c.BustCross("X2", "why")]),
    Case("approve_bust", "crosses", "X3", (R,), [c.ApproveBust("X3", "why")]),
    Case("own_break", "breaks", "K", (R,), [c.OwnBreak("K", "why")]),
    Case("explain_break", "breaks", "K", (R,), [c.ExplainBreak("K", "why")]),
]  # fmt: skip
#: What proves that one means it goes to nobody.
TYPED_ONLY = {"confirm", "choice"}
#: These change what is on the screen, and are tested elsewhere.
SEND_NOTHING = {"similar", "next_need"}


def house() -> FakeLink:
    """A morning with a row for every action."""
    link = world()
    like, names = order(40), ("instrument", "Side", "OrdType", "Price", "StopPx", "TimeInForce")
    alike = {name: getattr(like, name) for name in names}
    link.first["orders"] += [
        order(71, state="in block", block="B1"),
        order(72, state="held", blocks="oversell"),
        order(73, claimed_by="tom"),
    ]
    link.first["blocks"] += [block(7, state="working", **alike), block(8, claimed_by="tom")]
    link.first["executions"] += [execution(70, key=FILL, effect="disputed")]
    link.first |= {
        "alerts": [alert(1)], "unmatched": [unknown(1)], "sessions": [session("ALPHA", True), session("BRAVO", True)],
        "instructions": [made(InstructionRow, {"key": "A1", "state": "accepted"})],
        "confirmations": [made(ConfirmationRow, {"key": "A1/F1", "confirmation": "ALPHA/C1"})],
        "halts": [made(HaltRow, {"key": "H1", "state": "halted"})],
        "crosses": [cross(1), cross(2, state="approved"), cross(3, state="bust proposed")],
        "allocations": [made(AllocationRow, {"key": "B7/O7/F1", "block": "B7"})],
        "statement_changes": [
            made(StatementChangeRow, {"key": "B1/split 1/O1/F1", "block": "B1", "part": 2, "change": "split changed"})
        ],
        "breaks": [made(BreakRow, {"key": "K", "state": "open"})],
    }  # fmt: skip
    group = {"block": "", "orders": ["O40", "O39"], "instrument": "X", "Side": "Buy"}
    group |= {"OrdType": "Market", "Price": "", "TimeInForce": "Day", "OrderQty": "300"}
    halted = {"halt": "H1", "what": "the house", "by": "carl", "reason": "odd", "consents": []}
    link.known = {"merges": Result("1", 41, (group,)), "halts": Result("1", 41, (halted,))}
    link.known["crosses"] = Result("1", 41, (FOUND,))
    link.known["allocation"] = Result("1", 41, (told("B1", account(1)),))
    return link


async def _until(d: Desk, ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not ready():
            await d.pilot.pause(0.005)


async def _answer(d: Desk, said: Said, last: bool) -> None:
    """Say it to the dialog that is open, and go on when that is gone; the last is refused first."""
    await _until(d, lambda: len(d.app.screen_stack) > 1 and d.app.screen.is_mounted)
    screen = d.app.screen
    assert isinstance(screen, Form)
    await _until(d, lambda: screen.focused is not None)
    words = {next(iter(screen.takes)): said} if isinstance(said, str) else said
    for name, text in words.items():
        screen.query_one(f"#{name}", Input).value = text
    await d.settle()
    if last:
        await _refused(d, screen)
        await _unanswered(d, screen)
    await d.press("ctrl+s")
    await _until(d, lambda: d.app.screen is not screen)


async def _refused(d: Desk, form: Form[Any]) -> None:
    """Each reason is seen at its field, in a small terminal, and what was typed is still there."""
    before, fields = form.text, {name: (*known, name)[0] for name, known in form.takes.items()}
    problems = [Problem(field, "it", f"no {field}") for field in (*fields.values(), "elsewhere")]
    d.link.answers = [refused(*problems)]
    await d.press("ctrl+s")
    await _until(d, lambda: bool(d.wrong()))
    assert {name: d.wrong(name) for name in fields} == {n: f"it: no {f}" for n, f in fields.items()}
    assert d.wrong() == "elsewhere it: no elsewhere"
    assert form.text == before
    assert d.app.focused is not None
    assert d.app.focused.id == next(iter(fields), d.app.focused.id)
    for part in ("#wrong-", "#go-on", *(f"#wrong-{name}" for name in list(fields)[:4])):
        for widget in form.query(part):
            place = form.find_widget(widget)
            assert place.visible_region.size == place.region.size, (part, place)
    _names_are_known(form, d.link.sent[-1])


async def _unanswered(d: Desk, form: Form[Any]) -> None:
    """A lost connection, and an answer that does not come, leave all as it was typed."""
    before = form.text
    d.link.silence = 42.0
    await _until(d, lambda: bool(d.app._place.blind))
    await d.press("ctrl+s")
    await _until(d, lambda: "STALE (42 s old)" in d.wrong())
    d.link.silence = 0.0
    await _until(d, lambda: not d.app._place.blind)
    d.link.answers = [NoAnswer("no answer within 30 s", ["a1"])]
    await d.press("ctrl+s")
    await _until(d, lambda: "may still be carried out" in d.wrong())
    assert form.text == before
    d.link.sent.clear()


def _names(value: Any) -> set[str]:
    """The fields of a command, and of what is in it."""
    if isinstance(value, tuple):
        return {name for inner in value for name in _names(inner)}
    own = msgspec.structs.asdict(value) if isinstance(value, msgspec.Struct) else {}
    return {*own, *_names(tuple(own.values()))}


def _names_are_known(form: Form[Any], command: c.Command) -> None:
    """A field of a form is called as the server calls it, or as the rules that speak of it."""
    names = _names(command) | set(BY_NAME) | TYPED_ONLY
    fields = {field for name, known in form.takes.items() for field in known or (name,)}
    assert fields <= names, (command, fields - names)


@pytest.mark.parametrize("table", sorted({case.table for case in CASES}))
async def test_each_key_sends_what_it_says(table: str) -> None:
    async with desk(house(), (80, 24), first="43 orders") as d:
        d.app.action_perform(f"show_{table}")
        await d.settle()
        for case in (case for case in CASES if case.table == table):
            assert d.grid.go_to(case.row), case
            d.link.sent.clear()
            key = ACTIONS[case.action].key
            await (d.press(key) if key else _perform(d, case.action))
            for n, said in enumerate(case.said, 1):
                await _answer(d, said, last=n == len(case.said))
            count = len(case.sent) if isinstance(case.sent, list) else 1
            await _until(d, lambda count=count: len(d.link.sent) >= count)
            if isinstance(case.sent, list):
                assert d.link.sent == case.sent, case
            else:
                assert case.sent(d.link.sent[0]), case
            await _until(d, lambda: len(d.app.screen_stack) == 1)
            await d.press("escape")


async def _perform(d: Desk, action: str) -> None:
    d.app.action_perform(action)
    await d.settle()


def test_no_action_is_left_out() -> None:
    work = [action for action in GROUPS["Work"] if action.name not in SEND_NOTHING]
    wanted = {(action.name, table) for action in work for table in action.tables}
    assert wanted <= {(case.action, case.table) for case in CASES}
    assert {action.name for action in work} == {case.action for case in CASES}
