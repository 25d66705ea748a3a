"""Every kind of alert: what it says, in which colour, with a bell and a notice on the desktop."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from blotter import desktop
from blotter.app import Blotter
from tests.blotter.desk import Desk, desk
from tests.blotter.fake import (
    AT,
    alert,
    block,
    execution,
    made,
    order,
    placement,
    price,
    session,
)
from tradeoms.views.breaks import BreakRow
from tradeoms.views.confirmations import ConfirmationRow
from tradeoms.views.halts import HaltRow

#: What comes, in which table, and what is said of it.
ALERTS: list[tuple[str, str, Any, str]] = [
    ("fill", "executions", execution(99, key="X/99"),
     "news fill: P1 BUY 100 MSFT at 415.12, ALPHA"),
    ("reject", "placements", placement(9, OrdStatus="Rejected", LeavesQty=D(0), text="no"),
     "warning P9 at ALPHA: Rejected no"),
    ("limit of compliance hit", "orders", order(91, state="held", blocks="order_value"),
     "warning O91 is held by order_value"),
    ("session down", "sessions", session("ALPHA", False), "warning session ALPHA is down"),
    ("allocation break", "confirmations",
     made(ConfirmationRow, {"key": "A", "state": "mismatched", "broker": "B", "account": "F1"}),
     "warning B confirms F1 otherwise"),
    ("break with a custodian", "breaks",
     made(BreakRow, {"key": "K", "state": "open", "kind": "positions", "source": "DTC",
                     "subject": "F1/KO", "what": "differs"}),
     "warning break of positions with DTC: F1/KO differs"),
    ("second person", "halts",
     made(HaltRow, {"key": "H1", "state": "consented", "what": "desk equity"}),
     "warning H1 desk equity waits for a second person"),
    ("cut-off near", "alerts",
     alert(2, kind="allocation due", subject="B7", text="to be done by 19:00: ALPHA is not told"),
     "warning allocation due B7: to be done by 19:00"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "row", "said"), [a[1:] for a in ALERTS], ids=[a[0] for a in ALERTS]
)
async def test_each_alert_is_said_in_its_colour_with_a_bell_and_a_notice(
    table: str, row: Any, said: str
) -> None:
    async with desk() as d:
        rung, written = heard(d)
        before = len(d.app._place.waiting)
        await d.push(table, row)
        assert said in d.said
        assert d.said.count(said) == 1
        assert rung == [1]
        told = said.partition(" ")[2]
        (notice,) = written
        assert notice.startswith(f"\x1b]9;tradeoms: {told}")
        assert len(d.app._place.waiting) == before + (not said.startswith("news"))


def heard(d: Desk) -> tuple[list[int], list[str]]:
    """What rings, and what is written past the screen."""
    rung, written = list[int](), list[str]()
    d.app._settings = d.app._settings._replace(desktop="osc9")
    d.app.bell = lambda: rung.append(1)
    d.app._write = written.append
    return rung, written


async def test_others_fills_and_old_ones_are_no_news_and_one_fill_rings_for_many() -> None:
    async with desk() as d:
        rung, _ = heard(d)
        await d.push("executions", execution(98, key="X/98", trader="ann"))
        await d.push("executions", execution(1))  # was there in the morning
        assert (d.said, rung) == ("", [])
        await d.push("executions", *(execution(n, key=f"X/{n}") for n in range(50, 60)))
        await d.push("executions", execution(60, key="X/60"))
        assert rung == [1]
        assert d.said.count("fill: ") == 4  # the last three of ten, and one
        d.app._place.tell("error", "route B1: refused")
        await d.push("executions", *(execution(n, key=f"Y/{n}") for n in range(9)))
        assert "route B1: refused" in d.shown("#messages")  # fills do not push it out
        assert d.shown("#messages").count("fill: ") == 1
        await d.push("sessions", session("BRAVO", False))
        assert rung == [1, 1]  # what needs a person rings always


async def test_a_limit_is_hit_when_the_price_reaches_it_and_said_once() -> None:
    async with desk() as d:
        buy = order(81, Price=D(400), OrdType="Limit", Symbol="ZZ", instrument="ZZ.US", Side="Buy")
        sell = block(82, Price=D(430), instrument="ZZ.US", Symbol="ZZ", Side="Sell")
        gone = replace(buy, key="O83", state="cancelled")
        await d.push("orders", buy, gone)
        await d.push("blocks", sell)
        last = replace(price("MSFT"), key="ZZ.US")
        for px, said in (("415", []), ("400", ["O81"]), ("401", []), ("399", []), ("431", ["B82"])):
            before = len(d.app._messages.lines)
            await d.push("prices", replace(last, Px=D(px)))
            told = [line.text for line in d.app._messages.lines[before:]]
            assert [text.split()[2] for text in told] == said, px
        assert "limit hit: O81 BUY 24,800 ZZ at 400, the price is 400" in d.said
        await d.push("orders", replace(buy, Price=D(390)))
        await d.push("prices", replace(last, Px=D(380)))
        assert "O81 BUY 24,800 ZZ at 390" in d.said  # another limit is another one


async def test_what_nobody_moves_gets_stale_and_is_one_key_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with desk() as d:
        now = datetime.now(UTC)
        monkeypatch.setattr(d.app._place, "now", lambda: now)
        fresh = {n: order(n, entered=now, state="in block") for n in range(1, 41)}
        await d.push("orders", *fresh.values())
        await d.push("orders", order(70, entered=now - timedelta(minutes=31)))
        await d.push("placements", *(placement(n, LeavesQty=D(0)) for n in (1, 2)))
        before = len(d.app._place.waiting)
        d.app._tick()
        assert d.said.count("stale: O70") == 1
        assert (
            "warning stale: O70 AAPL is staged and nobody has claimed it for 30 minutes" in d.said
        )
        assert len(d.app._place.waiting) == before + 1
        d.app._tick()
        assert d.said.count("stale: O70") == 1
        for _ in range(before + 1):
            await d.press("n")
            if d.grid.cursor.key == "O70":
                break
        assert d.grid.cursor.key == "O70"
        await d.press("N")
        d.app._tick()
        assert len(d.app._place.waiting) == before
        await d.push("placements", placement(1))  # it moved just now
        d.app._tick()
        assert "P1" not in d.said
        now += timedelta(minutes=31)
        d.app._tick()
        assert "stale: P1 MSFT is at its broker and nothing came of it for 30 minutes" in d.said
        await d.push("orders", order(70, entered=AT, claimed_by="tom"))
        assert "O70" not in str(d.app._place.waiting._late)


async def test_who_wants_none_gets_none(tmp_path: Path) -> None:
    (tmp_path / "blotter.toml").write_text("fills = false\nlimits = false\nstale_minutes = 0\n")
    async with desk() as d:
        app = Blotter(d.link, "tom", tmp_path)
        now = datetime.now(UTC)
        watch = app._watch
        assert watch.take("executions", {"X": execution(99, key="X")}, False, now) == []
        watch.take("prices", {"MSFT.US": price("MSFT")}, False, now)
        low = replace(price("MSFT"), Px=D(1))
        assert watch.take("prices", {"MSFT.US": low}, False, now) == []
        assert app._settings.stale_minutes == 0


async def test_a_notice_says_nothing_to_the_terminal() -> None:
    written = list[str]()
    for way in desktop.ESCAPES:
        await desktop.notify(written.append, way, "evil\x07\x1b]52;c;;x\x9c" + "x" * 400)
    assert written[0] == "\x1b]9;tradeoms: evil··]52;c;;x·" + "x" * (200 - 15) + "\x07"
    assert written[1].count(";") == 3
    assert all(text.count("\x07") == text.count("\x1b") == 1 for text in written)


async def test_a_program_may_show_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "notify-send"
    program.write_text(f'#!/bin/sh\nprintf "%s|" "$@" > {tmp_path}/said\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert desktop.missing("notify-send") == ""
    await desktop.notify(lambda _: None, "notify-send", "--help")
    assert (tmp_path / "said").read_text() == "--|tradeoms|--help|"
