"""A block of 5,000 accounts through the engine, from its fills to wash sales, with exact totals."""

import time
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from tests.builders import BROKERS, DAY, Desk, K, desk
from tests.properties.conservation import money_is_recognized_deferred_or_lost
from tests.properties.invariants import positions_are_the_sum_of_lots
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker, CommissionSchedule
from tradeoms.model.fields import Side
from tradeoms.model.openings import OpeningLot
from tradeoms.model.reference import Account

ACCOUNTS, GROUPS, FILLS = 5_000, 50, 300
D = Decimal
NAMES = [f"ACC{n:04}" for n in range(ACCOUNTS)]
ORDERED = [100 + n * 7919 % 900 for n in range(ACCOUNTS)]


def house() -> Desk:
    """Old dear lots for all, young ones for every third account; 50 taxpayers, a bill of 1,234.56."""
    floor = desk()
    rows = (Account(name, name, f"T{n % GROUPS}") for n, name in enumerate(NAMES))
    floor.done(c.DefineAccounts(tuple(rows)), "ops")
    bill = CommissionSchedule(flat=D("1234.56"))
    brokers = (
        Broker("KING", "King", BROKERS["KING"], commission=bill),
        Broker("QUEEN", "Queen", BROKERS["QUEEN"]),
    )
    floor.done(c.DefineBrokers(brokers), "ops")
    old, young = DAY - timedelta(400), DAY - timedelta(10)
    lots = [
        OpeningLot(name, "ACME", D(quantity), D(50 * quantity), old)
        for name, quantity in zip(NAMES, ORDERED, strict=True)
    ]
    lots += [OpeningLot(name, "ACME", D(40), D(41 * 40), young) for name in NAMES[::3]]
    floor.done(c.BookOpening("big", tuple(lots)), "ops")
    return floor


def sell(floor: Desk) -> tuple[str, str, str]:
    """The block in 300 fills between 40 and 42; block, placement, the ExecID of the 151st."""
    block = floor.block(*zip(NAMES, ORDERED, strict=True), Side=Side.Sell)
    total = sum(ORDERED)
    placement = floor.route(block, total)
    sizes = [total // FILLS] * FILLS
    sizes[0] += total - sum(sizes)
    ids = [
        floor.fill(placement, size, D(4_000 + n * 37 % 200).scaleb(-2))
        for n, size in enumerate(sizes)
    ]
    return block, placement, ids[150]


def test_a_block_of_5000_accounts(capsys: pytest.CaptureFixture[str]) -> None:
    floor = house()
    began = time.process_time()
    block, placement, ExecID = sell(floor)
    floor.finish(block)
    full = np.array(floor.state.allocations[block].quantities)
    assert full.tolist() == ORDERED
    floor.bust(placement, ExecID)
    assert floor.state.realized["quantity"].sum() == 0
    floor.report(placement, K.Canceled)
    floor.finish(block)
    floor.done(c.OpenDay(DAY + timedelta(20)), "ops")
    late = NAMES[::4]
    bought = floor.block(*((name, 25) for name in late))
    floor.fill(floor.route(bought, 25 * len(late), "QUEEN"), 25 * len(late), "42")
    floor.finish(bought)
    seconds = time.process_time() - began

    state = floor.state
    given, table = state.allocations[block], state.realized
    assert (sum(given.net), sum(given.quantities)) == (11_235_042_744, 2_740_734)
    gain, disallowed = int(table["gain"].sum()), int(table["disallowed"].sum())
    assert gain == 11_235_042_744 - 5_000 * 2_740_734
    # The exact book of fractions defers 882,072.72 of the same (tests/allocation/test_big_block.py);
    # here each loss is in whole cents, as it was paid.
    assert disallowed == 88_207_273
    replacing = 40 * len(NAMES[::3]) + 25 * len(late)
    assert table["matched"].sum() == replacing
    washed = state.lots["replaces"] == 0
    assert state.lots["remaining"][washed].sum() == replacing
    assert state.lots["added"].sum() == disallowed
    money_is_recognized_deferred_or_lost(floor.journal.records)
    positions_are_the_sum_of_lots(state)
    same(floor.journal.replay(), state)
    with capsys.disabled():
        print(
            f"\n{ACCOUNTS:,} accounts, {FILLS} fills, one busted, {GROUPS} taxpayers, through the"
            f" engine: loss {-gain / 100:,.2f}, of which {disallowed / 100:,.2f} deferred;"
            f" {seconds:.1f} s"
        )
