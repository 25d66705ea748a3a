"""What a broker's engine may do to ours: kill it, stop it, or read in its store."""

from pathlib import Path

import pytest
import quickfix as fix

import fixconfig
from tests.fix.counterparty import SOH, Counterparty, listening, wait
from tests.fix.office import trading
from tradeoms.demo.files import free_ports
from tradeoms.fix import trouble
from tradeoms.fix.credentials import Credentials, Secret
from tradeoms.fix.decode import fields_of
from tradeoms.fix.trouble import Deaths, Gap
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import SessionAction


@pytest.fixture
def port() -> int:
    (port,) = free_ports(1)
    return port


def believing(folder: Path) -> dict[str, str]:
    """A dictionary with which quickfix believes a length, and dies of it."""
    text = (fixconfig.path("FIX.4.4") / "dictionary.xml").read_text()
    told = text.replace('name="RawData" type="STRING"', 'name="RawData" type="DATA"')
    assert told != text
    (folder / "believing.xml").write_text(told)
    return {"DataDictionary": str(folder / "believing.xml")}


def test_an_engine_that_dies_costs_its_own_line_only(tmp_path: Path, port: int) -> None:
    """Nobody ends, a person hears of it with the message, and can have its number passed over."""
    broker = Counterparty()
    with (
        listening(broker, port, tmp_path / "b"),
        trading(tmp_path, port, overrides=believing(tmp_path)) as office,
    ):
        office.until(e.SessionChanged, up=True)
        broker.say(_35="8", _37="X", _95="-1", _96="a")
        broker.report("after it")
        found = office.until(e.ReportUnmatched).event
        assert "\x0195=-1\x0196=a\x01" in found.raw
        assert found.reason == "the engine died: basic_string::_M_create"
        told = office.until(e.AlertRaised, kind="engine died").event
        assert told.text == f"{found.reason}; the broker's next message was 2"
        assert not office.session.up
        # The broker sends it again after each logon: it is told once.
        office.until(e.SessionChanged, up=True)
        office.until(e.SessionChanged, up=False)
        assert len(office.desk.state.unmatched) == 1
        office.desk.done(c.ControlSession("S1", SessionAction.Stop), "ops")
        wait(lambda: not broker.up.is_set())
        after = broker.engine.getExpectedTargetNum()
        office.desk.done(c.SetSequence("S1", 3, after, "2 cannot be read"), "ops")
        office.desk.done(c.ControlSession("S1", SessionAction.Start), "ops")
        found = office.until(e.ReportUnmatched).event
        assert (found.MsgSeqNum, "\x0117=after it\x01" in found.raw) == (3, True)
        assert office.session.up


def test_each_death_at_the_same_message_makes_a_longer_pause() -> None:
    deaths = Deaths(5.0)
    assert deaths.died(2, "why")
    pauses = [deaths.pause]
    for _ in range(7):
        assert not deaths.died(2, "why")
        pauses.append(deaths.pause)
    assert pauses == [5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 300.0]
    assert deaths.died(3, "why")
    assert deaths.pause == 5.0


def test_a_message_that_cannot_be_read_is_shown_and_what_waits_behind_it_told(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trouble, "GAP", 0.3)
    broker = Counterparty()
    with listening(broker, port, tmp_path / "b"), trading(tmp_path, port) as office:
        office.until(e.SessionChanged, up=True)
        broken = fix.Message("8=FIX.4.4\x019=0\x0135=8\x0137=X\x0110=000\x01", False)
        broken.setField(58, "a\x01no field")
        broker.send(broken)
        broker.report("behind it")
        found = office.until(e.ReportUnmatched).event
        assert "\x01no field\x01" in found.raw
        assert found.reason == "Invalid message: Field tag is invalid: no field|10"
        told = office.until(e.AlertRaised, kind="messages missing").event
        assert told.text.startswith("messages 2 to 2 of the broker are missing")
        assert office.session.up


def test_bytes_that_are_no_text_can_be_kept_and_shown(tmp_path: Path, port: int) -> None:
    """The binding gives them as lone surrogates, which no journal can store."""
    with listening(Counterparty(), port, tmp_path / "b"), trading(tmp_path, port) as office:
        office.until(e.SessionChanged, up=True)
        tap = office.gateway._lines["S1"]._engine.tap
        tap.onIncoming("8=FIX.4.4\x01f\udcefeld\x01")
        tap.onEvent("Invalid message: f\udcefeld")
        found = office.until(e.ReportUnmatched).event
        assert (found.raw, found.reason) == (
            "8=FIX.4.4\x01f\xefeld\x01",
            "Invalid message: f\xefeld",
        )
        office.gateway._lines["S1"]._alarm.tell("no logon", "f\udcefeld")
        assert office.until(e.AlertRaised, kind="no logon").event.text == "f\xefeld"


def test_what_is_missing_is_told_once_and_only_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr(trouble.time, "monotonic", lambda: now)
    gap = Gap()
    assert gap.look(5, 8) == ""
    now += 30.0
    assert gap.look(5, 8) == ""
    now += 0.1
    assert gap.look(5, 8) == "messages 5 to 7 of the broker are missing"
    assert gap.look(5, 8) == ""
    assert gap.look(6, 8) == ""  # it moves
    now += 29.0
    assert gap.look(9, 8) == ""
    now += 29.0
    assert gap.look(9, 8) == ""


def test_no_password_is_anywhere_on_the_disk(tmp_path: Path, port: int) -> None:
    """And a broker that asks for all messages again gets them, but for the Logon."""
    broker, home = Counterparty(), tmp_path / "us"
    credentials = Credentials("us", Secret("s3cret"), Secret("raw thing"))
    with (
        listening(broker, port, tmp_path / "b"),
        trading(home, port, credentials=credentials) as office,
    ):
        office.until(e.SessionChanged, up=True)
        answer = SOH.join(["8=FIX.4.4", "9=0", "35=AU", "664=1", "940=1", "10=000", ""])
        assert office.gateway._lines["S1"].send(answer) == ""
        wait(lambda: broker.all("AU"))
        broker.say(_35="2", _7="1", _16="0")
        broker.report("after it")
        office.until(e.ReportUnmatched)
        assert office.session.up
    (archived,) = (home / "archive" / "S1").iterdir()
    again = [text for text in archived.read_text().splitlines() if "\x0143=Y\x01" in text]
    assert [fields_of(text)["34"] for text in again] == ["1", "2"]
    assert [fields_of(text)["35"] for text in again] == ["4", "AU"]
    assert fields_of(again[0])["36"] == "2"
    files = [path for path in home.rglob("*") if path.is_file()]
    assert len(files) > 4
    for path in files:
        for secret in (b"s3cret", b"raw thing"):
            assert secret not in path.read_bytes(), path
