"""The examples of docs/lots.md give what the page says; the page names every method and event."""

import doctest
from pathlib import Path

import pytest

from allocation.booking import HANDLERS
from allocation.selection import KEYS

PAGE = Path(__file__).parents[2] / "docs" / "lots.md"


def test_the_examples_are_true() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert result.failed == 0
    assert result.attempted >= 25


@pytest.mark.parametrize("method", KEYS)
def test_every_method_is_explained(method: str) -> None:
    assert f"`{method}`" in PAGE.read_text("utf-8")


@pytest.mark.parametrize(
    "event", [kind.__name__ for kind in HANDLERS if kind.__name__ != "Transfer"]
)
def test_every_event_is_shown(event: str) -> None:
    assert f"`{event}`" in PAGE.read_text("utf-8")
