"""A table that is wider than the screen is still read column by column."""

from decimal import Decimal
from io import StringIO

from msgspec import Struct
from rich.console import Console

from tradeoms.cli.grid import grids


class Row(Struct):
    key: str
    empty: str
    quantity: Decimal | None
    text: str
    last: str


ROWS = [
    Row("O1", "", Decimal("1234567.25"), "a long text that says [why]", "x" * 20),
    Row("O2", "", None, "8=FIX.4.4\x0135=8\x01", "y"),
]


def printed(width: int, *wanted: str) -> list[str]:
    out = StringIO()
    for one in grids(ROWS, width, wanted):
        Console(file=out, width=width).print(one)
    return out.getvalue().splitlines()


def test_what_fits_is_one_table() -> None:
    lines = printed(100)
    (head,) = [line for line in lines if "key" in line]
    assert head.replace("┃", " ").split() == ["key", "quantity", "text", "last"]


def test_what_does_not_fit_goes_on_below_with_the_key_again() -> None:
    lines = printed(45)
    assert [line.replace("┃", " ").split() for line in lines if "key" in line] == [
        ["key", "quantity"],
        ["key", "text"],
        ["key", "last"],
    ]
    assert sum("O1" in line for line in lines) == 3
    assert any("1234567.25" in line for line in lines)
    assert any("a long text that says [why]" in line for line in lines)
    assert max(map(len, lines)) <= 45


def test_only_what_is_wanted() -> None:
    lines = printed(45, "key", "last")
    assert "quantity" not in str(lines)
    assert "x" * 20 in str(lines)


def test_what_is_between_the_fields_of_a_message_is_seen() -> None:
    assert any("8=FIX.4.4|35=8|" in line for line in printed(100))
