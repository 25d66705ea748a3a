"""The commands that the page on what comes after the trade shows."""

import re

from msgspec import json

from tests.docs.console import ROOT
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.settlement import CutOff, SettlementInstruction


def test_the_commands_can_be_read() -> None:
    page = (ROOT / "docs" / "after-the-trade.md").read_text()
    blocks = re.findall(r"^```json\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    settlements, cut_offs = (json.decode(text, type=c.PersonCommand) for text in blocks)
    assert isinstance(settlements, c.DefineSettlementInstructions)
    assert isinstance(settlements.instructions[0], SettlementInstruction)
    assert isinstance(cut_offs, c.SetCutOffs)
    assert isinstance(cut_offs.cut_offs[0], CutOff)


def test_the_defaults_are_those_of_a_broker() -> None:
    page = (ROOT / "docs" / "after-the-trade.md").read_text()
    for field in ("allocations", "confirmations", "money_tolerance", "price_tolerance"):
        default = getattr(Broker("B", "B", "S"), field)
        assert f"| `{field}` | `{default}` |" in page
