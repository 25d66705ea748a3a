"""Brokers' messages, from wire text to a `Report`: two splits, no object per field.

A Report's fields have FIX's names. Each is read from the tag that its dialect has for it, by its
type: a field more in `Report` is a field more that is read.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple

import msgspec

from tradeoms.fix.dialect import Dialect
from tradeoms.model.executions import Report
from tradeoms.model.fields import TRADES, OrdStatus, ReportKind

SOH = "\x01"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
LONGEST_NUMBER = 40
LONGEST, TEXT = 1000, "58"  # characters of a value
FIELDS = tuple(field for field in msgspec.structs.fields(Report) if field.name != "kind")
TEXTS = tuple(field.name for field in FIELDS if field.type is str)
NUMBERS = tuple(field.name for field in FIELDS if field.type == Decimal | None)
REQUESTS = ("D", "E", "F", "G", "q")  # a reject of one of these may name it by BusinessRejectRefID
#: Fields of bytes, which may hold the separator; their length stands before them.
DATA = "89|91|96|213|355|361|363|365|619|622"
HAS_DATA = re.compile(f"{SOH}(?:{DATA})=")
LENGTH = re.compile(f"{SOH}[0-9]+=([0-9]{{1,9}}){SOH}(?:{DATA})=")


class Unreadable(ValueError):
    """A message that cannot be understood; the text says which field and why."""


def fields_of(raw: str) -> dict[str, str]:
    """Tag -> value. Of a tag that comes twice, as in a repeating group, the first stays."""
    parts = raw.replace(SOH, "=").split("=")
    if len(parts) != 2 * raw.count(SOH) + 1 or HAS_DATA.search(raw):
        return _carefully(raw)
    # From the end, so that of two equal tags the first one is written last, and stays.
    return dict(zip(parts[-3::-2], parts[-2::-2], strict=True))


def _carefully(raw: str) -> dict[str, str]:
    """The same for a message with an equals sign in a value, or with bytes."""
    fields: dict[str, str] = {}
    for pair in without_data(raw).split(SOH):
        tag, _, value = pair.partition("=")
        fields.setdefault(tag, value)
    return fields


def without_data(raw: str) -> str:
    """Without the contents of fields of bytes: what looks like a tag in there is none."""
    found = LENGTH.search(raw)
    while found:
        start = found.end()
        raw = raw[:start] + raw[_end(raw, start, int(found[1])) :]
        found = LENGTH.search(raw, start)
    return raw


def _end(raw: str, start: int, length: int) -> int:
    """Where bytes end: the length counts those of UTF-8, or of Latin-1 where the text was none."""
    octets = raw[start:].encode("utf-8", "surrogateescape")[:length]
    for size in (len(octets.decode("utf-8", "ignore")), length):
        if raw[start + size : start + size + 1] == SOH:
            return start + size
    return start


class Plan(NamedTuple):
    """The tags of a Report's fields in their order, and what has to be done with which of them."""

    tags: tuple[str, ...]
    converted: tuple[tuple[int, str, Callable[[Dialect, str, str], Any]], ...]
    ClOrdID: int
    ExecID: int
    reference: str


@lru_cache
def _plan(dialect: Dialect) -> Plan:
    names = [field.name for field in FIELDS]
    converted = ((i, field.name, CONVERTED.get(field.type)) for i, field in enumerate(FIELDS))
    return Plan(
        tuple(dialect.tags.get(name, "") for name in names),
        tuple((i, name, convert) for i, name, convert in converted if convert is not None),
        names.index("ClOrdID"),
        names.index("ExecID"),
        dialect.tags.get("BusinessRejectRefID", ""),
    )


def bounded(dialect: Dialect, fields: dict[str, str]) -> dict[str, str]:
    """The fields of a long message: free text is cut, an id must not be.

    Raises:
        Unreadable: a field of a report, other than its text, is longer than any broker's.
    """
    if len(text := fields.get(TEXT, "")) > LONGEST:
        fields = fields | {TEXT: f"{text[: LONGEST - 3]}..."}
    for tag in _plan(dialect).tags:
        if len(value := fields.get(tag, "")) > LONGEST:
            raise Unreadable(f"tag {tag} has {len(value):,} characters")
    return fields


def decode(dialect: Dialect, fields: dict[str, str]) -> Report:
    """The report of a message 8, 9, 3, j or r.

    Raises:
        Unreadable: another MsgType, an ExecType or OrdStatus we do not know, a number that is none.
    """
    kind = _kind(dialect, fields)
    plan = _plan(dialect)
    values: list[Any] = [*map(fields.get, plan.tags, repeat(""))]
    for index, name, convert in plan.converted:
        text = values[index]
        values[index] = convert(dialect, name, text) if text else None
    if kind in TRADES and not values[plan.ExecID]:
        raise Unreadable("ExecID (17) is missing on a trade")
    if kind == ReportKind.MessageReject and fields.get("372", "") in REQUESTS:
        values[plan.ClOrdID] = values[plan.ClOrdID] or fields.get(plan.reference, "")
    return Report(kind, *values)


def _kind(dialect: Dialect, fields: dict[str, str]) -> str:
    MsgType = fields.get("35", "")
    if MsgType == "8":
        if kind := dialect.kind(fields):
            return kind
        raise Unreadable(f"ExecType (150) {fields.get('150', '')!r} is unknown")
    if MsgType == "9":
        return ReportKind.CancelReject
    if MsgType in ("3", "j"):
        return ReportKind.MessageReject
    if MsgType == "r":
        refused = fields.get("531", "") in ("", "0")  # MassCancelResponse
        return ReportKind.MassCancelReject if refused else ReportKind.MassCanceled
    raise Unreadable(f"MsgType (35) {MsgType!r} is none that a broker sends us")


def number(dialect: Dialect, name: str, text: str) -> Decimal:  # noqa: ARG001
    """A number of a message. Raises Unreadable."""
    found = _number(text)
    if found is None:
        raise Unreadable(f"{name} {text[:60]!r} is no number")
    return found


@lru_cache(
    maxsize=4096
)  # a fill says the same price and quantity several times, and so does the next
def _number(text: str) -> Decimal | None:
    """Stricter than Decimal, which takes exponents, underscores, any script's digits and NaN."""
    # Most numbers are digits with at most one point; the rest is looked at more slowly.
    plain = text.isascii() and text.replace(".", "", 1).isdigit()
    if len(text) > LONGEST_NUMBER or not (plain or NUMBER.fullmatch(text)):
        return None
    return Decimal(text)


def _whole(dialect: Dialect, name: str, text: str) -> int:
    return int(number(dialect, name, text))


def _status(dialect: Dialect, name: str, text: str) -> OrdStatus:  # noqa: ARG001
    status = dialect.statuses.get(text)
    if status is None:
        raise Unreadable(f"OrdStatus (39) {text!r} is unknown")
    return status


CONVERTED: dict[Any, Callable[[Dialect, str, str], Any]] = {
    Decimal | None: number,
    int | None: _whole,
    OrdStatus | None: _status,
}
