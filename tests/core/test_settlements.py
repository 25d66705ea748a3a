"""Settlement instructions: which one goes on an instruction, and what is refused."""

from datetime import timedelta

import pytest

from tests.builders import DAY
from tests.core.after import OPS, accepted, allocated, office, replayed, told
from tradeoms.model import commands as c
from tradeoms.model.fields import AllocTransType as T
from tradeoms.model.settlement import SettlementInstruction, SettlementParty


def _ssi(name: str, **fields: object) -> SettlementInstruction:
    values = {"account": "A1", "effective": DAY - timedelta(30)} | fields
    return SettlementInstruction(name=name, **values)


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ([_ssi("all")], "all"),
        ([_ssi("all"), _ssi("usd", Currency="USD")], "usd"),
        ([_ssi("usd", Currency="USD"), _ssi("xnys", market="XNYS")], "xnys"),
        ([_ssi("xnys", market="XNYS", Currency="USD"), _ssi("king", broker="KING")], "king"),
        ([_ssi("all"), _ssi("eur", Currency="EUR"), _ssi("q", broker="QUEEN")], "all"),
        ([_ssi("old"), _ssi("new", effective=DAY)], "new"),
        ([_ssi("now"), _ssi("later", effective=DAY + timedelta(9))], "now"),
        ([_ssi("over", expires=DAY)], None),
        ([_ssi("first"), _ssi("again")], "again"),
        ([_ssi("other", account="A4")], None),
    ],
)
def test_the_settlement_instruction_that_fits_best(
    rows: list[SettlementInstruction], name: str | None
) -> None:
    floor = office()
    floor.done(c.DefineSettlementInstructions(tuple(rows)), OPS)
    block, _, _ = allocated(floor)
    known = told(floor, block)
    assert {a: row.name for a, row in known.settlements.items()} == ({"A1": name} if name else {})
    replayed(floor)


def test_a_settlement_instruction_that_is_new_is_worth_a_replace() -> None:
    floor = office()
    block, _, _ = allocated(floor)
    known = accepted(floor, block)
    floor.done(c.DefineSettlementInstructions((_ssi("new"),)), OPS)
    again = told(floor, block)
    assert (again.AllocTransType, again.RefAllocID) == (T.Replace, known.AllocID)


def test_settlement_instructions_are_checked() -> None:
    floor = office()
    rows = (
        _ssi("", account="A9", broker="BISHOP", expires=DAY - timedelta(30)),
        _ssi("x", SettlDeliveryType="7", parties=(SettlementParty("10", "\x01", "D" * 65),)),
    )
    assert floor.refused(c.DefineSettlementInstructions(rows), OPS) == {
        "instructions[0].account": "unknown account",
        "instructions[0].broker": "unknown broker",
        "instructions[0].name": "is needed",
        "instructions[0].expires": "is not after the effective day",
        "instructions[1].SettlDeliveryType": "must be 0 (versus payment) or 1 (free)",
        "instructions[1].parties[0].SettlPartyID": "may hold printable ASCII only",
        "instructions[1].parties[0].SettlPartyIDSource": "is longer than 64 characters",
    }
