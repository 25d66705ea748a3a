"""Encode and decode per message and version, beside quickfix.Message set and read field by field.

Both sides begin and end alike. Out: a request of ours -> a quickfix.Message that can be sent. In: the
quickfix.Message of a callback -> a Report with Decimals. Microseconds of processor time, the best of
several rounds that take turns, so that a busy machine troubles both.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import quickfix as fix

import fixconfig
from tradeoms.fix.application import readable
from tradeoms.fix.decode import FIELDS, decode, fields_of
from tradeoms.fix.dialect import Dialect, dialect
from tradeoms.fix.encode import encode, encode_status, plain, utc
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdStatus, OrdType, RequestKind, Side
from tradeoms.model.placements import Placement, Request
from tradeoms.model.reference import Instrument

ROUNDS, CALLS = 15, 1500
AT = datetime(2026, 3, 2, 14, 30, 0, 123456, UTC)
OLD, NEW = "26030200000001", "26030200000002"
ACME = Instrument("ACME", "ACME", "US0378331005", "4", "USD", "ACME")
PLACED = Placement(
    *("P1", "B1", "KING", "S1", "ACME", "ACME", Side.Buy, Decimal(1000), OLD, AT, date(2026, 3, 2)),
    OrdType=OrdType.Limit,
    Price=Decimal("130.25"),
    OrderID="K-1",
)
KINDS = {"D": RequestKind.New, "G": RequestKind.Replace, "F": RequestKind.Cancel}
NEUTRAL = "34=7|49=KING|52=20260302-14:30:00.123|56=US|"
FACTS = (
    f"37=K-1|17=E-2|11={OLD}|39=1|55=ACME|54=1|38=1000|40=2|44=130.25|59=0|32=100|31=130.24|30=XNAS|"
    "151=900|14=100|6=130.24|60=20260302-14:30:00.120|75=20260302|"
)
CANCEL_REJECT = f"37=K-1|11={NEW}|41={OLD}|39=1|434=2|102=0|58=too late|60=20260302-14:30:00.120|"


def requests(spoken: Dialect) -> Iterator[tuple[str, Callable[[], object], Callable[[], object]]]:
    """MsgType, ours, field by field."""
    for MsgType, kind in KINDS.items():
        ClOrdID = OLD if kind is RequestKind.New else NEW
        request = Request(kind, ClOrdID, Decimal(1000), AT, Decimal("130.25"))
        yield (
            MsgType,
            lambda r=request: fix.Message(encode(spoken, PLACED, r, ACME), False),
            lambda m=MsgType, r=request: _built(spoken, m, r),
        )
    yield (
        "H",
        lambda: fix.Message(encode_status(spoken, PLACED, OLD, ACME), False),
        lambda: _asked(spoken),
    )


def _begun(spoken: Dialect, MsgType: str, ClOrdID: str) -> fix.Message:
    message = fix.Message()
    header = message.getHeader()
    header.setField(fix.BeginString(spoken.begin_string))
    header.setField(fix.MsgType(MsgType))
    message.setField(fix.ClOrdID(ClOrdID))
    message.setField(fix.Symbol(ACME.Symbol))
    message.setField(fix.SecurityID(ACME.SecurityID))
    message.setField(fix.SecurityIDSource(ACME.SecurityIDSource))
    message.setField(fix.Side(PLACED.Side.value))
    return message


def _asked(spoken: Dialect) -> fix.Message:
    return _begun(spoken, "H", OLD)


def _built(spoken: Dialect, MsgType: str, request: Request) -> fix.Message:
    """As most Python programs write it: an object a field."""
    message = _begun(spoken, MsgType, request.ClOrdID)
    message.setField(fix.StringField(60, utc(request.at)))
    message.setField(fix.StringField(38, plain(request.OrderQty)))
    if MsgType != "D":
        message.setField(fix.OrigClOrdID(PLACED.ClOrdID))
        message.setField(fix.OrderID(PLACED.OrderID))
    if MsgType != "F":
        message.setField(fix.OrdType(PLACED.OrdType.value))
        message.setField(fix.TimeInForce(PLACED.TimeInForce.value))
        message.setField(fix.HandlInst(PLACED.HandlInst))
        message.setField(fix.StringField(44, plain(request.Price or Decimal(0))))
    return message


def reports(spoken: Dialect) -> Iterator[tuple[str, Callable[[], object], Callable[[], object]]]:
    """MsgType, ours, field by field."""
    old = spoken.begin_string == "FIX.4.2"
    bodies = {"8": FACTS + ("20=0|150=1|" if old else "150=F|"), "9": CANCEL_REJECT}
    for MsgType, body in bodies.items():
        head = f"8={spoken.begin_string}|9=0|35={MsgType}|{NEUTRAL}"
        text = f"{head}{body}10=000|".replace("|", "\x01")
        message = fix.Message(text, False)
        yield (
            MsgType,
            lambda m=message: decode(spoken, fields_of(readable(m.toString()))),
            lambda m=message: _read(spoken, m),
        )


def _read(spoken: Dialect, message: fix.Message) -> Report:
    MsgType = message.getHeader().getField(35)
    found: dict[str, Any] = {}
    for field in FIELDS:
        if field.name not in spoken.tags:
            continue
        tag = int(spoken.tags[field.name])
        if message.isSetField(tag):
            value = message.getField(tag)
            if field.type == Decimal | None:
                found[field.name] = Decimal(value)
            elif field.type == OrdStatus | None:
                found[field.name] = OrdStatus(value)
            else:
                found[field.name] = value
    if MsgType == "9":
        return Report("cancel_reject", **found)
    told = (message.getField(int(t)) if message.isSetField(int(t)) else "" for t in spoken.told)
    return Report(spoken.kind(*told), **found)


def _micros(*calls: Callable[[], object]) -> list[float]:
    best = [float("inf")] * len(calls)
    for _ in range(ROUNDS):
        for index, call in enumerate(calls):
            began = time.thread_time()
            for _ in range(CALLS):
                call()
            best[index] = min(best[index], (time.thread_time() - began) / CALLS * 1e6)
    return best


def main() -> Iterator[dict[str, object]]:
    """Lines of `make bench`, one a message and version."""
    for version in fixconfig.folders():
        spoken = dialect(version)
        for way, cases in (("encode", requests(spoken)), ("decode", reports(spoken))):
            for MsgType, ours, theirs in cases:
                own, other = _micros(ours, theirs)
                yield {
                    "name": f"codec {way} {version} {MsgType}",
                    "value": round(own, 2),
                    "unit": "µs",
                    "against": f"quickfix.Message field by field, {other:.2f} µs",
                    "ratio": round(other / own, 2),
                }
