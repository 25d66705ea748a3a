"""Corporate actions and transfers as CSV files, such as a data vendor's or a custodian's."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec.structs import replace

from tradeoms.core.bounds import brief
from tradeoms.core.sheets import Column, Row, at, day, number, one_of, read, text
from tradeoms.model.commands import Problem
from tradeoms.model.lot_actions import (
    ActionKind,
    ArrivedLot,
    Control,
    CorporateAction,
    LotTransfer,
    Terms,
)
from tradeoms.model.openings import OpeningFile

YES = {"yes": True, "no": False}


def _maybe(read_cell: Any, default: Any = None) -> Column:
    return Column(read_cell, needed=False, default=default)


CONTROLLED = {"before": _maybe(number), "after": _maybe(number)}
SHEETS: dict[str, dict[str, Column]] = {
    "actions": {
        "reference": Column(text),
        "kind": Column(one_of({kind.value: kind for kind in ActionKind})),
        "instrument": Column(text),
        "day": Column(day),
        "new": _maybe(number, Decimal(0)),
        "old": _maybe(number, Decimal(1)),
        "new_instrument": _maybe(text, ""),
        "fraction_price": _maybe(number),
        "cash": _maybe(number, Decimal(0)),
        "price": _maybe(number),
        "value_old": _maybe(number),
        "value_new": _maybe(number),
        "basis_percent": _maybe(number),
        "payable": _maybe(day),
        "taxable": _maybe(one_of(YES), default=False),
        "account": _maybe(text, ""),
        "quantity": _maybe(number),
        **CONTROLLED,
    },
    "transfers": {
        "reference": Column(text),
        "instrument": Column(text),
        "day": Column(day),
        "account": _maybe(text, ""),
        "to": _maybe(text, ""),
        "quantity": Column(number),
        "method": _maybe(text, ""),
        "value": _maybe(number),
        "basis": _maybe(number),
        "acquired": _maybe(day),
        "holding_from": _maybe(day),
        "washed": _maybe(one_of(YES), default=False),
        **CONTROLLED,
    },
}
ARRIVED = ("quantity", "basis", "acquired", "holding_from", "washed")
NUMBERED = re.compile(r"(\d+):(?:terms\.|control\.)?(?:arrived\[(\d+)\]\.)?(.*)")


class Asked(NamedTuple):
    """A booking of a file, in the order of the command's fields."""

    terms: Terms
    reference: str
    reason: str
    control: Control
    gift: bool


class Read(NamedTuple):
    """Bookings, and the file and lines that each stands in."""

    rows: list[Asked]
    lines: list[tuple[str, list[int]]]
    problems: list[Problem]

    def placed(self, problem: Problem) -> Problem:
        """The same mistake with file and line in the place of the row's number."""
        found = NUMBERED.fullmatch(problem.field)
        if found is None:
            return problem
        row, lot, column = found.groups()
        file, lines = self.lines[int(row)]
        return replace(problem, field=at(file, lines[int(lot or 0)], column))


def read_actions(files: Iterable[OpeningFile]) -> Read:
    """All bookings of the files, with everything that is wrong in the files by themselves."""
    found = Read([], [], [])
    for n, file in enumerate(files):
        if file.kind not in SHEETS:
            reason = f"must be one of {', '.join(SHEETS)}"
            found.problems.append(Problem(f"files[{n}].kind", brief(file.kind), reason))
            continue
        rows, wrong = read(file.name, file.content, SHEETS[file.kind])
        found.problems.extend(wrong)
        make = _actions if file.kind == "actions" else _transfers
        make(found, file.name, rows)
    return found


def _actions(found: Read, file: str, rows: Iterable[Row]) -> None:
    for row in rows:
        cells = dict(row.cells)
        reference, control = cells.pop("reference"), _control(cells)
        found.rows.append(Asked(CorporateAction(**cells), reference, "", control, gift=False))
        found.lines.append((file, [row.line]))


def _control(cells: dict[str, Any]) -> Control:
    return Control(cells.pop("before"), cells.pop("after"))


def _transfers(found: Read, file: str, rows: Iterable[Row]) -> None:
    """Lines of one reference are the lots of one transfer; with a value it is a gift."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.cells["reference"], []).append(row)
    for reference, own in groups.items():
        cells = dict(own[0].cells)
        control, arrives = _control(cells), not cells["account"]
        found.problems.extend(_bad_lines(file, own, arrives))
        terms = LotTransfer(
            instrument=cells["instrument"],
            day=cells["day"],
            account=cells["account"],
            to=cells["to"],
            quantity=None if arrives else cells["quantity"],
            method=cells["method"],
            arrived=tuple(_arrived(row) for row in own) if arrives else (),
            value=cells["value"],
        )
        gift = cells["value"] is not None
        found.rows.append(Asked(terms, reference, "", control, gift))
        found.lines.append((file, [row.line for row in own]))


def _arrived(row: Row) -> ArrivedLot:
    cells = {name: row.cells[name] for name in ARRIVED}
    if cells["basis"] is None or cells["acquired"] is None:  # told as a mistake of the file
        cells |= {"basis": Decimal(0), "acquired": row.cells["day"]}
    return ArrivedLot(**cells)


def _bad_lines(file: str, rows: list[Row], arrives: bool) -> list[Problem]:
    """What belongs to a lot from outside, on each line; what belongs to none of the others."""
    problems = []
    for row in rows:
        for name in ("basis", "acquired"):
            if (row.cells[name] is None) == arrives:
                reason = "is needed where lots come from outside" if arrives else "stays as it is"
                problems.append(
                    Problem(at(file, row.line, name), brief(row.cells[name] or ""), reason)
                )
        for name, value in row.cells.items():
            if name not in ARRIVED and value != rows[0].cells[name]:
                reason = f"is not that of line {rows[0].line}"
                problems.append(Problem(at(file, row.line, name), brief(value), reason))
    if len(rows) > 1 and not arrives:
        reason = "comes twice: only lots from outside have a line each"
        problems.append(
            Problem(at(file, rows[1].line, "reference"), rows[1].cells["reference"], reason)
        )
    return problems
