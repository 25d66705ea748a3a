"""Reading the published cases in `tests/cases`; its README says how they are compared."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

Case = dict[str, Any]

FOLDER = Path(__file__).parents[1] / "cases"


def load(name: str) -> list[Case]:
    """The cases of one file."""
    return json.loads((FOLDER / name).read_text())["cases"]


def by_id(case: Case | str) -> str:
    """The id of a case for the test's name."""
    return case["id"] if isinstance(case, dict) else str(case)


def cents(amount: str | Fraction) -> int:
    """Whole cents, a half upwards."""
    return (Fraction(amount) * 100 + Fraction(1, 2)).__floor__()
