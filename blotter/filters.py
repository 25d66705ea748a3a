"""The language of filters: `side:sell sym:A* pm:jane leaves>0`. Terms are separated by spaces.

side:sell            is; * and ? stand for anything; a|b is either
pm:"ann lee"         with a space in it        block:      is empty       block:*   is not
leaves>0  orderqty<=10k   numbers; k and m are thousands and millions; 10..20 is a range
entered>15:30        times of day              trade_date:2025-01-02
-side:sell  side!=sell   is not                apple       any text holds it
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from operator import ge, gt, le, lt
from typing import Any, NamedTuple

from blotter.column import Column, Kind

Test = Callable[[Any], bool]
_TOKEN = re.compile(r'(?:[^\s"]|"[^"]*")+')
_TERM = re.compile(r"(?P<name>[A-Za-z%][\w %]*?)(?P<op>!=|>=|<=|:|=|>|<)(?P<value>.*)", re.DOTALL)
_COMPARE = {">": gt, ">=": ge, "<": lt, "<=": le}
_FACTORS = {"k": Decimal(1000), "m": Decimal(1_000_000)}
_YES = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}


class BadFilter(ValueError):
    """What is wrong with a filter, and where: `at` is the place of the first wrong letter."""

    def __init__(self, at: int, reason: str) -> None:
        super().__init__(reason)
        self.at, self.reason = at, reason


class _Term(NamedTuple):
    at: int  # where its value begins
    column: Column
    op: str
    value: str


def parse(text: str, columns: Sequence[Column]) -> Test | None:
    """The test of a filter; None for an empty one. Raises BadFilter."""
    if text.count('"') % 2:
        raise BadFilter(text.rindex('"'), "this quotation mark is never closed")
    tests = [_test(match.group(), match.start(), columns) for match in _TOKEN.finditer(text)]
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]
    return lambda row: all(test(row) for test in tests)


def exactly(column: Column, row: Any) -> str:
    """The term that finds rows with the same value in a column."""
    value = column.raw(row)
    if column.kind is Kind.Number:
        shown = "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
    else:
        shown = column.text(row)
    return f'{column.name}:"{shown}"' if " " in shown else f"{column.name}:{shown}"


def _test(token: str, at: int, columns: Sequence[Column]) -> Test:
    negated = token[0] in "-!" and len(token) > 1
    body = token[1:] if negated else token
    match = _TERM.fullmatch(body)
    start = at + negated
    if match is None:
        test = _anywhere(body.replace('"', ""), columns)
    else:
        column = _column(match["name"], start, columns)
        test = _compared(_Term(start + match.start("value"), column, match["op"], match["value"]))
    return (lambda row: not test(row)) if negated else test


def _fold(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


def _column(name: str, at: int, columns: Sequence[Column]) -> Column:
    """The column of this name, else title; or whose name or title alone begins so, or holds it."""
    wanted = _fold(name)
    names = [(column, (_fold(column.name), _fold(column.title))) for column in columns]
    same = [column for column, known in names if wanted == known[0]]
    same = same or [column for column, known in names if wanted in known]
    begin = [column for column, known in names if any(n.startswith(wanted) for n in known)]
    begin = begin or [column for column, known in names if any(wanted in n for n in known)]
    if same or len(begin) == 1:
        return (same or begin)[0]
    if begin:
        several = ", ".join(column.name for column in begin)
        raise BadFilter(at, f"“{name}” may be {several}")
    near = get_close_matches(name, [column.name for column in columns], 1, 0.5)
    hint = f": {near[0]}?" if near else ""
    raise BadFilter(at, f"there is no column “{name}”{hint}")


def _anywhere(word: str, columns: Sequence[Column]) -> Test:
    """A word that some text holds."""
    texts = [column.raw for column in columns if column.kind is Kind.Text]
    wanted = word.lower()
    return lambda row: any(wanted in (raw(row) or "").lower() for raw in texts)


def _compared(term: _Term) -> Test:
    if term.op == "!=":
        test = _compared(term._replace(op=":"))
        return lambda row: not test(row)
    value = term.value.replace('"', "")
    if term.op in _COMPARE and not value:
        raise BadFilter(term.at, f"{term.column.name}{term.op} what?")
    return _KINDS[term.column.kind](term._replace(value=value))


def _text(term: _Term) -> Test:
    """Either value that is stored or that is shown."""
    if term.op in _COMPARE:
        reason = f"{term.column.name} is text: say {term.column.name}:{term.value or '…'}"
        raise BadFilter(term.at - len(term.op), reason)
    raw, shown = term.column.raw, term.column.text
    if not term.value:
        return lambda row: not raw(row)
    if term.value == "*":
        return lambda row: bool(raw(row))
    match = re.compile("|".join(map(_pattern, term.value.split("|"))), re.IGNORECASE).fullmatch
    if raw is shown:
        return lambda row: match(raw(row) or "") is not None
    return lambda row: match(raw(row) or "") is not None or match(shown(row)) is not None


def _pattern(value: str) -> str:
    return re.escape(value).replace(r"\*", ".*").replace(r"\?", ".")


def _number(term: _Term) -> Test:
    raw = term.column.raw
    if term.op in _COMPARE:
        return _against(raw, _COMPARE[term.op], _amount(term.value, term.at))
    if not term.value:
        return lambda row: raw(row) is None
    if term.value == "*":
        return lambda row: raw(row) is not None
    if ".." in term.value:
        low, _, high = term.value.partition("..")
        least, most = _amount(low, term.at), _amount(high, term.at + len(low) + 2)
        return lambda row: (value := raw(row)) is not None and least <= value <= most
    wanted = frozenset(_amount(part, term.at) for part in term.value.split("|"))
    return lambda row: raw(row) in wanted


def _against(raw: Callable[[Any], Any], compare: Callable[[Any, Any], bool], limit: Any) -> Test:
    return lambda row: (value := raw(row)) is not None and compare(value, limit)


def _amount(text: str, at: int) -> Decimal:
    factor = _FACTORS.get(text[-1:].lower())
    try:
        value = Decimal((text[:-1] if factor else text).replace(",", ""))
    except InvalidOperation:
        raise BadFilter(at, f"“{text}” is not a number") from None
    if not value.is_finite():
        raise BadFilter(at, f"“{text}” is not a number")
    return value * factor if factor else value


def _clock(term: _Term) -> Test:
    """Times are compared as they are shown: `15:3` is every time that begins so."""
    raw, limit = term.column.raw, term.value
    if limit and not re.fullmatch(r"\d\d?(:\d{0,2}){0,2}", limit):
        raise BadFilter(term.at, f"“{limit}” is not a time of day such as 15:30")
    limit = limit.zfill(2) if limit else ""

    def shown(row: Any) -> str:
        at: datetime | None = raw(row)
        return at.astimezone().strftime("%H:%M:%S") if at else ""

    if term.op in _COMPARE:
        compare, padded = _COMPARE[term.op], _padded(limit)
        return lambda row: bool(shown(row)) and compare(shown(row), padded)
    return lambda row: shown(row).startswith(limit) if limit else not shown(row)


def _padded(limit: str) -> str:
    parts = [part.zfill(2) for part in limit.split(":") if part]
    return ":".join([*parts, *["00"] * (3 - len(parts))])


def _day(term: _Term) -> Test:
    raw = term.column.raw
    if not term.value:
        return lambda row: raw(row) is None
    try:
        wanted = date.fromisoformat(term.value)
    except ValueError:
        reason = f"“{term.value}” is not a date such as 2025-01-02"
        raise BadFilter(term.at, reason) from None
    if term.op in _COMPARE:
        return _against(raw, _COMPARE[term.op], wanted)
    return lambda row: raw(row) == wanted


def _flag(term: _Term) -> Test:
    raw, wanted = term.column.raw, _YES.get(term.value.lower())
    if wanted is None or term.op in _COMPARE:
        raise BadFilter(term.at, f"say {term.column.name}:yes or {term.column.name}:no")
    return lambda row: bool(raw(row)) is wanted


_KINDS: dict[Kind, Callable[[_Term], Test]] = {
    Kind.Text: _text,
    Kind.Number: _number,
    Kind.Clock: _clock,
    Kind.Day: _day,
    Kind.Flag: _flag,
}
