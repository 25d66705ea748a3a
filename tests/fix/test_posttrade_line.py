"""From the fill to the affirmation over a real session, with the simulated brokers of each version."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import fixconfig
from simulators.faults import Faults
from simulators.settings import Settings
from tests.builders import DAY, D, Desk, desk, instrument
from tests.core.after import OPS, replayed
from tests.fix.office import Office, trading
from tests.simulators.bench import broker, settings
from tests.simulators.client import serving
from tradeoms.demo.files import free_ports
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import (
    ConfirmationState,
    Handling,
    InstructionState,
    OrdStatus,
    Side,
)
from tradeoms.model.posttrade import Instruction
from tradeoms.model.reference import Account

S, C = InstructionState, ConfirmationState
RATE = D("0.005")
ACCOUNTS = (("A1", 333), ("A2", 333), ("A3", 334))


def market(home: Path, version: str, **fields: Any) -> Settings:
    """One broker of this version that trades on the desk's day."""
    days = (DAY - timedelta(1), DAY)
    (home / "closes.csv").write_text(
        "Date,AAPL,GE\n" + "".join(f"{day},129.65,64.56\n" for day in days)
    )
    folder = fixconfig.path(version)
    values = {"version": version, "dictionary": folder / "dictionary.xml"} | fields
    if (folder / "transport.xml").exists():
        values["transport_dictionary"] = folder / "transport.xml"
    (port,) = free_ports(1)
    return settings(broker("partials", port=port, **values), home=home, date=DAY)


def open_desk(**fields: Any) -> Desk:
    opened = desk()
    sim = instrument("SIM", Symbol="AAPL", SecurityID="", SecurityIDSource="")
    opened.done(c.DefineInstruments((sim,)), OPS)
    values = {"allocations": Handling.Automatic, "confirmations": Handling.Automatic} | fields
    opened.done(c.DefineBrokers((Broker("KING", "King", "S1", RATE, **values),)), OPS)
    opened.system(c.ChangeSession("S1", False))
    return opened


def filled(office: Office) -> str:
    """A block of three accounts that the broker has filled, allocated."""
    floor = office.desk
    block = floor.block(*ACCOUNTS, instrument="SIM", Side=Side.Buy)
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(1000)),)), "trader")
    while floor.placement(name).OrdStatus is not OrdStatus.Filled:
        office.until(e.Reported)
    floor.finish(block)
    return block


def newest(office: Office) -> Instruction:
    return list(office.desk.state.instructions.values())[-1]


def states(office: Office) -> list[ConfirmationState]:
    return [found.state for found in office.desk.state.confirmations.values()]


@pytest.mark.parametrize("version", list(fixconfig.folders()))
def test_allocated_confirmed_and_affirmed_by_itself(version: str, tmp_path: Path) -> None:
    sold = market(tmp_path, version, allocation_report=True)
    with (
        serving(sold),
        trading(tmp_path / "a", sold.brokers[0].port, open_desk(), version=version) as office,
    ):
        office.until(e.SessionChanged, up=True)
        filled(office)
        office.until(e.AllocationAnswered, state=S.Accepted)
        if version != "FIX.4.2":
            while states(office).count(C.Affirmed) < len(ACCOUNTS):
                office.until(e.ConfirmationAnswered)
            (reported,) = office.desk.state.allocation_reports.values()
            assert (reported.AllocStatus, reported.Text) == ("0", "")
        while office.desk.state.outbox:
            office.until(e.PostTradeSent)
        assert newest(office).state is S.Accepted
        assert newest(office).MsgSeqNum
        kinds = set(office.desk.alerts()) - {"session down", "no logon"}
        assert kinds == set(), [a.text for a in office.desk.state.alerts.values()]
        replayed(office.desk)


@pytest.mark.parametrize(
    "wrong", ["wrong_price", "wrong_quantity", "wrong_commission", "wrong_net"]
)
def test_a_wrong_confirmation_is_rejected_and_replaced(wrong: str, tmp_path: Path) -> None:
    sold = market(tmp_path, "FIX.4.4", confirmation=(wrong,))
    with (
        serving(sold),
        trading(tmp_path / "a", sold.brokers[0].port, open_desk()) as office,
    ):
        office.until(e.SessionChanged, up=True)
        filled(office)
        while states(office).count(C.Affirmed) < len(ACCOUNTS):
            office.until(e.ConfirmationAnswered)
        assert states(office).count(C.Replaced) == len(ACCOUNTS)
        assert office.desk.alerts().count("confirmation mismatch") == len(ACCOUNTS)


@pytest.mark.parametrize("version", ["FIX.4.2", "FIX.4.4"])
def test_rejected_corrected_and_cancelled(version: str, tmp_path: Path) -> None:
    sold = market(tmp_path, version, allocation=("block_reject", "account_reject", "accept"))
    opened = open_desk(allocations=Handling.Manual, confirmations=Handling.Manual)
    with (
        serving(sold),
        trading(tmp_path / "a", sold.brokers[0].port, opened, version=version) as office,
    ):
        office.until(e.SessionChanged, up=True)
        block = filled(office)
        for state in (S.BlockRejected, S.AccountRejected):
            opened.done(c.SendAllocation(block), OPS)
            office.until(e.AllocationAnswered, state=state)
        assert newest(office).rejected == ({} if version == "FIX.4.2" else {"A1": "0"})
        # This broker forgets what it rejects: it does not know what to replace.
        opened.done(c.SendAllocation(block), OPS)
        office.until(e.AllocationAnswered, state=S.BlockRejected)
        opened.done(c.SendAllocation(block), OPS)
        office.until(e.AllocationAnswered, state=S.Accepted)
        accepted = newest(office)
        if version != "FIX.4.2":
            while states(office).count(C.Matched) < len(ACCOUNTS):
                office.until(e.ConfirmationAnswered)
            opened.done(c.RequestConfirmations(accepted.AllocID, "A2"), OPS)
            while states(office).count(C.Replaced) < 1:
                office.until(e.ConfirmationAnswered)
            keys = tuple(opened.state.confirmed.values())
            opened.done(c.AffirmConfirmations(keys), OPS)
        opened.done(c.CancelAllocation(accepted.AllocID, "wrong accounts"), OPS)
        office.until(e.AllocationAnswered, AllocID=newest(office).AllocID, state=S.Accepted)
        assert opened.state.instructions[accepted.AllocID].state is S.Cancelled


def test_what_left_and_was_not_written_down_is_repeated(tmp_path: Path) -> None:
    """The process dies after sending: the broker has it, and rejects the second copy."""
    sold = market(tmp_path, "FIX.4.4")
    opened = open_desk()
    home, port = tmp_path / "a", sold.brokers[0].port
    with serving(sold):
        with trading(home, port, opened) as office:
            office.until(e.SessionChanged, up=True)
            filled(office)
            heard = []
            while not any(isinstance(command, c.PostTradeReceived) for command in heard):
                heard.append(office.inbox.get(timeout=20)[0])
        office.drop()
        assert newest(office).state is S.Queued
        opened.system(c.ChangeSession("S1", False))
        with trading(home, port, opened) as office:
            office.until(e.PostTradeResent, poss_resend=True)
            while states(office).count(C.Affirmed) < len(ACCOUNTS):
                office.until(e.ConfirmationAnswered)
            while "repetition rejected" not in opened.alerts():
                office.until(e.AlertRaised)
        assert newest(office).state is S.Accepted
        assert len(opened.state.instructions) == 1


def test_a_session_that_was_down_is_told_when_it_is_up(tmp_path: Path) -> None:
    sold = market(tmp_path, "FIX.4.4")
    opened = open_desk()
    home, port = tmp_path / "a", sold.brokers[0].port
    with trading(home, port, opened) as office:
        with serving(sold):
            office.until(e.SessionChanged, up=True)
            block = opened.block(*ACCOUNTS, instrument="SIM")
            (name,) = opened.done(c.RouteBlock(block, (c.Route("KING", D(1000)),)), "trader")
            while opened.placement(name).OrdStatus is not OrdStatus.Filled:
                office.until(e.Reported)
        office.until(e.SessionChanged, up=False)
        opened.finish(block)
        office.until(e.PostTradeUnsent)
        assert newest(office).state is S.Unsent
        with serving(sold):
            office.until(e.PostTradeResent, poss_resend=False)
            while states(office).count(C.Affirmed) < len(ACCOUNTS):
                office.until(e.ConfirmationAnswered)
        assert newest(office).state is S.Accepted


def test_a_line_that_breaks_again_and_again_loses_no_confirmation(tmp_path: Path) -> None:
    """P, AK and AU on a line that is cut, doubles messages and loses them until they are asked for."""
    faults = Faults(disconnect=40, duplicate=40, gap=30)
    sold = market(tmp_path, "FIX.4.4", faults=faults)
    opened = open_desk()
    many = tuple((f"Z{n:02d}", 10) for n in range(30))
    opened.done(c.DefineAccounts(tuple(Account(name, name, name) for name, _ in many)), OPS)
    with (
        serving(sold),
        trading(tmp_path / "a", sold.brokers[0].port, opened) as office,
    ):
        office.until(e.SessionChanged, up=True)
        block = opened.block(*many, instrument="SIM")
        (name,) = opened.done(c.RouteBlock(block, (c.Route("KING", D(300)),)), "trader")
        while opened.placement(name).OrdStatus is not OrdStatus.Filled:
            office.until(e.Reported)
        opened.finish(block)
        while len(affirmed(opened)) < len(many):
            office.until(e.ConfirmationAnswered)
        while opened.state.outbox:
            office.until(e.PostTradeSent)
        lost = [r.event for r in opened.journal.records if isinstance(r.event, e.SessionChanged)]
    assert sum(not event.up for event in lost) > 1, "the line was not cut"
    assert "unknown report" not in opened.alerts()
    assert "confirmation mismatch" not in opened.alerts()


def affirmed(floor: Desk) -> list[str]:
    state = floor.state
    return [key for key in state.confirmed.values() if state.confirmations[key].state is C.Affirmed]
