"""Requests to a broker as FIX text, built as a string: several times faster than field by field.

The engine adds CompIDs, MsgSeqNum, SendingTime, length and checksum when it sends.
"""

from datetime import datetime
from decimal import Decimal

from tradeoms.fix.dialect import Dialect
from tradeoms.model.fields import RequestKind
from tradeoms.model.orders import Placement, Request
from tradeoms.model.reference import Instrument

SOH = "\x01"
MSG_TYPES = {RequestKind.New: "D", RequestKind.Cancel: "F", RequestKind.Replace: "G"}


def encode(
    dialect: Dialect,
    placement: Placement,
    request: Request,
    instrument: Instrument,
    poss_resend: bool = False,
) -> str:
    """D, F or G for a request; PossResend=Y where the broker may have seen it before."""
    fields = {"ClOrdID": request.ClOrdID}
    if request.kind is not RequestKind.New:
        fields["OrigClOrdID"] = placement.ClOrdID
        if placement.OrderID:
            fields["OrderID"] = placement.OrderID
    fields |= _instrument(instrument) | {
        "Side": placement.Side.value,
        "TransactTime": utc(request.at),
    }
    fields["OrderQty"] = plain(request.OrderQty)
    if request.kind is not RequestKind.Cancel:
        fields |= _terms(placement, request)
    return _message(dialect, MSG_TYPES[request.kind], fields, poss_resend)


def encode_status(
    dialect: Dialect, placement: Placement, ClOrdID: str, instrument: Instrument
) -> str:
    """H: what became of this request?"""
    fields = {"ClOrdID": ClOrdID} | _instrument(instrument) | {"Side": placement.Side.value}
    return _message(dialect, "H", fields, False)


def _instrument(instrument: Instrument) -> dict[str, str]:
    """The Symbol, and the SecurityID where there is one: it means nothing without its source."""
    fields = {"Symbol": instrument.Symbol}
    if instrument.SecurityID and instrument.SecurityIDSource:
        fields["SecurityID"] = instrument.SecurityID
        fields["SecurityIDSource"] = instrument.SecurityIDSource
    return fields


def _terms(placement: Placement, request: Request) -> dict[str, str]:
    fields = {
        "OrdType": placement.OrdType.value,
        "TimeInForce": placement.TimeInForce.value,
        "HandlInst": placement.HandlInst,
    }
    new = request.kind is RequestKind.New
    Price, StopPx = (placement.Price, placement.StopPx) if new else (request.Price, request.StopPx)
    if Price is not None:
        fields["Price"] = plain(Price)
    if StopPx is not None:
        fields["StopPx"] = plain(StopPx)
    if placement.Side.short:
        fields["LocateReqd"] = "N"
    if placement.instructions:
        fields["Text"] = placement.instructions
    return fields


def _message(dialect: Dialect, MsgType: str, fields: dict[str, str], poss_resend: bool) -> str:
    head = f"8={dialect.begin_string}{SOH}9=0{SOH}35={MsgType}{SOH}" + (
        f"97=Y{SOH}" if poss_resend else ""
    )
    tags = dialect.tags
    return (
        head
        + "".join([f"{tags[name]}={value}{SOH}" for name, value in fields.items()])
        + f"10=000{SOH}"
    )


def plain(number: Decimal) -> str:
    """A number without exponent, as FIX wants it."""
    return f"{number:f}"


def utc(at: datetime) -> str:
    """UTCTimestamp with milliseconds."""
    return f"{at:%Y%m%d-%H:%M:%S}.{at.microsecond // 1000:03d}"
