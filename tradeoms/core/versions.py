"""Reference data in versions, each from a day on: how policies, rate cards and fees are defined."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import zip_longest
from typing import Protocol, TypeVar

from tradeoms.core.bounds import brief
from tradeoms.core.checks import bad_text
from tradeoms.core.context import Refusal
from tradeoms.model.commands import Problem

LONGEST = 32  # characters of a name
#: Field to value and reason; the reason is empty where nothing is wrong.
Reasons = dict[str, tuple[object, str]]


class Version(Protocol):
    """One version of what is defined."""

    @property
    def version(self) -> int: ...
    @property
    def effective(self) -> date: ...


V = TypeVar("V", bound=Version)


def defined(
    known: dict[str, tuple[V, ...]],
    rows: Sequence[V],
    field: str,
    named: Callable[[V], str],
    wrong: Callable[[V, bool], Reasons],
    more: Callable[[V, str], list[Problem]] = lambda *_: [],
) -> tuple[V, ...]:
    """New names and higher versions among `rows`, added to `known` too; the same version again only
    with the same content. `wrong` is asked of a row, and whether it is one again; `more` of a row
    and its place.

    Raises:
        Refusal: everything that is wrong with any of them.
    """
    problems: list[Problem] = []
    added: list[V] = []
    for n, row in enumerate(rows):
        before, place = known.get(named(row), ()), f"{field}[{n}]."
        again = row in before
        found = wrong(row, again) | ({} if again else _sequence(before, row))
        problems += [
            Problem(f"{place}{name}", brief(value), reason)
            for name, (value, reason) in found.items()
            if reason
        ]
        problems += more(row, place)
        if not again:
            known[named(row)] = (*before, row)
            added.append(row)
    if problems:
        raise Refusal(*problems)
    return tuple(added)


def _sequence(before: Sequence[Version], row: Version) -> Reasons:
    """Versions go up and never reach back: what was in force on a day stays what it was."""
    if not before:
        return {}
    last = before[-1]
    if row.version <= last.version:
        reason = f"version {last.version} is defined already: take a higher one"
        return {"version": (row.version, reason)}
    reason = "" if row.effective >= last.effective else f"is before version {last.version}'s"
    return {"effective": (row.effective, reason)}


def standing(known: dict[str, tuple[V, ...]], name: str, day: date) -> list[V]:
    """Versions under other names that are in force on a day or later."""
    return [
        row
        for other, rows in known.items()
        if other != name
        for row, later in zip_longest(rows, rows[1:])
        if later is None or later.effective > day
    ]


def bad_name(name: str) -> str:
    """Why something cannot be the name of what comes in versions; empty where it can."""
    if not name.strip() or len(name) > LONGEST or "/" in name:
        return f"must be 1 to {LONGEST} characters without a slash"
    return bad_text(name)


def one_of(name: str, table: Iterable[str]) -> str:
    """Why a name is none of a table's; empty where it is."""
    rows = list(table)
    return "" if name in rows else f"must be {' or '.join(rows)}"
