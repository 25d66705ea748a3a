"""Research, rates of accounts and a price of several blocks, over real sessions of each version: what
the broker computes by itself is what we affirm.
"""

from pathlib import Path

import pytest

import fixconfig
from tests.builders import D, Desk
from tests.core.after import OPS, replayed
from tests.core.splits import define
from tests.core.test_fees import fee
from tests.core.test_rate_cards import CENT, NOTHING, card, schedule
from tests.fix.office import Office, trading
from tests.fix.test_posttrade_line import ACCOUNTS, affirmed, filled, market, open_desk
from tests.simulators.client import serving
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import InstructionState
from tradeoms.model.posttrade import Instruction

S = InstructionState
NTH = {2: "worse_price"}  # the second block costs more


@pytest.mark.parametrize("version", list(fixconfig.folders()))
def test_what_brokers_bill_by_account_is_affirmed(version: str, tmp_path: Path) -> None:
    rates = {"A2": D("0.003")}
    sold = market(tmp_path, version, rates=rates, research_per_share=D("0.01"), nth=NTH)
    opened = open_desk(research=CENT, knows_price_groups=True)
    own = card(accounts=("A2",), execution=schedule((0, "0.003")), research=NOTHING)
    opened.done(c.DefineRateCards((own,)), OPS)
    define(opened, average_blocks=True)
    with (
        serving(sold),
        trading(tmp_path / "a", sold.brokers[0].port, opened, version=version) as office,
    ):
        office.until(e.SessionChanged, up=True)
        blocks = [filled(office)]
        settled(office, blocks, version)
        blocks.append(filled(office))
        replaced = [known for known in opened.state.instructions.values() if known.RefAllocID]
        assert [known.block for known in replaced] == blocks[:1]
        settled(office, blocks, version)
        assert "confirmation mismatch" not in opened.alerts()
    one, two = (opened.state.allocations[block] for block in blocks)
    assert one.AvgPx == two.AvgPx
    assert one.research == (333, 0, 334)
    assert [sum(event.commission) - sum(event.research) for event in (one, two)] == [434, 434]
    replayed(opened)


@pytest.mark.parametrize("version", list(fixconfig.folders()))
def test_a_fee_that_the_broker_bills_too_is_affirmed(version: str, tmp_path: Path) -> None:
    sold = market(tmp_path, version, buy_fee_bp=D("50"), sell_fee_bp=D(1))
    opened = open_desk()
    stamp = fee("stamp", buys=True, rounding="up", MiscFeeType="5")
    opened.done(c.DefineFees((stamp,)), OPS)
    with (
        serving(sold),
        trading(tmp_path / "a", sold.brokers[0].port, opened, version=version) as office,
    ):
        office.until(e.SessionChanged, up=True)
        block = filled(office)
        settled(office, [block], version)
        assert "confirmation mismatch" not in opened.alerts()
    event = opened.state.allocations[block]
    assert [one.fees[0].amount for one in event.bills] == [sum(event.fees)]
    assert sum(event.fees) > 300_00  # half a percent of some 64,000


def settled(office: Office, blocks: list[str], version: str) -> None:
    """Wait until the broker has accepted, and confirmed, the newest instruction of each block."""
    opened = office.desk
    while any(standing(opened, block).state is not S.Accepted for block in blocks):
        office.until(e.AllocationAnswered)
    wanted = 0 if version == "FIX.4.2" else len(blocks) * len(ACCOUNTS)
    while len(newly(opened, blocks)) < wanted:
        office.until(e.ConfirmationAnswered)


def newly(opened: Desk, blocks: list[str]) -> list[str]:
    """Affirmed confirmations of these blocks' newest instructions."""
    names = {standing(opened, block).AllocID for block in blocks}
    known = opened.state.confirmations
    return [key for key in affirmed(opened) if known[key].AllocID in names]


def standing(opened: Desk, block: str) -> Instruction:
    """The newest instruction of a block."""
    return opened.state.instructions[opened.state.instructions_of[block][-1]]
