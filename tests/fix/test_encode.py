"""What leaves is what the version and the broker take; what they do not is refused with its reasons."""

from decimal import Decimal
from pathlib import Path

import pytest
import quickfix as fix

from tests.builders import instrument
from tests.fix.messages import AT, VERSIONS, brokers_dialect, placement, report, request
from tests.fixconfig import samples
from tradeoms.fix.decode import fields_of
from tradeoms.fix.dialect import Dialect, dialect
from tradeoms.fix.encode import (
    Unsendable,
    encode,
    encode_status,
    message,
    problems,
    utc,
)
from tradeoms.model.fields import OrdStatus, OrdType, ReportKind, RequestKind, Side, TimeInForce
from tradeoms.model.placements import Placement, Request

ACME = instrument("ACME")
HEADS = dict(
    zip(VERSIONS, ("8=FIX.4.2|9=0|35=", "8=FIX.4.4|9=0|35=", "8=FIXT.1.1|9=0|35="), strict=True)
)
APPL = dict(zip(VERSIONS, ("", "", "1128=9|"), strict=True))
TERMS = "55=AC.X|48=USACME|22=4|54=1|60=20260302-14:30:00.123|38=100|"


def said(spoken: Dialect, asked: Placement, wanted: Request, again: bool = False) -> str:
    return encode(spoken, asked, wanted, ACME, again).replace("\x01", "|")


def refused(spoken: Dialect, asked: Placement, wanted: Request, again: bool = False) -> list[str]:
    with pytest.raises(Unsendable) as error:
        encode(spoken, asked, wanted, ACME, again)
    return [f"{p.field} {p.value!r} {p.reason}" for p in error.value.problems]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_three_requests_and_the_question(version: str) -> None:
    spoken, head, appl = dialect(version), HEADS[version], APPL[version]
    new = f"{appl}11=26030200000001|{TERMS}40=2|59=0|21=1|44=12.50|10=000|"
    assert said(spoken, placement(), request()) == f"{head}D|{new}"
    assert said(spoken, placement(), request(), True) == f"{head}D|{appl}97=Y|{new[len(appl) :]}"
    known = placement(OrderID="X1")
    change = request(RequestKind.Replace, Price=Decimal("12.60"))
    assert said(spoken, known, change) == (
        f"{head}G|{appl}11=26030200000002|41=26030200000001|37=X1|{TERMS}40=2|59=0|21=1|44=12.60|10=000|"
    )
    assert said(spoken, known, request(RequestKind.Cancel)) == (
        f"{head}F|{appl}11=26030200000002|41=26030200000001|37=X1|{TERMS}10=000|"
    )
    asked = encode_status(spoken, placement(), "26030200000001", ACME).replace("\x01", "|")
    assert asked == f"{head}H|{appl}11=26030200000001|55=AC.X|48=USACME|22=4|54=1|10=000|"


@pytest.mark.parametrize("version", VERSIONS)
def test_an_order_in_money(version: str) -> None:
    spoken, head, appl = dialect(version), HEADS[version], APPL[version]
    terms = TERMS.replace("38=100|", "152=2500.5|15=USD|")
    cash = placement(CashOrderQty=Decimal("2500.5"), Currency="USD")
    new = f"{appl}11=26030200000001|{terms}40=2|59=0|21=1|44=12.50|10=000|"
    assert said(spoken, cash, request()) == f"{head}D|{new}"
    chain = f"{appl}11=26030200000002|41=26030200000001|"
    change = request(RequestKind.Replace, Price=Decimal("12.60"), CashOrderQty=Decimal(3000))
    dearer = terms.replace("152=2500.5", "152=3000")
    assert said(spoken, cash, change) == (f"{head}G|{chain}{dearer}40=2|59=0|21=1|44=12.60|10=000|")
    cancel, money = request(RequestKind.Cancel), "152=2500.5|"
    untold = TERMS.replace("38=100|", money)
    assert said(spoken, cash, cancel) == f"{head}F|{chain}{untold}10=000|"
    told = placement(CashOrderQty=Decimal("2500.5"), Currency="USD", OrdStatus=OrdStatus.New)
    assert said(spoken, told, cancel) == f"{head}F|{chain}{TERMS}10=000|"
    units = request(RequestKind.Replace, Price=Decimal("12.60"))
    assert "|38=100|" in said(spoken, told, units), "a trader's own amount is replaced by units"


def test_time_has_milliseconds() -> None:
    assert utc(AT) == "20260302-14:30:00.123"
    assert utc(AT.replace(year=987, microsecond=999_999)) == "09870302-14:30:00.999"


TOO_LONG = "x" * 1001
#: What the placement is besides -> what is said of it.
WRONG = {
    "a limit order without its limit": (
        {"Price": None},
        "Price '' Price is needed with OrdType 2 or 4",
    ),
    "a market order with a limit": (
        {"OrdType": OrdType.Market},
        "Price '12.50' may not be there with OrdType 1 or 3",
    ),
    "a stop order without its stop": (
        {"OrdType": OrdType.StopLimit},
        "StopPx '' StopPx is needed with OrdType 3 or 4",
    ),
    "a separator in the text": (
        {"instructions": "a\x01b"},
        "Text 'a\\x01b' character 2 is '\\x01': only printable ASCII is sent",
    ),
    "a line break in the text": (
        {"instructions": "a\nb"},
        "Text 'a\\nb' character 2 is '\\n': only printable ASCII is sent",
    ),
    "a text that is not ASCII": (
        {"instructions": "naïve"},
        "Text 'naïve' character 3 is 'ï': only printable ASCII is sent",
    ),
    "a text without end": (
        {"instructions": TOO_LONG},
        f"Text '{'x' * 40}' is longer than 1000 characters",
    ),
    "a HandlInst that is none": (
        {"HandlInst": "9"},
        "HandlInst '9' the broker takes 1, 2, 3 only",
    ),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("what", WRONG)
def test_what_may_not_leave(what: str, version: str) -> None:
    fields, reason = WRONG[what]
    found = refused(dialect(version), placement(**fields), request())
    assert found == [reason]


def test_the_longest_text_leaves() -> None:
    fields = placement(instructions="x" * 1000)
    assert f"58={'x' * 1000}|" in said(dialect("FIX.4.4"), fields, request())


def test_what_a_version_asks_for_must_be_there() -> None:
    bare = placement(HandlInst="")
    assert refused(dialect("FIX.4.2"), bare, request()) == [
        "HandlInst '' is required in a message D"
    ]
    assert "|21=" not in said(dialect("FIX.4.4"), bare, request())


def test_all_reasons_are_given_at_once() -> None:
    wrong = placement(OrdType=OrdType.Market, HandlInst="9", instructions="é")
    assert len(refused(dialect("FIX.4.4"), wrong, request())) == 3
    found = problems(dialect("FIX.4.4"), wrong, request(), ACME)
    assert [p.field for p in found] == ["Price", "HandlInst", "Text"]
    assert problems(dialect("FIX.4.4"), placement(), request(), ACME) == ()
    assert str(Unsendable(found[1:2])) == "HandlInst '9': the broker takes 1, 2, 3 only"


def test_a_message_or_field_that_the_version_has_not() -> None:
    with pytest.raises(Unsendable, match=r"MsgType 'AF': FIX.4.2 has no such message"):
        message(dialect("FIX.4.2"), "AF", {})
    with pytest.raises(Unsendable, match=r"LastQty '1': a message H has no such field"):
        message(
            dialect("FIX.4.4"), "H", {"ClOrdID": "1", "Symbol": "A", "Side": "1", "LastQty": "1"}
        )
    values = {"ClOrdID": "1", "OrigClOrdID": "0", "Symbol": "A", "Side": "1", "OrderQty": "1"}
    with pytest.raises(Unsendable, match=r"CashOrderQty .* may not be there with OrderQty$"):
        message(dialect("FIX.4.4"), "F", values | {"CashOrderQty": "5", "TransactTime": "x"})


def test_a_percent_sign_is_a_character() -> None:
    assert "|58=50% now %s|" in said(
        dialect("FIX.4.4"), placement(instructions="50% now %s"), request()
    )


def test_a_broker_s_values(tmp_path: Path) -> None:
    text = (
        '[header]\nOnBehalfOfCompID = "100%"\n[defaults."*"]\nOrderCapacity = "A"\n'
        '[defaults.D]\nLocateBroker = "LB"\nText = "default"\n[fixed."*"]\nHandlInst = "3"\n'
        '[fixed.F]\nSecurityID = ""\nSecurityIDSource = ""\n[custom]\nLocateBroker = 5700\n'
    )
    spoken = brokers_dialect(tmp_path, text)
    sent = said(spoken, placement(instructions="mine"), request())
    assert sent.startswith("8=FIX.4.4|9=0|35=D|115=100%|528=A|5700=LB|58=mine|11=")
    assert "|21=3|" in sent
    assert "|58=default|" in said(spoken, placement(), request())
    changed = said(spoken, placement(), request(RequestKind.Replace, Price=Decimal(12)))
    assert "|528=A|" in changed
    assert "5700" not in changed
    cancelled = said(spoken, placement(), request(RequestKind.Cancel))
    assert "528=" not in cancelled
    assert "|48=" not in cancelled
    assert "|22=" not in cancelled
    capacity = brokers_dialect(tmp_path, '[defaults.D]\nOrderCapacity = "A"\n', "FIX.4.2")
    assert "|47=A|" in said(capacity, placement(), request())


def test_what_a_broker_does_not_take(tmp_path: Path) -> None:
    text = (
        "[ids]\nmax_length = 14\n[supports]\nreplace = false\nposs_resend = false\nstatus = false\n"
        '[supported]\nTimeInForce = ["0"]\n[added]\nHandlInst = ["9"]\n'
        '[[conditional]]\non = ["D"]\nwhen = { Side = ["5", "6"] }\nany = ["LocateBroker"]\n'
        '[[forbidden]]\non = ["D"]\nwhen = { OrdType = "2" }\nnone = ["Text"]\n'
        "[custom]\nLocateBroker = 5700\n"
    )
    spoken = brokers_dialect(tmp_path, text)
    assert "|21=9|" in said(spoken, placement(HandlInst="9"), request())
    change = request(RequestKind.Replace, Price=Decimal(12))
    assert refused(spoken, placement(), change) == [
        "MsgType 'G' the broker takes no such message (supports.replace)"
    ]
    assert refused(spoken, placement(), request(), True) == [
        "PossResend 'Y' the broker does not heed it (supports.poss_resend)"
    ]
    with pytest.raises(Unsendable, match=r"supports\.status"):
        encode_status(spoken, placement(), "26030200000001", ACME)
    assert refused(spoken, placement(TimeInForce=TimeInForce.GoodTillCancel), request()) == [
        "TimeInForce '1' the broker takes 0 only"
    ]
    assert refused(spoken, placement(), request(ClOrdID="26030200000001X")) == [
        "ClOrdID '26030200000001X' has 15 characters, the broker takes 14 (ids.max_length)"
    ]
    assert refused(spoken, placement(), request(ClOrdID="2603_0200")) == [
        "ClOrdID '2603_0200' the broker takes the characters A-Za-z0-9- only (ids.charset)"
    ]
    assert refused(spoken, placement(Side=Side.SellShort), request()) == [
        "LocateBroker '' LocateBroker is needed with Side 5 or 6"
    ]
    assert refused(spoken, placement(instructions="now"), request()) == [
        "Text 'now' may not be there with OrdType 2"
    ]


def test_a_broker_s_own_meanings(tmp_path: Path) -> None:
    text = (
        '[[exec]]\nwhen = { ExecType = "4", OrdStatus = "C" }\nkind = "expired"\n'
        '[[exec]]\nwhen = { MyTag = "*" }\nkind = "suspended"\n[custom]\nMyTag = 9001\n'
        '[ord_status]\nX = "filled"\n'
    )
    spoken = brokers_dialect(tmp_path, text)
    assert report(spoken, "150=4|39=C").kind == ReportKind.Expired
    assert report(spoken, "150=4|39=4").kind == ReportKind.Canceled
    assert report(spoken, "150=0|39=0|9001=y").kind == ReportKind.Suspended
    assert report(spoken, "150=F|39=X").OrdStatus is OrdStatus.Filled


def through_quickfix(version: str, text: str) -> dict[str, str]:
    """A message of ours as quickfix sends it, read and judged with the version's dictionary."""
    head, _, body = text.partition("\x0135=")
    kind, _, rest = body.partition("\x01")
    header = "49=US\x0156=THEM\x0134=7\x0152=20260302-14:30:00\x01"
    whole = fix.Message(f"{head}\x0135={kind}\x01{header}{rest}", False).toString()
    known = samples.dictionary(version)
    message = fix.Message(whole, *samples.transport(version), known, True)
    known.validate(message, bool(samples.transport(version)))
    return fields_of(message.toString())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", [*RequestKind, None])
def test_what_we_send_passes_the_version_s_dictionary(
    kind: RequestKind | None, version: str
) -> None:
    known, spoken = placement(OrderID="X1", instructions="= 50% ="), dialect(version)
    if kind is None:
        sent = encode_status(spoken, known, "26030200000001", ACME)
    else:
        sent = encode(spoken, known, request(kind, Price=Decimal("12.50")), ACME)
    read = through_quickfix(version, sent)
    ours = fields_of(sent)
    assert {tag: read.get(tag) for tag in ours if tag not in ("9", "10")} == {
        tag: value for tag, value in ours.items() if tag not in ("9", "10")
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_a_dictionary_refuses_what_we_refuse(version: str) -> None:
    """A control of the test above: what is missing is seen."""
    sent = encode(dialect(version), placement(), request(), ACME)
    with pytest.raises(fix.RequiredTagMissing):
        through_quickfix(version, sent.replace("\x0154=1", ""))
