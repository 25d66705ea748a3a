"""Scenarios of the order state matrices, and the plays that one consists of.

`tests/cases/README.md` says what the rows mean.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

Row = dict[str, Any]
Scenario = dict[str, Any]


class Play(NamedTuple):
    """Rows from the first to the end of one branch."""

    case: str
    version: str
    rows: tuple[Row, ...]


def load(file: Path) -> list[Scenario]:
    """The scenarios of a file."""
    found = json.loads(file.read_text("utf-8"))
    return list(found["cases"] if isinstance(found, dict) else found)


def plays(scenario: Scenario) -> Iterator[Play]:
    """The main line, and each alternative after the rows before it."""
    case, version = scenario["id"], scenario["fix_version"]
    played: list[Row] = []
    for row in _in_order(scenario["rows"]):
        if row.get("alternative"):
            yield Play(case, version, (*played, row))
        else:
            played.append(row)
    yield Play(case, version, tuple(played))


def _in_order(rows: list[Row]) -> list[Row]:
    """Rows as they come; of those that cross on the wire our request is first."""
    ordered: list[Row] = []
    for row in rows:
        at = len(ordered)
        while row.get("crosses") and row.get("recv") and at and _passes(ordered[at - 1], row):
            at -= 1
        ordered.insert(at, row)
    return ordered


def _passes(report: Row, request: Row) -> bool:
    crosses = report.get("crosses") and report.get("sent")
    return bool(crosses) and report["time"] == request["time"]


def day(row: Row) -> str:
    """The session day of a row such as "Day 2,1"; the same for all rows without one."""
    before, comma, _ = str(row["time"]).partition(",")
    return before if comma else ""
