"""Sessions that hold: they come back, keep hours, count anew when agreed, and lose nothing then."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.builders import desk
from tests.fix.counterparty import Counterparty, listening, wait
from tests.fix.office import Office, trading
from tradeoms.demo.files import free_ports
from tradeoms.fix import archive, line, trouble
from tradeoms.fix.credentials import Credentials, Secret
from tradeoms.fix.line import EngineFailed
from tradeoms.fix.schedule import Reset, Schedule
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import SessionAction

#: Far from any real time of the session's logons: only the test's clock may matter.
DAY = Schedule("UTC", days=tuple(range(7)), start=time(8), end=time(17))


@pytest.fixture
def port() -> int:
    (port,) = free_ports(1)
    return port


def test_after_a_logout_of_the_broker_we_come_back(tmp_path: Path, port: int) -> None:
    """QuickFIX 1.16 by itself never does: its Logons go nowhere."""
    broker = Counterparty()
    with listening(broker, port, tmp_path / "b"), trading(tmp_path, port) as office:
        office.until(e.SessionChanged, up=True)
        before = office.desk.alerts().count("session down")
        broker.engine.logout("end of day")
        down = office.until(e.SessionChanged, up=False)
        assert down.event.reason == "logged off: end of day"
        assert not office.session.up
        broker.engine.logon()
        office.until(e.SessionChanged, up=True)
        assert office.desk.alerts().count("session down") == before + 1


def test_a_session_keeps_its_hours(tmp_path: Path, port: int) -> None:
    broker = Counterparty()
    today = datetime.now(UTC).replace(hour=7, minute=59, second=59, microsecond=0)
    with (
        listening(broker, port, tmp_path / "b"),
        trading(tmp_path, port, schedule=DAY, now=today) as office,
    ):
        office.tick()
        assert office.gateway._lines["S1"]._engine is None
        office.now = today + timedelta(seconds=1)
        office.until(e.SessionChanged, up=True)
        office.now = today.replace(hour=17, minute=0, second=0)
        office.until(e.SessionChanged, up=False)
        assert len(broker.all("5")) == 1  # it took its leave
        office.tick()
        office.tick()
        assert office.gateway._lines["S1"]._engine is None


def command(office: Office, action: SessionAction, reason: str = "") -> None:
    office.desk.done(c.ControlSession("S1", action, reason), "ops")


def test_a_person_may_stop_and_start_against_the_schedule(tmp_path: Path, port: int) -> None:
    broker = Counterparty()
    with listening(broker, port, tmp_path / "b"), trading(tmp_path, port) as office:
        office.until(e.SessionChanged, up=True)
        command(office, SessionAction.Test)
        wait(lambda: broker.all("1"))
        command(office, SessionAction.Stop, "broker asks for silence")
        office.until(e.SessionChanged, up=False)
        office.tick()
        assert office.gateway._lines["S1"]._engine is None
        command(office, SessionAction.Start)
        office.until(e.SessionChanged, up=True)
        command(office, SessionAction.Disable)
        office.until(e.SessionChanged, up=False)
        for action in (SessionAction.Start, SessionAction.Test, SessionAction.Disable):
            assert office.desk.refused(c.ControlSession("S1", action), "ops")
        command(office, SessionAction.Enable)
        office.until(e.SessionChanged, up=True)


def test_numbers_are_set_by_hand_and_used(tmp_path: Path, port: int) -> None:
    broker = Counterparty()
    with listening(broker, port, tmp_path / "b"), trading(tmp_path, port) as office:
        office.until(e.SessionChanged, up=True)
        wanted = c.SetSequence("S1", 40, 30, "as agreed by telephone")
        assert office.desk.refused(wanted, "ops")
        command(office, SessionAction.Stop)
        office.until(e.SessionChanged, up=False)
        office.desk.done(wanted, "ops")
        assert (office.session.in_seq, office.session.out_seq) == (39, 29)
        wait(lambda: not broker.up.is_set())
        broker.engine.setNextSenderMsgSeqNum(40)
        broker.engine.setNextTargetMsgSeqNum(30)
        command(office, SessionAction.Start)
        office.until(e.SessionChanged, up=True)
        assert "\x0134=30\x01" in broker.all("A")[-1]
        assert not broker.all("2")  # nothing was missing on either side
        assert "sequence set" in office.desk.alerts()


RESETS = Schedule("UTC", days=DAY.days, reset=Reset.Daily, reset_at=time(6))


def tomorrow() -> datetime:
    """The next 06:00 UTC: a reset that becomes due however soon after any logon of the test."""
    now = datetime.now(UTC)
    at = now.replace(hour=6, minute=0, second=0, microsecond=0)
    return at if at > now else at + timedelta(days=1)


@pytest.mark.parametrize("flag", [True, False])
def test_numbers_begin_anew_at_the_agreed_time(tmp_path: Path, port: int, flag: bool) -> None:
    broker = Counterparty()
    with (
        listening(broker, port, tmp_path / "b"),
        trading(tmp_path, port, schedule=RESETS, reset_flag=flag) as office,
    ):
        office.until(e.SessionChanged, up=True)
        broker.report("1")
        office.until(e.ReportUnmatched)
        assert office.session.in_seq == 2
        office.now = tomorrow()
        office.until(e.SequenceSet, in_seq=0, out_seq=0, at=office.now)
        assert not office.session.up
        if not flag:
            wait(lambda: not broker.up.is_set())
            broker.engine.reset()
        office.until(e.SessionChanged, up=True)
        last = broker.all("A")[-1]
        assert "\x0134=1\x01" in last
        assert ("\x01141=Y\x01" in last) is flag
        broker.report("2")
        office.until(e.ReportUnmatched, MsgSeqNum=2)
        assert office.session.in_seq == 2
        assert not broker.all("2")


def test_a_reset_waits_for_what_is_missing(tmp_path: Path, port: int) -> None:
    """Messages that the broker still owes us would be gone with the numbers."""
    with (
        listening(Counterparty(), port, tmp_path / "b") as broker,
        trading(tmp_path, port, schedule=RESETS) as office,
    ):
        office.until(e.SessionChanged, up=True)
        tap = office.gateway._lines["S1"]._engine.tap
        tap.onEvent("MsgSeqNum too high, expecting 2 but received: 5")
        office.now = tomorrow()
        told = office.until(e.AlertRaised, kind="reset waits")
        assert told.event.text == "messages 2 to 4 of the broker are missing"
        assert office.session.up
        for n in range(4):
            broker.report(str(n))
        office.until(e.SequenceSet, in_seq=0)


def test_a_crash_after_a_reset_loses_no_report(tmp_path: Path, port: int) -> None:
    """quickfix's number has passed the journal's old one, and still all of it is asked for."""
    broker, opened = Counterparty(), desk()
    with listening(broker, port, tmp_path / "b"):
        with trading(tmp_path, port, opened) as office:
            office.until(e.SessionChanged, up=True)
            for n in range(3):
                broker.report(f"old {n}")
            while office.session.in_seq < 4:
                office.until(e.ReportUnmatched)
        wait(lambda: not broker.up.is_set())
        opened.system(c.ChangeSession("S1", False))
        with trading(tmp_path, port, opened, overrides={"ResetOnLogon": "Y"}) as office:
            wait(broker.up.is_set)
            for n in range(6):
                broker.report(f"new {n}")
            engine = office.gateway._lines["S1"]._engine.session
            wait(lambda: engine.getExpectedTargetNum() == 8)
            office.drop()  # the process dies, and none of it was decided
        assert opened.state.sessions["S1"].in_seq == 4
        with trading(tmp_path, port, opened) as office:
            office.until(e.SequenceSet, in_seq=0)
            while office.session.in_seq < 7:
                office.until(e.ReportUnmatched)
    ids = [r.raw.split("\x0117=")[1].split("\x01")[0] for r in opened.state.unmatched.values()]
    assert ids == ["old 0", "old 1", "old 2", *(f"new {n}" for n in range(6))]


def test_a_crash_before_our_own_reset_reached_the_engine(tmp_path: Path, port: int) -> None:
    """The journal says reset, quickfix's store does not know: the journal is the truth."""
    broker, opened = Counterparty(), desk()
    with listening(broker, port, tmp_path / "b"):
        with trading(tmp_path, port, opened) as office:
            office.until(e.SessionChanged, up=True)
            broker.report("1")
            office.until(e.ReportUnmatched)
        wait(lambda: not broker.up.is_set())
        opened.system(c.ChangeSession("S1", False))
        opened.system(c.ResetSequence("S1", datetime.now(UTC), "agreed"))
        broker.engine.reset()
        with trading(tmp_path, port, opened) as office:
            office.until(e.SessionChanged, up=True)
            assert "\x0134=1\x01" in broker.all("A")[-1]
            assert not broker.all("2")


def test_the_password_reaches_the_broker_and_nothing_else(tmp_path: Path, port: int) -> None:
    credentials = Credentials("us", Secret("s3cret"), Secret("raw thing"))
    broker = Counterparty()
    with (
        listening(broker, port, tmp_path / "b"),
        trading(tmp_path, port, credentials=credentials) as office,
    ):
        office.until(e.SessionChanged, up=True)
        (logon,) = broker.all("A")
        assert "\x0195=9\x0196=raw thing\x01" in logon
        assert "\x01553=us\x01554=s3cret\x01" in logon
    (file,) = (tmp_path / "archive" / "S1").iterdir()
    text = file.read_text()
    assert "\x0196=***\x01" in text
    assert "553=us\x01554=***\x01" in text
    assert "s3cret" not in text
    assert "raw thing" not in text
    assert "s3cret" not in repr(credentials)
    assert not any("s3cret" in repr(record) for record in office.desk.journal.records)


def test_a_wrong_password_is_told_without_it(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trouble, "QUIET", 0.5)
    broker, ours = Counterparty(), Credentials("us", Secret("wrong one"))
    broker.password = "right one"
    with (
        listening(broker, port, tmp_path / "b"),
        trading(tmp_path, port, credentials=ours) as office,
    ):
        told = office.until(e.AlertRaised, kind="no logon")
        assert (
            told.event.text
            == "cannot log on: the broker says: Rejected Logon Attempt: wrong password"
        )
        assert not office.session.up


@pytest.mark.parametrize("names", [("TRADEOMS", "BRAVO"), ("SOMEBODY", "ALPHA")])
def test_a_broker_who_knows_another_CompID_is_told_and_gets_no_order(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch, names: tuple[str, str]
) -> None:
    monkeypatch.setattr(trouble, "QUIET", 0.5)
    with (
        listening(Counterparty(*names), port, tmp_path / "b") as broker,
        trading(tmp_path, port) as office,
    ):
        told = office.until(e.AlertRaised, kind="no logon")
        assert told.event.subject == "S1"
        assert not office.session.up
        assert not broker.up.is_set()
        assert broker.heard == []


def test_another_host_is_tried(tmp_path: Path) -> None:
    dead, alive = free_ports(2)
    with (
        listening(Counterparty(), alive, tmp_path / "b"),
        trading(tmp_path, dead, failover=(("127.0.0.1", alive),)) as office,
    ):
        office.until(e.SessionChanged, up=True)


def test_a_session_that_cannot_log_on_is_told_once(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trouble, "QUIET", 0.0)
    with trading(tmp_path, port) as office:
        office.until(e.AlertRaised, kind="no logon")
        for _ in range(3):
            office.tick()
        assert office.inbox.empty()


def test_a_dead_engine_ends_the_process(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer's threads have a hook that ends it; the journal hears of it before."""
    with (
        listening(Counterparty(), port, tmp_path / "b"),
        trading(tmp_path, port) as office,
    ):
        office.until(e.SessionChanged, up=True)
        monkeypatch.setattr(line, "SILENT", -1.0)
        office.tick()
        told = office.until(e.AlertRaised, kind="engine failed")
        assert "no sign of life" in told.event.text
        with pytest.raises(EngineFailed, match="no sign of life"):
            office.tick()


def test_a_callback_that_dies_ends_the_process(tmp_path: Path, port: int) -> None:
    broker = Counterparty()
    with listening(broker, port, tmp_path / "b"), trading(tmp_path, port) as office:
        office.until(e.SessionChanged, up=True)
        hearing = office.gateway._lines["S1"].hearing
        hearing.house = hearing.house._replace(received=lambda _: 1 / 0)
        broker.report("1")
        told = office.until(e.AlertRaised, kind="engine failed")
        assert "ZeroDivisionError" in told.event.text
        with pytest.raises(EngineFailed):
            office.tick()


def test_everything_is_archived(tmp_path: Path, port: int) -> None:
    broker = Counterparty()
    with listening(broker, port, tmp_path / "b"), trading(tmp_path, port) as office:
        office.until(e.SessionChanged, up=True)
        broker.report("1")
        office.until(e.ReportUnmatched)
    ((name, count, _),) = archive.verify(tmp_path / "archive")
    (file,) = (tmp_path / "archive" / name).iterdir()
    lines = file.read_text().splitlines()
    assert len(lines) == count
    kinds = [text.split(" ", 3)[2] for text in lines if "35=A" in text or "35=8" in text]
    assert kinds == ["O", "I", "I"]
