"""Reading the published cases in `tests/cases`; its README says how they are compared."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

Case = dict[str, Any]

FOLDER = Path(__file__).parents[1] / "cases"


def load(name: str) -> list[Case]:
    """The cases of one of our files."""
    return read(FOLDER / name)


def read(file: Path) -> list[Case]:
    """The cases of a file."""
    return json.loads(file.read_text("utf-8"))["cases"]


def by_id(case: Case | str) -> str:
    """The id of a case for the test's name."""
    return case["id"] if isinstance(case, dict) else str(case)


def cents(amount: str | Fraction) -> int:
    """Whole cents, a half upwards."""
    return (Fraction(amount) * 100 + Fraction(1, 2)).__floor__()


def numbers(expected: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a case expects a number; texts that hold one count, explanations do not."""
    if isinstance(expected, dict | list):
        items = expected.items() if isinstance(expected, dict) else enumerate(expected)
        for key, value in items:
            if key != "margins":
                yield from numbers(value, (*path, key))
    elif isinstance(expected, int) or any(sign.isdigit() for sign in expected):
        yield path


def spoil(case: Case, place: tuple[Any, ...]) -> None:
    """Change the number that a case expects at a place."""
    path = ("expected", *place)
    where: Any = case
    for key in path[:-1]:
        where = where[key]
    last, value = path[-1], where[path[-1]]
    if isinstance(value, int):
        where[last] = value + 1
        return
    digit = max(at for at, sign in enumerate(value) if sign.isdigit())
    where[last] = f"{value[:digit]}{(int(value[digit]) + 1) % 10}{value[digit + 1 :]}"
