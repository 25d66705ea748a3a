"""Brokers' messages, from wire text to a `Report`: one split, no object per field."""

import re
from decimal import Decimal

from tradeoms.fix.dialect import Dialect
from tradeoms.model.fields import OrdStatus, ReportKind
from tradeoms.model.orders import Report

SOH = "\x01"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
LONGEST_NUMBER = 40
TEXTS = (
    "ClOrdID",
    "OrigClOrdID",
    "OrderID",
    "ExecID",
    "ExecRefID",
    "Symbol",
    "Side",
    "TransactTime",
    "TradeDate",
    "LastMkt",
    "Text",
    "OrdRejReason",
    "CxlRejReason",
    "CxlRejResponseTo",
    "ExecRestatementReason",
    "RefMsgType",
)
REQUESTS = ("D", "F", "G")  # a reject of one of these may name it by BusinessRejectRefID
NUMBERS = ("OrderQty", "Price", "LastQty", "LastPx", "CumQty", "LeavesQty", "AvgPx")


class Unreadable(ValueError):
    """A message that cannot be understood; the text says which field and why."""


def fields_of(raw: str) -> dict[str, str]:
    """Tag -> value. Of a tag that comes twice, as in a repeating group, the first stays."""
    fields: dict[str, str] = {}
    for pair in raw.split(SOH):
        tag, _, value = pair.partition("=")
        fields.setdefault(tag, value)
    return fields


def decode(dialect: Dialect, fields: dict[str, str]) -> Report:
    """The report of a message 8, 9, 3 or j.

    Raises:
        Unreadable: another MsgType, an ExecType or OrdStatus we do not know, a number that is none.
    """
    kind = _kind(dialect, fields)
    tags = dialect.tags
    values: dict[str, object] = {"kind": kind}
    for name in TEXTS:
        if value := fields.get(tags[name]):
            values[name] = value
    for name in NUMBERS:
        if value := fields.get(tags[name]):
            values[name] = _number(name, value)
    if kind == ReportKind.MessageReject and fields.get("372", "") in REQUESTS:
        values.setdefault("ClOrdID", fields.get(tags["BusinessRejectRefID"], ""))
    if status := fields.get("39"):
        values["OrdStatus"] = _status(status)
    if number := fields.get("45"):
        values["RefSeqNum"] = int(_number("RefSeqNum", number))
    if kind in (
        ReportKind.Trade,
        ReportKind.TradeCorrect,
        ReportKind.TradeCancel,
    ) and not values.get("ExecID"):
        raise Unreadable("ExecID (17) is missing on a trade")
    return Report(**values)  # type: ignore[arg-type]


def _kind(dialect: Dialect, fields: dict[str, str]) -> str:
    MsgType = fields.get("35", "")
    if MsgType == "9":
        return ReportKind.CancelReject
    if MsgType in ("3", "j"):
        return ReportKind.MessageReject
    if MsgType != "8":
        raise Unreadable(f"MsgType (35) {MsgType!r} is none that a broker sends us")
    kind = dialect.kind(fields.get("20", ""), fields.get("150", ""))
    if not kind:
        raise Unreadable(f"ExecType (150) {fields.get('150', '')!r} is unknown")
    return kind


def _number(name: str, text: str) -> Decimal:
    # Stricter than Decimal, which takes exponents, underscores, any script's digits and NaN.
    if len(text) > LONGEST_NUMBER or not NUMBER.fullmatch(text):
        raise Unreadable(f"{name} {text[:60]!r} is no number")
    return Decimal(text)


def _status(text: str) -> OrdStatus:
    try:
        return OrdStatus(text)
    except ValueError:
        raise Unreadable(f"OrdStatus (39) {text!r} is unknown") from None
