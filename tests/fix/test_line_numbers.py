"""Numbers that the broker sees otherwise than we do: it begins anew, or expects more than we send."""

from pathlib import Path

import pytest
import quickfix as fix

from tests.fix.counterparty import Counterparty, listening, wait
from tests.fix.office import Office, trading
from tradeoms.demo.files import free_ports
from tradeoms.fix import trouble
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import SessionAction

RESET_FLAG = "\x01141=Y\x01"


@pytest.fixture
def port() -> int:
    (port,) = free_ports(1)
    return port


class Forgetful(Counterparty):
    """Answers a plain Logon with ResetSeqNumFlag=Y, if it is told to."""

    forgot = False

    def toAdmin(self, message: fix.Message, _: fix.SessionID) -> None:
        asked = self.all("A") and RESET_FLAG in self.all("A")[-1]
        if self.forgot and not asked and message.getHeader().getField(35) == "A":
            message.setField(141, "Y")


def command(office: Office, action: SessionAction) -> None:
    office.desk.done(c.ControlSession("S1", action, "test"), "ops")


def hears(broker: Counterparty, office: Office, *ids: str) -> None:
    """What the broker says from now on is booked, in its order, and nothing else."""
    before = len(office.desk.state.unmatched)
    for ExecID in ids:
        broker.report(ExecID)
    while len(office.desk.state.unmatched) < before + len(ids):
        office.until(e.ReportUnmatched)
    heard = [r.raw for r in office.desk.state.unmatched.values()][before:]
    assert [raw.split("\x0117=")[1].split("\x01")[0] for raw in heard] == list(ids)


def test_a_broker_that_begins_anew_in_its_answer(tmp_path: Path, port: int) -> None:
    """We agree, once, and nothing that it says afterwards is lost or taken for something old."""
    broker = Forgetful()
    with listening(broker, port, tmp_path / "b"), trading(tmp_path, port) as office:
        office.until(e.SessionChanged, up=True)
        hears(broker, office, "old 1", "old 2", "old 3")
        command(office, SessionAction.Stop)
        office.until(e.SessionChanged, up=False)
        wait(lambda: not broker.up.is_set())
        broker.engine.reset()
        broker.forgot = True
        command(office, SessionAction.Start)
        began = office.until(e.SequenceSet, in_seq=0, out_seq=0)
        assert began.event.reason == "the broker began to count anew"
        office.until(e.AlertRaised, kind="numbers reset")
        office.until(e.SessionChanged, up=True)
        ups = [r.event.up for r in office.desk.journal.records if type(r.event) is e.SessionChanged]
        assert ups[-3:] == [True, False, True], "the Logon that was left is no logon"
        first, plain, agreed = broker.all("A")
        assert RESET_FLAG not in first
        assert RESET_FLAG not in plain
        assert "\x0134=1\x01" in agreed
        assert RESET_FLAG in agreed
        wait(broker.up.is_set)
        hears(broker, office, "new 1", "new 2", "new 3")
        assert office.session.in_seq == 4
        assert len(broker.all("A")) == 3
        assert not broker.all("2")
        assert office.desk.alerts().count("numbers reset") == 1
        broker.forgot = False
        command(office, SessionAction.Stop)
        office.until(e.SessionChanged, up=False)
        wait(lambda: not broker.up.is_set())
        command(office, SessionAction.Start)
        office.until(e.SessionChanged, up=True)
        assert RESET_FLAG not in broker.all("A")[-1]
        hears(broker, office, "later")


def test_a_number_that_is_too_low_for_the_broker_is_set_by_hand(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trouble, "QUIET", 3.0)  # time for an attempt
    broker = Counterparty()
    with listening(broker, port, tmp_path / "b"), trading(tmp_path, port) as office:
        office.until(e.SessionChanged, up=True)
        hears(broker, office, "before")
        command(office, SessionAction.Stop)
        office.until(e.SessionChanged, up=False)
        wait(lambda: not broker.up.is_set())
        broker.engine.setNextTargetMsgSeqNum(50)
        command(office, SessionAction.Start)
        told = office.until(e.AlertRaised, kind="no logon")
        assert "MsgSeqNum too low, expecting 50" in told.event.text
        command(office, SessionAction.Disable)
        next_in = broker.engine.getExpectedSenderNum()
        office.desk.done(c.SetSequence("S1", next_in, 50, "as the broker says"), "ops")
        wait(lambda: not office.gateway._lines["S1"]._engine or office.tick())
        command(office, SessionAction.Enable)
        office.until(e.SessionChanged, up=True)
        assert "\x0134=50\x01" in broker.all("A")[-1]
        hears(broker, office, "after")
        assert not broker.all("2")
