"""Messages that are about no request of ours, in every version that has them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.builders import D
from tradeoms.fix.decode import fields_of
from tradeoms.fix.dialect import dialect
from tradeoms.fix.dk import encode_dk, encode_mass_cancel, encode_mass_status
from tradeoms.fix.encode import Unsendable
from tradeoms.model import events as e
from tradeoms.model.fields import DKReason
from tradeoms.model.placements import MassCancel

VERSIONS = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")


def trade(**fields: Any) -> e.DKRequested:
    values: dict[str, Any] = {
        "session": "S1",
        "OrderID": "X1",
        "ExecID": "E1",
        "DKReason": DKReason.WrongSide,
        "Symbol": "VOD",
        "Side": "2",
        "user": "tina",
        "reason": "we bought",
        "OrderQty": D(100),
        "LastQty": D("40.50"),
        "LastPx": D("1.2500"),
    }
    return e.DKRequested(**(values | fields))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_trade_that_we_do_not_know(version: str) -> None:
    wire = fields_of(encode_dk(dialect(version), trade()))
    said = {tag: wire.get(tag) for tag in ("35", "37", "17", "127", "55", "54", "38", "32", "31")}
    assert list(said.values()) == ["Q", "X1", "E1", "B", "VOD", "2", "100", "40.50", "1.2500"]
    assert "58" not in wire


@pytest.mark.parametrize("version", VERSIONS)
def test_another_reason_is_said_in_words(version: str) -> None:
    wire = fields_of(encode_dk(dialect(version), trade(DKReason=DKReason.Other)))
    assert (wire["127"], wire["58"]) == ("Z", "we bought")


def test_what_the_broker_did_not_name_cannot_be_said() -> None:
    with pytest.raises(Unsendable) as refused:
        encode_dk(dialect("FIX.4.4"), trade(OrderID="", reason="a\x01b", DKReason=DKReason.Other))
    assert {problem.field for problem in refused.value.problems} == {"OrderID", "Text"}


@pytest.mark.parametrize("version", VERSIONS[1:])
def test_one_question_for_all_orders(version: str) -> None:
    asked = e.MassStatusRequested("S1", "260302-1", datetime.now(UTC))
    wire = fields_of(encode_mass_status(dialect(version), asked))
    assert (wire["35"], wire["584"], wire["585"]) == ("AF", "260302-1", "7")


def test_a_version_without_that_question() -> None:
    asked = e.MassStatusRequested("S1", "260302-1", datetime.now(UTC))
    with pytest.raises(Unsendable, match="has no such message"):
        encode_mass_status(dialect("FIX.4.2"), asked)


@pytest.mark.parametrize("version", VERSIONS[1:])
def test_one_cancel_for_all_orders(version: str) -> None:
    at = datetime(2026, 3, 2, 14, 30, 5, 250000, UTC)
    wire = fields_of(encode_mass_cancel(dialect(version), MassCancel("2603020001", "S1", (), at)))
    said = [wire.get(tag) for tag in ("35", "11", "530", "60")]
    assert said == ["q", "2603020001", "7", "20260302-14:30:05.250"]
