"""The published tax-lot cases, played through the exact book of `allocation`.

`tests/cases/README.md` says how they are compared.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

from allocation.book import Book, Gain
from allocation.booking import record
from allocation.corporate import exercise_unit_basis
from allocation.lot_errors import InsufficientError, LotError
from allocation.policy import Policy
from allocation.statements import OpenLot, by_day, open_lots, summed
from allocation.wash import realized
from tests.allocation.published import Case, read
from tests.conform.tally import Tally
from tests.conform.taxlot_events import ACTIONS, Symbols, rights_of

Row = dict[str, Any]

DEFAULT_TOLERANCE = "0.005"
MONEY = {"proceeds", "basis", "gain", "disallowed", "recognized", "permanently_lost"}
#: What a row is matched by, as far as it has it; everything else is compared.
MATCHED = {
    "realized": {"date", "account", "lot", "term", "symbol"},
    "lots": {"account", "lot", "holding_from", "symbol"},
}


def run(file: Path) -> Tally:
    """Play every case of a file."""
    tally = Tally()
    for case in read(file):
        tally.play(case["id"], check, case)
    return tally


def check(case: Case) -> None:
    """Every number expected; AssertionError says all that differ."""
    found = differences(case["expected"], answer(case), tolerance(case))
    assert not found, "; ".join(found)


def tolerance(case: Case) -> Fraction:
    """How far money may be from what is expected."""
    published = case.get("published")
    given = published.get("tolerance") if isinstance(published, dict) else None
    return Fraction(given or DEFAULT_TOLERANCE)


def answer(case: Case) -> Row:
    """What the book says after all events of a case."""
    iras = frozenset(each.get("account", "A") for each in case["events"] if each.get("ira"))
    book = Book(case["method"], Policy(**case["policy"], iras=iras))
    symbols, errors, extra = Symbols(case), [], {}
    for event in sorted(case["events"], key=lambda each: each["date"]):
        try:
            record(book, ACTIONS[event["action"]](symbols, event))
        except LotError as error:
            missing = str(error.missing) if isinstance(error, InsufficientError) else ""
            errors.append([error.kind, event["date"], missing])
            continue
        if event["action"] == "RIGHTS":
            rights, price = rights_of(symbols.of(event)), Fraction(event.get("price", 0))
            extra["exercise_unit_basis"] = exercise_unit_basis(book, rights, price)
    gains = [_realized(row) for row in summed(realized(book), by_day)]
    lots = [_open(row) for row in open_lots(book)]
    return {"realized": gains, "lots": lots, "errors": errors, **extra}


def _realized(row: Gain) -> Row:
    return {
        "date": row.date.isoformat(),
        "account": row.account,
        "lot": row.lot,
        "symbol": row.symbol,
        "term": row.term,
        "qty": row.quantity,
        "proceeds": row.proceeds,
        "basis": row.basis,
        "gain": row.gain,
        "disallowed": row.disallowed,
        "recognized": row.recognized,
        "permanently_lost": row.lost,
        "tax_year": str(row.date.year),
        "holding_from": row.holding_from.isoformat(),
    }


def _open(row: OpenLot) -> Row:
    return {
        "account": row.account,
        "lot": row.lot,
        "symbol": row.symbol,
        "holding_from": row.holding_from.isoformat(),
        "qty": row.quantity,
        "basis": row.basis,
    }


def differences(expected: Row, actual: Row, allowed: Fraction) -> list[str]:
    """What is expected and not so."""
    found: list[str] = []
    for table, matched in MATCHED.items():
        if table in expected:
            found += _rows(table, expected[table], actual[table], matched, allowed)
    errors = expected.get("errors", [])
    if actual["errors"] != errors:
        found.append(f"errors {errors}, actual {actual['errors']}")
    for key in expected.keys() - MATCHED.keys() - {"errors"}:
        got = actual.get(key)
        if got is None or abs(got - Fraction(expected[key])) > allowed:
            found.append(f"{key} {expected[key]}, actual {got}")
    return found


def _rows(
    table: str, expected: list[Row], actual: list[Row], matched: set[str], allowed: Fraction
) -> list[str]:
    found = []
    if len(actual) != len(expected):
        found.append(f"{len(expected)} rows of {table}, actual {len(actual)}")
    for row in expected:
        wanted = {key: row[key] for key in matched & row.keys()}
        same = [each for each in actual if wanted.items() <= each.items()]
        if len(same) != 1:
            found.append(f"one row of {table} {wanted}, actual {len(same)}")
            continue
        found += [
            f"{table} {wanted} {key} {row[key]}, actual {same[0].get(key)}"
            for key in sorted(row.keys() - matched)
            if not _equal(key, row[key], same[0].get(key), allowed)
        ]
    return found


def _equal(key: str, expected: str, actual: Any, allowed: Fraction) -> bool:
    if key in MONEY:
        return abs(actual - Fraction(expected)) <= allowed
    return bool(actual == (Fraction(expected) if key == "qty" else expected))
