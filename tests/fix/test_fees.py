"""Fees on the wire, in each version: what we tell of them, and what brokers say."""

from pathlib import Path

import pytest

from tests.builders import DAY, D
from tests.cli.test_commissions import rate
from tests.core.after import OPS, allocated, office, told
from tests.fix.messages import VERSIONS
from tests.fix.test_posttrade import NEWER, sent
from tradeoms.fix import posttrade
from tradeoms.fix.decode import fields_of
from tradeoms.fix.dialect import dialect
from tradeoms.fix.groups import entries_of
from tradeoms.model import commands as c
from tradeoms.model.fees import Fee
from tradeoms.model.posttrade import ConfirmationSaid


@pytest.mark.parametrize("version", VERSIONS)
def test_fees_are_named_to_the_broker_and_read_from_it(version: str, tmp_path: Path) -> None:
    floor = office()
    tax = Fee("tax", 1, DAY, rate("20", "value"), buys=True, exempt=("A2",), MiscFeeType="2")
    floor.done(c.DefineFees((tax,)), OPS)
    block, _, _ = allocated(floor)
    _, raw = sent(floor, version, tmp_path, f"J/{told(floor, block).AllocID}")
    first, second = entries_of(dialect(version), raw, "NoAllocs")
    assert (first["AllocNetMoney"], second["AllocNetMoney"]) == ("3006.75", "2000.50")
    named = [{"MiscFeeAmt": "6.00", "MiscFeeCurr": "USD", "MiscFeeType": "2"}]
    assert first["NoMiscFees"] == named
    assert "NoMiscFees" not in second
    if version in NEWER:
        said = "8=FIX|35=AK|664=C1|666=0|136=2|137=6.00|139=2|137=0.1|139=7|891=2|10=0|"
        raw = said.replace("|", "\x01")
        found = posttrade.decode(dialect(version), raw, fields_of(raw))
        assert isinstance(found, ConfirmationSaid)
        fees = [(fee.MiscFeeAmt, fee.MiscFeeType, fee.MiscFeeBasis) for fee in found.MiscFees]
        assert fees == [(D("6.00"), "2", ""), (D("0.1"), "7", "2")]
