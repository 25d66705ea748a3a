"""Brokers' messages, from wire text to a `Report`: two splits, no object per field.

A Report's fields have FIX's names. Each is read from the tag that its dialect has for it, by its
type: a field more in `Report` is a field more that is read.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

import msgspec

from tradeoms.fix.dialect import Dialect
from tradeoms.fix.layouts import Layouts
from tradeoms.model.executions import Report
from tradeoms.model.fields import TRADES, OrdStatus, ReportKind

T = TypeVar("T")
SOH = "\x01"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
LONGEST_NUMBER = 40
LONGEST, TEXT = 1000, "58"  # characters of a value
FIELDS = tuple(field for field in msgspec.structs.fields(Report) if field.name != "kind")
TEXTS = tuple(field.name for field in FIELDS if field.type is str)
NUMBERS = tuple(field.name for field in FIELDS if field.type == Decimal | None)
EXECUTION_REPORT = "8"
LAYOUTS = Layouts()
TAG = re.compile("[1-9][0-9]*")
FORMS = 4096  # forms of messages kept: brokers use a few dozen
EXEC_ID, CL_ORD_ID = (
    next(n for n, field in enumerate(FIELDS) if field.name == name)
    for name in ("ExecID", "ClOrdID")
)
REQUESTS = ("D", "E", "F", "G", "q")  # a reject of one of these may name it by BusinessRejectRefID
#: Fields of bytes, which may hold the separator; their length stands before them.
DATA = frozenset(("89", "91", "96", "213", "355", "361", "363", "365", "619", "622"))
LENGTH = re.compile(f"{SOH}[0-9]+=([0-9]{{1,9}}){SOH}(?:{'|'.join(sorted(DATA))})=")


class Unreadable(ValueError):
    """A message that cannot be understood; the text says which field and why."""


def taken(raw: str) -> tuple[tuple[str, ...], Sequence[str]]:
    """The tags of a message and their values, in their order."""
    if known := LAYOUTS.find(raw):
        return known
    parts = raw.replace(SOH, "=").split("=")
    # Of all parts: where one of bytes has a separator too much, a text may have the equals sign for it.
    if len(parts) != 2 * raw.count(SOH) + 1 or not DATA.isdisjoint(parts):
        fields = _carefully(raw)
        return tuple(fields), [*fields.values()]
    tags = tuple(parts[:-1:2])
    LAYOUTS.see(tags)
    return tags, parts[1::2]


@lru_cache(FORMS)
def plain(tags: tuple[str, ...]) -> bool:
    """Each tag comes once, in its shortest form: whatever the order of the fields, they say the same."""
    return len(set(tags)) == len(tags) and all(map(TAG.fullmatch, tags))


def fields_of(raw: str) -> dict[str, str]:
    """Tag -> value. Of a tag that comes twice, as in a repeating group, the first stays."""
    return by_tag(*taken(raw))


def by_tag(tags: Sequence[str], values: Sequence[T]) -> dict[str, T]:
    """Tag -> value, of two equal tags the first one's."""
    # From the end, so that the first is written last, and stays.
    return dict(zip(reversed(tags), reversed(values), strict=True))


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


class Form(NamedTuple):
    """Where messages with the same tags have what, by the places of their values.

    After these stand two for what a message has not: an empty text, and None. `told` takes MsgType
    and what an execution report's meaning follows from, `pick` a Report's fields, of which those in
    `converted` become something else; None is what cannot be converted.
    """

    told: Callable[[Sequence[str | None]], tuple[str, ...]]
    pick: Callable[[Sequence[str | None]], tuple[Any, ...]]
    converted: tuple[tuple[int, Callable[[str], Any]], ...]


@lru_cache(FORMS)
def _form(dialect: Dialect, tags: tuple[str, ...]) -> Form:
    places = by_tag(tags, range(len(tags)))
    no_text, nothing = len(tags), len(tags) + 1
    found = [places.get(dialect.tags.get(field.name, "")) for field in FIELDS]
    converters = CONVERTED | {OrdStatus | None: dialect.statuses.get}
    absent = [no_text if field.type is str else nothing for field in FIELDS]
    return Form(
        itemgetter(*(places.get(tag, no_text) for tag in ("35", *dialect.told))),
        itemgetter(*(a if at is None else at for at, a in zip(found, absent, strict=True))),
        tuple(
            (i, converters[field.type])
            for i, field in enumerate(FIELDS)
            if found[i] is not None and field.type in converters
        ),
    )


def bounded(dialect: Dialect, fields: dict[str, str]) -> dict[str, str]:
    """The fields of a long message: free text is cut, an id must not be.

    Raises:
        Unreadable: a field of a report, other than its text, is longer than any broker's.
    """
    if len(text := fields.get(TEXT, "")) > LONGEST:
        fields = fields | {TEXT: f"{text[: LONGEST - 3]}..."}
    for field in FIELDS:
        tag = dialect.tags.get(field.name, "")
        if len(value := fields.get(tag, "")) > LONGEST:
            raise Unreadable(f"tag {tag} has {len(value):,} characters")
    return fields


def decode(dialect: Dialect, fields: dict[str, str]) -> Report:
    """The report of a message 8, 9, 3, j or r.

    Raises:
        Unreadable: another MsgType, an ExecType or OrdStatus we do not know, a number that is none.
    """
    return report(dialect, tuple(fields), [*fields.values()])


def report(dialect: Dialect, tags: tuple[str, ...], found: Sequence[str]) -> Report:
    """The same of what was `taken`."""
    form, facts = _form(dialect, tags), (*found, "", None)
    MsgType, *told = form.told(facts)
    # What a broker sends most often takes no look at all of its fields.
    kind = dialect.kind(*told) if MsgType == EXECUTION_REPORT else ""
    kind = kind or _kind(by_tag(tags, found))
    values = [*form.pick(facts)]
    for index, convert in form.converted:
        text = values[index]
        values[index] = convert(text) if text else None
        if text and values[index] is None:
            raise Unreadable(_senseless(FIELDS[index].name, text))
    if kind in TRADES and not values[EXEC_ID]:
        raise Unreadable("ExecID (17) is missing on a trade")
    if kind == ReportKind.MessageReject and not values[CL_ORD_ID]:
        values[CL_ORD_ID] = _rejected(dialect, by_tag(tags, found))
    return Report(kind, *values)


def _rejected(dialect: Dialect, fields: dict[str, str]) -> str:
    """The ClOrdID of the request that a reject means, where that is what it names it by."""
    named = fields.get("372", "") in REQUESTS
    return fields.get(dialect.tags.get("BusinessRejectRefID", ""), "") if named else ""


def _kind(fields: dict[str, str]) -> str:
    MsgType = fields.get("35", "")
    if MsgType == EXECUTION_REPORT:
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
        raise Unreadable(_senseless(name, text))
    return found


def _senseless(name: str, text: str) -> str:
    if name == "OrdStatus":
        return f"OrdStatus (39) {text!r} is unknown"
    return f"{name} {text[:60]!r} is no number"


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


def _whole(text: str) -> int | None:
    found = _number(text)
    return None if found is None else int(found)


CONVERTED: dict[Any, Callable[[str], Any]] = {Decimal | None: _number, int | None: _whole}
