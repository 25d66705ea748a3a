"""After the trade on the wire, in each version, through quickfix's own messages and dictionaries."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import quickfix as fix
from msgspec.structs import replace

from tests.builders import DAY, D, Desk
from tests.core.after import OPS, accepted, allocated, confirm, instructions, office, say, told
from tests.core.splits import define
from tests.fix.messages import VERSIONS
from tests.fixconfig import samples
from tradeoms.fix import posttrade
from tradeoms.fix.application import Inbound
from tradeoms.fix.decode import fields_of
from tradeoms.fix.dialect import dialect
from tradeoms.fix.encode import Unsendable
from tradeoms.fix.groups import entries_of
from tradeoms.fix.settings import SessionSettings, reader
from tradeoms.model import commands as c
from tradeoms.model.fields import Side
from tradeoms.model.posttrade import (
    AllocationAck,
    AllocationReport,
    ConfirmationSaid,
    MessageRefused,
    Row,
)
from tradeoms.model.settlement import SettlementInstruction, SettlementParty

NEWER = tuple(version for version in VERSIONS if version != "FIX.4.2")
PARTIES = (SettlementParty("10", "DTC", "B"), SettlementParty("30", "CUST"))


def wire(version: str, folder: Path, text: str) -> str:
    """A message of ours as quickfix sends it, once its dictionary has judged it."""
    session = SessionSettings("S1", "US", "THEM", "127.0.0.1", 1, folder, version=version)
    message, _ = reader(session)(text)
    header = message.getHeader()
    for tag, value in ((49, "US"), (56, "THEM"), (34, "7"), (52, "20260302-14:30:00")):
        header.setField(tag, value)
    known = samples.dictionary(version)
    read = fix.Message(message.toString(), *samples.transport(version), known, True)
    known.validate(read, bool(samples.transport(version)))
    return str(read.toString())


def sent(
    floor: Desk, version: str, folder: Path, key: str, poss_resend: bool = False
) -> tuple[dict[str, str], str]:
    """The fields of a message of the outbox, and its text."""
    text = posttrade.encode(dialect(version), floor.state, key, poss_resend)
    raw = wire(version, folder, text)
    return fields_of(raw), raw


def _settled(floor: Desk) -> None:
    rows = (
        SettlementInstruction("A1", "main", DAY, parties=PARTIES),
        SettlementInstruction("A2", "KINGSTON-1", DAY, SettlDeliveryType="1"),
    )
    floor.done(c.DefineSettlementInstructions(rows), OPS)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_instruction(version: str, tmp_path: Path) -> None:
    floor = office()
    _settled(floor)
    block, name, _ = allocated(floor, fills=((30, "50"), (70, "50.10")))
    known = told(floor, block)
    fields, raw = sent(floor, version, tmp_path, f"J/{known.AllocID}")
    new = version != "FIX.4.2"
    expected = {
        "35": "J",
        "70": known.AllocID,
        "71": "0",
        "72": None,
        "796": None,
        "626": "1" if new else None,
        "857": "1" if new else None,
        "54": "1",
        "55": "AC.X",
        "48": "USACME",
        "22": "4",
        "53": "100",
        "6": "50.07",
        "15": "USD",
        "75": "20260302",
        "64": "20260303",
        "381": "5007.00",
        "118": "5008.25",
        "97": None,
    }
    assert {tag: fields.get(tag) for tag in expected} == expected
    spoken = dialect(version)
    assert entries_of(spoken, raw, "NoOrders") == [
        {"ClOrdID": floor.placement(name).ClOrdID, "OrderID": f"X{name}"}
    ]
    first, second = entries_of(spoken, raw, "NoAllocs")
    assert (first["AllocAccount"], first["AllocQty"], first["Commission"]) == ("A1", "60", "0.75")
    assert (first["CommType"], first["AllocNetMoney"]) == ("3", "3004.95")
    assert (second["AllocAccount"], second["AllocNetMoney"]) == ("A2", "2003.30")
    if new:
        _has_settlements(known.AllocID, first, second)
    else:
        assert set(first) == {
            *("AllocAccount", "AllocQty", "AllocText", "Commission", "CommType", "AllocNetMoney")
        }
        assert (first["AllocText"], second["AllocText"]) == (
            "settle as main",
            "settle as KINGSTON-1",
        )


def _has_settlements(AllocID: str, first: dict[str, Any], second: dict[str, Any]) -> None:
    assert (first["IndividualAllocID"], first["AllocAvgPx"]) == (f"{AllocID}-1", "50.07")
    assert (first["AllocSettlInstType"], first["SettlDeliveryType"]) == ("2", "0")
    (delivery,) = first["NoDlvyInst"]
    assert delivery["SettlInstSource"] == "3"
    assert delivery["NoSettlPartyIDs"] == [
        {"SettlPartyID": "DTC", "SettlPartyIDSource": "B", "SettlPartyRole": "10"},
        {"SettlPartyID": "CUST", "SettlPartyIDSource": "D", "SettlPartyRole": "30"},
    ]
    assert (second["AllocSettlInstType"], second["SettlDeliveryType"]) == ("3", "1")
    assert (second["StandInstDbType"], second["StandInstDbID"]) == ("4", "KINGSTON-1")
    assert "NoDlvyInst" not in second


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("side", [Side.SellShort, Side.SellShortExempt])
def test_short_sales_pass_the_dictionary(version: str, side: Side, tmp_path: Path) -> None:
    floor = office()
    block, _, _ = allocated(floor, ("A1", 60), ("A2", 40), Side=side, locate="L1")
    known = told(floor, block)
    fields, _ = sent(floor, version, tmp_path, f"J/{known.AllocID}")
    assert (fields["54"], fields["118"]) == (side.value, "4998.75")


@pytest.mark.parametrize("version", VERSIONS)
def test_each_account_s_own_price(version: str, tmp_path: Path) -> None:
    floor = office()
    define(floor, prices="high_to_low")
    block, _, _ = allocated(floor, fills=((60, "50.125"), (40, "51")))
    fields, raw = sent(floor, version, tmp_path, f"J/{told(floor, block).AllocID}")
    rows = entries_of(dialect(version), raw, "NoAllocs")
    assert [row["AllocAvgPx"] for row in rows] == ["50.125", "51"]
    assert fields["6"] == "50.475"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_replace_and_a_cancel_name_what_they_mean(version: str, tmp_path: Path) -> None:
    floor = office()
    block, name, ExecID = allocated(floor)
    first = accepted(floor, block)
    floor.correct(name, ExecID, 100, "49")
    floor.finish(block)
    second = accepted(floor, block)
    floor.done(c.CancelAllocation(second.AllocID, "wrong"), OPS)
    third = instructions(floor)[-1]
    new = version != "FIX.4.2"
    for known, kind, ref, why in ((second, "1", first, "2"), (third, "2", second, "1")):
        fields, _ = sent(floor, version, tmp_path, f"J/{known.AllocID}", poss_resend=True)
        assert (fields["71"], fields["72"], fields["97"]) == (kind, ref.AllocID, "Y")
        assert fields.get("796") == (why if new else None)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_telephoned_order_has_no_id_of_ours(version: str, tmp_path: Path) -> None:
    floor = office()
    block, _, _ = allocated(floor)
    known = told(floor, block)
    manual = replace(known, ClOrdIDs=("MANUAL",), OrderIDs=("",))
    floor.state.instructions[known.AllocID] = manual
    _, raw = sent(floor, version, tmp_path, f"J/{known.AllocID}")
    assert entries_of(dialect(version), raw, "NoOrders") == [{"ClOrdID": "MANUAL"}]


@pytest.mark.parametrize("version", NEWER)
def test_our_answers(version: str, tmp_path: Path) -> None:
    floor = office()
    block, _, _ = allocated(floor)
    known = accepted(floor, block)
    said = AllocationReport("R1", "0", "3", known.AllocID, "1", D(90), TradeDate="20260302")
    say(floor, said)
    fields, _ = sent(floor, version, tmp_path, "AT/S1/R1")
    assert {tag: fields.get(tag) for tag in ("35", "755", "70", "75", "87", "88", "794")} == {
        "35": "AT",
        "755": "R1",
        "70": known.AllocID,
        "75": "20260302",
        "87": "1",
        "88": "1",
        "794": "3",
    }
    assert fields["58"] == "Quantity: yours 90, ours 100"
    wrong = confirm(floor, known, "A1", ConfirmID="C1", NetMoney=D(1), Currency="\u20ac" * 300)
    fields, _ = sent(floor, version, tmp_path, f"AU/{wrong.key}")
    assert {tag: fields.get(tag) for tag in ("35", "664", "75", "940", "774", "573")} == {
        "35": "AU",
        "664": "C1",
        "75": "20260302",
        "940": "2",
        "774": "99",
        "573": "1",
    }
    assert fields["58"].startswith("NetMoney: yours 1, ours 3000.75; Currency: yours ???")
    assert len(fields["58"]) == 200
    right = confirm(floor, known, "A2", ConfirmID="C2", TradeDate="")
    floor.done(c.AffirmConfirmations((right.key,), "fine"), OPS)
    fields, _ = sent(floor, version, tmp_path, f"AU/{right.key}")
    assert (fields["940"], fields["75"]) == ("3", "20260302")
    assert {"774", "573", "58"} & set(fields) == set()


@pytest.mark.parametrize("version", NEWER)
def test_a_request_for_confirmations(version: str, tmp_path: Path) -> None:
    floor = office()
    block, _, _ = allocated(floor)
    known = accepted(floor, block)
    for account in ("", "A2"):
        floor.done(c.RequestConfirmations(known.AllocID, account), OPS)
    whole, one = floor.state.confirmation_requests
    fields, _ = sent(floor, version, tmp_path, f"BH/{whole}")
    assert {tag: fields.get(tag) for tag in ("35", "859", "773", "70", "467", "79")} == {
        "35": "BH",
        "859": whole,
        "773": "2",
        "70": known.AllocID,
        "467": None,
        "79": None,
    }
    fields, _ = sent(floor, version, tmp_path, f"BH/{one}")
    assert (fields["467"], fields["79"]) == (f"{known.AllocID}-2", "A2")


def test_what_a_version_cannot_say_is_refused() -> None:
    floor = office()
    block, _, _ = allocated(floor)
    known = accepted(floor, block)
    floor.done(c.RequestConfirmations(known.AllocID), OPS)
    (name,) = floor.state.confirmation_requests
    with pytest.raises(Unsendable, match="has no such message"):
        posttrade.encode(dialect("FIX.4.2"), floor.state, f"BH/{name}")


# -- what brokers say -----------------------------------------------------------------------------


def heard(version: str, text: str, key: str = "") -> Any:
    """What is understood of a broker's message, written with | between its fields."""
    raw = f"34=7|{text}".replace("|", "\x01")
    command = posttrade.received(Inbound("S1", raw), dialect(version), key)
    assert (command.session, command.MsgSeqNum, command.raw) == ("S1", 7, raw)
    return command.error or command.said


@pytest.mark.parametrize("version", VERSIONS)
def test_an_acknowledgement(version: str) -> None:
    text = "35=P|34=7|58=no|60=20260302-15:00:00|70=A1|75=20260302|87=2|88=0|"
    rows = "78=2|79=A1|776=0|161=closed|467=A1-1|79=A2|10=000|"
    ack = AllocationAck("A1", "2", "0", "no")
    assert heard(version, text + "10=000|") == ack
    accounts = (Row("A1", "A1-1", "0", "closed"), Row("A2"))
    assert heard(version, text + rows) == AllocationAck("A1", "2", "0", "no", accounts)
    assert heard(version, "35=P|70=A1|10=0|") == "AllocStatus (87) is missing"


@pytest.mark.parametrize("version", NEWER)
def test_an_allocation_report(version: str) -> None:
    said = heard(
        version,
        "35=AS|6=50.07|53=100|54=1|58=x|70=A1|71=0|73=2|11=C1|37=O1|11=C2|75=20260302|78=2|79=A1|"
        "80=60|154=3000.75|136=1|137=1|79=A2|80=40|87=0|755=R1|794=3|857=1|10=000|",
    )
    rows = (Row("A1", AllocQty=D(60), AllocNetMoney=D("3000.75")), Row("A2", AllocQty=D(40)))
    assert said == AllocationReport(
        AllocReportID="R1",
        AllocTransType="0",
        AllocReportType="3",
        AllocID="A1",
        Side="1",
        Quantity=D(100),
        AvgPx=D("50.07"),
        TradeDate="20260302",
        Text="x",
        ClOrdIDs=("C1", "C2"),
        rows=rows,
    )


@pytest.mark.parametrize("version", NEWER)
def test_a_confirmation(version: str) -> None:
    said = heard(
        version,
        "35=AK|6=50.07|12=0.75|13=3|15=USD|54=1|60=20260302-15:00:00|64=20260303|70=A1|73=1|11=C1|"
        "38=100|75=20260302|79=A1|80=60|85=1|165=3|781=2|782=DTC|783=B|784=10|782=CUST|784=30|"
        "118=3004.95|381=3004.20|467=A1-1|664=K1|665=4|666=1|772=K0|773=2|797=Y|859=R1|862=1|528=A|"
        "863=60|10=000|",
    )
    assert said == ConfirmationSaid(
        ConfirmID="K1",
        ConfirmTransType="1",
        ConfirmType="2",
        ConfirmStatus="4",
        ConfirmRefID="K0",
        ConfirmReqID="R1",
        CopyMsgIndicator="Y",
        AllocID="A1",
        IndividualAllocID="A1-1",
        AllocAccount="A1",
        Side="1",
        AllocQty=D(60),
        AvgPx=D("50.07"),
        GrossTradeAmt=D("3004.20"),
        Commission=D("0.75"),
        CommType="3",
        NetMoney=D("3004.95"),
        Currency="USD",
        TradeDate="20260302",
        SettlDate="20260303",
        ClOrdIDs=("C1",),
        parties=(("10", "DTC"), ("30", "CUST")),
    )


@pytest.mark.parametrize("wrong", ["1e9", "abc", "NaN", "9" * 41, "\u0663"])
def test_a_number_that_is_none_is_named(wrong: str) -> None:
    told = heard("FIX.4.4", f"35=AK|664=K1|666=0|118={wrong}|")
    assert told == f"NetMoney {wrong[:60]!r} is no number"


def test_a_confirmation_without_its_ids_is_named() -> None:
    assert heard("FIX.4.4", "35=AK|666=0|") == "ConfirmID (664) is missing"
    assert heard("FIX.4.4", "35=AS|755=R1|") == "AllocTransType (71) is missing"


@pytest.mark.parametrize("version", VERSIONS)
def test_rejects_of_our_messages(version: str) -> None:
    said = heard(version, "35=j|45=12|58=no|372=J|379=A1|380=3|")
    assert said == MessageRefused("J", 12, "J/A1", "no")
    said = heard(version, "35=3|45=12|372=AU|", "AU/S1/C1")
    assert said == MessageRefused("AU", 12, "AU/S1/C1", "")
    assert heard(version, "35=3|45=12|", "J/A1") == MessageRefused("J", 12, "J/A1", "")
    assert heard(version, "35=3|45=x|372=J|") == MessageRefused("J", None, "", "")


@pytest.mark.parametrize(
    ("text", "key", "ours"),
    [
        ("35=P|", "", True),
        ("35=AS|", "", True),
        ("35=AK|", "", True),
        ("35=8|", "", False),
        ("35=3|372=D|45=1|", "26030200000001", False),
        ("35=3|372=J|45=1|", "", True),
        ("35=3|45=1|", "J/A1", True),
        ("35=3|45=1|", "", False),
        ("35=j|372=AT|", "", True),
    ],
)
def test_which_messages_are_read_here(text: str, key: str, ours: bool) -> None:
    assert posttrade.is_posttrade(fields_of(text.replace("|", "\x01")), key) is ours


def test_a_quantity_with_decimals_is_said_as_it_is() -> None:
    assert posttrade.clean("a\x01b\u00e9") == "a?b?"
    assert posttrade.plain(Decimal("1E+3")) == "1000"


def test_a_second_answer_is_the_same_kind_of_message(tmp_path: Path) -> None:
    floor = office()
    block, _, _ = allocated(floor)
    right = confirm(floor, accepted(floor, block), "A1", ConfirmID="C1")
    floor.done(c.AffirmConfirmations((right.key,)), OPS)
    (key,) = floor.state.outbox
    fields, _ = sent(floor, "FIX.4.4", tmp_path, key)
    assert (fields["35"], fields["664"], fields["940"]) == ("AU", "C1", "3")
    event = floor.state.affirmations[right.key]
    assert posttrade.key_of(event) == key


@pytest.mark.parametrize("version", VERSIONS)
def test_an_instruction_of_a_price_group(version: str, tmp_path: Path) -> None:
    """Two blocks at one average: each J has the price of both, and says with whom it shares it."""
    floor = office(knows_price_groups=True)
    define(floor, average_blocks=True)
    allocated(floor, ("A1", 100), fills=((100, "50"),))
    block, *_ = allocated(floor, ("A2", 100), fills=((100, "50.10"),))
    known = told(floor, block)
    fields, raw = sent(floor, version, tmp_path, f"J/{known.AllocID}")
    new = version == "FIX.5.0SP2"
    assert (fields["6"], fields["53"]) == ("50.05", "100")
    assert (fields.get("819"), fields.get("1731")) == (("1", "B1") if new else (None, None))
    assert fields.get("196") == (None if new else "B1")
    (row,) = entries_of(dialect(version), raw, "NoAllocs")
    assert row["AllocNetMoney"] == "5006.25"
