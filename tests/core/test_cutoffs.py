"""The T+1 clock: what is late by the cut-offs of the trade date is told, once."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from msgspec.structs import replace

from tests.builders import Desk, desk
from tests.core.after import OPS, accepted, allocated, confirm, office, replayed, told
from tradeoms.core.context import Context
from tradeoms.core.cutoffs import check
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Handling
from tradeoms.model.reference import Account
from tradeoms.model.settlement import CutOff

NEW_YORK = CutOff("America/New_York", time(19), time(21))


def _at(hour: int, minute: int = 0, day: int = 3) -> c.CheckConfirmations:
    """2 March 2026, 19:00 in New York, is 3 March, 00:00 UTC."""
    return c.CheckConfirmations(datetime(2026, 3, day, hour, minute, tzinfo=UTC))


def _clocked(**fields: Any) -> Desk:
    floor = office(**fields)
    floor.done(c.SetCutOffs((NEW_YORK,)), OPS)
    return floor


def _look(floor: Desk, command: c.CheckConfirmations) -> list[str]:
    before = len(floor.state.alerts)
    floor.system(command, "")
    return [alert.text for alert in list(floor.state.alerts.values())[before:]]


def test_what_is_late_is_told_once() -> None:
    floor = _clocked()
    block, _, _ = allocated(floor)
    assert _look(floor, _at(23, 29, day=2)) == []
    assert _look(floor, _at(23, 30, day=2)) == [
        "of 2026-03-02, to be done by 19:00 America/New_York: KING is not told"
    ]
    assert _look(floor, _at(23, 59, day=2)) == []
    assert _look(floor, _at(0)) == [
        "of 2026-03-02, not done by 19:00 America/New_York: KING is not told"
    ]
    assert _look(floor, _at(1)) == []
    known = accepted(floor, block)
    confirm(floor, known, "A1")
    assert _look(floor, _at(1, 29)) == []
    assert len(_look(floor, _at(1, 59))) == 1
    assert _look(floor, _at(2)) == [
        "of 2026-03-02, not done by 21:00 America/New_York: "
        "KING: 2 of 2 accounts not affirmed: A1, A2"
    ]
    assert _look(floor, _at(3)) == []
    kinds = ["allocation due", "allocation late", "affirmation due", "affirmation late"]
    assert floor.alerts() == kinds
    replayed(floor)


def test_what_is_done_in_time_is_not_told() -> None:
    floor = _clocked(confirmations=Handling.Automatic)
    block, _, _ = allocated(floor)
    known = accepted(floor, block)
    for account in known.accounts:
        confirm(floor, known, account)
    assert _look(floor, _at(2)) == []


def test_what_is_not_done_over_fix_is_not_late() -> None:
    floor = _clocked(allocations=Handling.Outside, confirmations=Handling.Outside)
    allocated(floor)
    assert _look(floor, _at(2)) == []


def test_who_wants_no_notice_gets_none() -> None:
    floor = _clocked()
    allocated(floor)
    floor.done(c.SetCutOffs((replace(NEW_YORK, notice_minutes=0),)), OPS)
    assert _look(floor, _at(23, 59, day=2)) == []
    bad = c.SetCutOffs((replace(NEW_YORK, notice_minutes=-1),))
    assert list(floor.refused(bad, OPS)) == ["cut_offs[0].notice_minutes"]


def test_without_cut_offs_nothing_is_late() -> None:
    floor = office()
    allocated(floor)
    assert _look(floor, _at(2)) == []


def test_the_reason_is_named() -> None:
    floor = _clocked(confirmations=Handling.Outside)
    block, _, _ = allocated(floor)
    known = told(floor, block)
    assert _look(floor, _at(0))[0].endswith(f"KING: {known.AllocID} is sent")
    other, _, _ = allocated(floor)
    first = accepted(floor, other)
    floor.bust(floor.state.blocks[other].placements[0], "E2")
    late = _look(floor, _at(0))
    assert late == [
        "of 2026-03-02, not done by 19:00 America/New_York: "
        f"KING holds {first.AllocID}, which is void"
    ]


def test_many_accounts_are_counted() -> None:
    floor = _clocked()
    names = tuple(f"M{n}" for n in range(7))
    floor.done(c.DefineAccounts(tuple(Account(n, n, n) for n in names)), OPS)
    block, _, _ = allocated(floor, *((n, 10) for n in names), fills=((70, "50"),))
    accepted(floor, block)
    assert "7 of 7 accounts not affirmed: M0, M1, M2, M3, M4, ..." in _look(floor, _at(2))[0]


def test_a_market_has_its_own_cut_off() -> None:
    floor = office()
    rows = (NEW_YORK, CutOff("Europe/London", time(17), time(18), market="XNYS"))
    floor.done(c.SetCutOffs(rows), OPS)
    allocated(floor)
    assert _look(floor, _at(16, 29, day=2)) == []
    assert len(_look(floor, _at(17, day=2))) == 1
    floor.done(c.SetCutOffs((NEW_YORK,)), OPS)
    assert list(floor.state.cut_offs) == [""]


def test_after_a_week_nothing_is_looked_at() -> None:
    floor = _clocked()
    allocated(floor)
    now = datetime.now(UTC)
    for days, late in ((6, 2), (8, 0)):
        context = Context(now + timedelta(days), "", {})
        events = check(floor.state, _at(2), context)
        assert len([event for event in events if isinstance(event, e.AlertRaised)]) == late


def test_cut_offs_are_checked() -> None:
    floor = desk()
    rows = (
        CutOff("Mars/Olympus", time(19), time(18)),
        CutOff("../etc/passwd", time(19), time(21)),
    )
    assert floor.refused(c.SetCutOffs(rows), OPS) == {
        "cut_offs[0].zone": "unknown time zone",
        "cut_offs[0].affirmed": "is before the cut-off of allocations",
        "cut_offs[1].market": "is named twice",
        "cut_offs[1].zone": "unknown time zone",
    }
