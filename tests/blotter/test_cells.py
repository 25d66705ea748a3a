"""Values as text."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from blotter import cells
from blotter.columns.orders import COMPLIANCE
from blotter.needs import NEEDS
from tests.blotter.fake import order


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal(1234567), "1,234,567"),
        (Decimal("1E+3"), "1,000"),
        (Decimal("-1234.50"), "-1,234.50"),
        (12345, "12,345"),
        (None, ""),
    ],
)
def test_numbers_are_grouped_and_exact(value: Decimal | int | None, text: str) -> None:
    assert cells.number(value) == text


def test_an_average_has_four_decimals_and_none_before_a_fill() -> None:
    assert cells.average(Decimal("1415.12333333333333")) == "1,415.1233"
    assert cells.average(Decimal(0)) == ""


@pytest.mark.parametrize(
    ("text", "width", "right", "shown"),
    [
        ("abc", 5, False, "abc  "),
        ("1,000", 6, True, " 1,000"),
        ("1,000,000", 6, True, "######"),
        ("a long text", 6, False, "a lon…"),
        ("株式会社", 6, False, "株式 …"),
    ],
)
def test_fit_is_exact_and_shows_no_part_of_a_number(
    text: str, width: int, right: bool, shown: str
) -> None:
    assert cells.fit(text, width, right) == shown


def test_a_bar_says_how_much_is_done() -> None:
    assert cells.bar(Decimal(25), Decimal(100)) == "━━······  25%"
    assert cells.bar(Decimal(150), Decimal(100)) == "━━━━━━━━ 150%"
    assert cells.bar(Decimal(0), Decimal(0)) == ""


def test_a_text_cannot_speak_to_the_terminal() -> None:
    assert cells.printable("too\x1b[2Jlate\n") == "too·[2Jlate·"
    assert cells.printable("zu spät") == "zu spät"


def test_names_sort_by_their_numbers() -> None:
    assert sorted(["O10", "O9", "B2"], key=cells.natural) == ["B2", "O9", "O10"]


def test_who_is_still_needed_says_when_a_consent_has_ended() -> None:
    (column,) = (column for column in COMPLIANCE if column.name == "awaits")
    until, missing = datetime.now(UTC) + timedelta(hours=1), "oversell: 1 more, not ann or carl"
    row = order(1, state="held", awaits=missing, consents_until=until)
    assert column.text(row) == missing
    gone = msgspec.structs.replace(row, consents_until=until - timedelta(hours=2))
    assert column.text(gone) == f"{missing}; one has ended"
    assert column.text(msgspec.structs.replace(gone, awaits="")) == ""
    why = next(need.why for need in NEEDS if need.table == "compliance")
    assert why(msgspec.structs.replace(row, blocks="oversell")) == "O1 is held by oversell"
    lifted = msgspec.structs.replace(row, blocks="oversell", consents="oversell: carl")
    assert why(lifted) == f"O1 is held by oversell, lifted by oversell: carl; {missing}"
