"""CSV files as people send them: every cell is read, every mistake named with its line.

Pure: text in, rows and mistakes out. What a cell may be is a function from text to value that
raises ValueError with the reason.
"""

import csv
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tradeoms.core.bounds import brief
from tradeoms.model.commands import Problem

NUMBER = re.compile(r"[-+]?\d{1,24}(\.\d{1,12})?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
LONGEST = 512  # characters of a cell


class Column(NamedTuple):
    """How a cell is read; one that is not `needed` may be empty or left out."""

    read: Callable[[str], Any]
    needed: bool = True
    default: Any = ""


class Row(NamedTuple):
    """The line in the file (the first is 1) and the cells by column."""

    line: int
    cells: dict[str, Any]


def text(cell: str) -> str:
    """Printable ASCII."""
    if len(cell) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    if not cell.isascii() or not cell.isprintable():
        raise ValueError("has characters outside printable ASCII")
    return cell


def number(cell: str) -> Decimal:
    """Digits with a point: no exponent, no grouping, which files of other countries write otherwise."""
    if not NUMBER.fullmatch(cell):
        raise ValueError("must be a plain number such as 1234.56")
    return Decimal(cell)


def day(cell: str) -> date:
    """2026-03-02."""
    if not DAY.fullmatch(cell):
        raise ValueError("must be a date such as 2026-03-02")
    return date.fromisoformat(cell)


def one_of(words: Mapping[str, Any]) -> Callable[[str], Any]:
    """A cell that holds one of some words."""

    def read(cell: str) -> Any:
        if cell not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return words[cell]

    return read


def read(file: str, content: str, columns: Mapping[str, Column]) -> tuple[list[Row], list[Problem]]:
    """The rows without a mistake, and all mistakes; `field` names file, line and column."""
    text_lines = content.removeprefix("\ufeff").removesuffix("\n").split("\n")
    lines = csv.reader((f"{line}\n" for line in text_lines), strict=True)
    rows: list[Row] = []
    problems: list[Problem] = []
    try:
        names = [cell.strip() for cell in next(lines, [])]
        if wrong := _heading_problems(file, names, columns):
            return [], wrong
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            row, wrong = _row(file, lines.line_num, names, cells, columns)
            problems += wrong
            if row is not None:
                rows.append(row)
    except csv.Error as error:
        problems.append(Problem(f"{file} line {lines.line_num}", "", f"is no CSV: {error}"))
    return rows, problems


def at(file: str, line: int, column: str) -> str:
    """The field of a problem."""
    return f"{file} line {line}: {column}"


def _heading_problems(file: str, names: list[str], columns: Mapping[str, Column]) -> list[Problem]:
    missing = [n for n, column in columns.items() if column.needed and n not in names]
    reasons = [(name, "is missing") for name in missing]
    reasons += [(n, "is no column of this file") for n in names if n not in columns]
    reasons += [(n, "stands there twice") for n in dict.fromkeys(names) if names.count(n) > 1]
    return [Problem(at(file, 1, brief(ascii(n)[1:-1])), "", reason) for n, reason in reasons]


def _row(
    file: str, line: int, names: list[str], cells: list[str], columns: Mapping[str, Column]
) -> tuple[Row | None, list[Problem]]:
    if len(cells) != len(names):
        reason = f"has {len(cells)} cells, the first line {len(names)}"
        return None, [Problem(f"{file} line {line}", "", reason)]
    given = dict(zip(names, map(str.strip, cells), strict=True))
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, column in columns.items():
        cell = given.get(name, "")
        try:
            if cell or column.needed:
                found[name] = column.read(_filled(cell))
            else:
                found[name] = column.default
        except ValueError as error:
            problems.append(Problem(at(file, line, name), brief(ascii(cell)[1:-1]), str(error)))
    return (None if problems else Row(line, found)), problems


def _filled(cell: str) -> str:
    if not cell:
        raise ValueError("is empty")
    return cell
