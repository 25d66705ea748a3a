"""What we send is what quickfix reads with our dictionary; what brokers say is what we decode."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import quickfix as fix
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import DAY, instrument
from tests.fixconfig.samples import dictionary, wire
from tradeoms.fix.decode import NUMBERS, TEXTS, decode, fields_of
from tradeoms.fix.dialect import dialect
from tradeoms.fix.encode import encode, encode_status
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdStatus, OrdType, ReportKind, RequestKind, Side, TimeInForce
from tradeoms.model.placements import Placement, Request

FIX44 = dialect("FIX.4.4")
DICTIONARY = dictionary()
AT = datetime(2026, 3, 2, 14, 30, 0, 123456, UTC)
ACME = instrument("ACME")
ascii_texts = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
quantities = st.integers(1, 10**12).map(Decimal)
prices = st.integers(1, 10**11).map(lambda cents: Decimal(cents).scaleb(-2))
numbers = st.decimals(-(10**15), 10**15, places=6)


@st.composite
def asks(draw: Any) -> tuple[Placement, Request, bool]:
    """A placement and a request of it that could be sent."""
    kind = draw(st.sampled_from(OrdType))
    Price = draw(prices) if kind.has_limit else None
    StopPx = draw(prices) if kind.has_stop else None
    placement = Placement(
        placement="P1",
        block="B1",
        broker="KING",
        session="S1",
        instrument="ACME",
        Symbol=ACME.Symbol,
        Side=draw(st.sampled_from(Side)),
        OrderQty=draw(quantities),
        ClOrdID="26030200000001",
        routed=AT,
        trade_date=DAY,
        OrdType=kind,
        Price=Price,
        StopPx=StopPx,
        TimeInForce=draw(st.sampled_from(TimeInForce)),
        HandlInst=draw(st.sampled_from("123")),
        instructions=draw(st.just("") | ascii_texts),
        OrderID=draw(st.sampled_from(("", "X1"))),
    )
    what = draw(st.sampled_from(RequestKind))
    new = what is RequestKind.New
    quantity = placement.OrderQty if new else draw(quantities)
    ClOrdID = placement.ClOrdID if new else "26030200000002"
    limit = Price if new or Price is None else draw(prices)
    stop = StopPx if new or StopPx is None else draw(prices)
    return placement, Request(what, ClOrdID, quantity, AT, limit, stop), draw(st.booleans())


def read(text: str) -> dict[str, str]:
    """The message as quickfix sends it, read back with our dictionary, checks and all."""
    header = f"49=US\x0156=THEM\x0134=7\x0152={AT:%Y%m%d-%H:%M:%S}\x01"
    head, _, body = text.partition("\x0135=")
    MsgType, _, rest = body.partition("\x01")
    assert head == "8=FIX.4.4\x019=0"
    whole = fix.Message(f"{head}\x0135={MsgType}\x01{header}{rest}", False).toString()
    message = fix.Message(whole, DICTIONARY, True)
    DICTIONARY.validate(message)
    return fields_of(message.toString())


@settings(max_examples=300)
@given(asks())
def test_requests(ask: tuple[Placement, Request, bool]) -> None:
    placement, request, poss_resend = ask
    new, cancel = request.kind is RequestKind.New, request.kind is RequestKind.Cancel
    fields = read(encode(FIX44, placement, request, ACME, poss_resend))
    expected = {
        "35": {"new": "D", "cancel": "F", "replace": "G"}[request.kind.value],
        "97": "Y" if poss_resend else None,
        "11": request.ClOrdID,
        "41": None if new else placement.ClOrdID,
        "37": None if new or not placement.OrderID else placement.OrderID,
        "55": "AC.X",
        "48": "USACME",
        "22": "4",
        "54": placement.Side.value,
        "60": "20260302-14:30:00.123",
        "40": None if cancel else placement.OrdType.value,
        "59": None if cancel else placement.TimeInForce.value,
        "21": None if cancel else placement.HandlInst,
        "58": None if cancel else placement.instructions or None,
        "114": "N" if placement.Side.short and not cancel else None,
    }
    assert {tag: fields.get(tag) for tag in expected} == expected
    assert Decimal(fields["38"]) == request.OrderQty
    limits = {"44": request.Price, "99": request.StopPx}
    for tag, price in limits.items():
        assert (tag in fields) == (price is not None and not cancel)
        assert tag not in fields or Decimal(fields[tag]) == price
    assert "E" not in fields["38"].upper()


@given(asks())
def test_status_requests(ask: tuple[Placement, Request, bool]) -> None:
    placement, request, _ = ask
    fields = read(encode_status(FIX44, placement, request.ClOrdID, ACME))
    assert (fields["35"], fields["11"], fields["55"]) == ("H", request.ClOrdID, "AC.X")


def test_an_instrument_without_a_number_sends_none() -> None:
    placement, request, _ = _plain()
    bare = instrument("ACME", SecurityID="", SecurityIDSource="")
    fields = read(encode(FIX44, placement, request, bare))
    assert {"48", "22"} & set(fields) == set()


def _plain() -> tuple[Placement, Request, bool]:
    one = Decimal(1)
    values = ("P1", "B1", "KING", "S1", "ACME", "AC.X", Side.Buy, one, "26030200000001", AT, DAY)
    return Placement(*values), Request(RequestKind.New, "26030200000001", one, AT), False


WIRE_KINDS = {
    ReportKind.New: "0",
    ReportKind.DoneForDay: "3",
    ReportKind.Canceled: "4",
    ReportKind.Replaced: "5",
    ReportKind.PendingCancel: "6",
    ReportKind.Stopped: "7",
    ReportKind.Rejected: "8",
    ReportKind.Suspended: "9",
    ReportKind.PendingNew: "A",
    ReportKind.Calculated: "B",
    ReportKind.Expired: "C",
    ReportKind.Restated: "D",
    ReportKind.PendingReplace: "E",
    ReportKind.Trade: "F",
    ReportKind.TradeCorrect: "G",
    ReportKind.TradeCancel: "H",
    ReportKind.Status: "I",
}
texts = st.fixed_dictionaries(
    {"ExecID": ascii_texts},
    optional={name: ascii_texts for name in TEXTS if name not in ("RefMsgType", "ExecID")},
)
amounts = st.fixed_dictionaries({}, optional=dict.fromkeys(NUMBERS, numbers))


@settings(max_examples=300)
@given(st.sampled_from(list(WIRE_KINDS)), st.sampled_from(OrdStatus), texts, amounts)
def test_reports(kind: ReportKind, status: OrdStatus, text: Any, amount: Any) -> None:
    tags = FIX44.tags
    parts = {"150": WIRE_KINDS[kind], "39": status.value}
    parts |= {tags[name]: value for name, value in text.items()}
    parts |= {tags[name]: f"{value:f}" for name, value in amount.items()}
    body = "".join(f"{tag}={value}\x01" for tag, value in parts.items())
    raw = wire("35=8|34=2|49=THEM|52=20260302-14:30:00|56=US|").replace("|", "\x01")
    head, _, _ = raw.rpartition("10=")
    fields = fields_of(fix.Message(f"{head}{body}10=000\x01", False).toString())
    expected = Report(kind=kind.value, OrdStatus=status, **text, **amount)
    assert decode(FIX44, fields) == expected
