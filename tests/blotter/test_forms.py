"""No form goes without the reasons at its fields. What each shows: `test_sends`, one by one."""

import ast
import importlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.screen import ModalScreen
from textual.widgets import Input

import blotter.screens
from blotter.screens.form import Form
from tests.blotter.desk import desk
from tests.blotter.fake import refused
from tests.blotter.test_sends import house
from tradeoms.model.commands import Problem

FOLDER = Path(blotter.screens.__file__).parent
#: How a form sends and says what is wrong: the same in all of them.
ITS_OWN = {"action_send", "action_back", "explain", "text", "_deliver", "_say"}


def screens() -> list[tuple[type[ModalScreen[object]], ast.ClassDef]]:
    found = []
    for file in sorted(FOLDER.glob("*.py")):
        module = importlib.import_module(f"blotter.screens.{file.stem}")
        classes = (n for n in ast.parse(file.read_text()).body if isinstance(n, ast.ClassDef))
        found += [(getattr(module, node.name), node) for node in classes]
    return [(kind, node) for kind, node in found if issubclass(kind, ModalScreen)]


def calls(node: ast.AST) -> set[str]:
    functions = (n.func for n in ast.walk(node) if isinstance(n, ast.Call))
    return {getattr(f, "id", getattr(f, "attr", "")) for f in functions}


def test_what_one_types_into_is_a_form() -> None:
    typed = {kind for kind, node in screens() if {"Input", "field"} & calls(node)}
    assert len(typed) >= 6
    assert all(issubclass(kind, Form) for kind in typed)


def test_each_form_has_a_place_for_reasons_and_none_says_them_its_own_way() -> None:
    forms = [
        (kind, node) for kind, node in screens() if kind is not Form and issubclass(kind, Form)
    ]
    for kind, node in forms:
        assert "reasons" in calls(node), kind
        assert not ITS_OWN & vars(kind).keys(), kind


def test_only_layouts_are_taken_without_asking_the_server() -> None:
    handlers = FOLDER.parent / "handlers"
    named = {
        file.stem
        for file in handlers.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and "taken" in {alias.name for alias in node.names}
    }
    assert named == {"table"}


@pytest.mark.parametrize(
    ("action", "table", "rows", "field", "typed"),
    [
        ("route", "blocks", ["B2"], "split", "ALPHA rest"),
        ("finish", "blocks", ["B1", "B7"], "reason", "why"),
        ("withdraw", "orders", ["O39", "O40"], "reason", "why"),
    ],
)
async def test_who_goes_back_before_a_refusal_comes_is_told_it_all_the_same(
    action: str, table: str, rows: Sequence[str], field: str, typed: str
) -> None:
    async with desk(house(), first="43 orders") as d:
        d.app.action_perform(f"show_{table}")
        await d.settle()
        for row in rows:
            d.grid.go_to(row)
            await d.press("space")
        d.link.answers = [refused(Problem("", row, "is too late")) for row in rows]
        d.link.held.clear()
        d.app.action_perform(action)
        await d.on(Form)
        d.app.screen.query_one(f"#{field}", Input).value = typed
        await d.press("ctrl+s", "escape")
        assert (len(d.app.screen_stack), d.link.sent != []) == (1, True)
        d.link.held.set()
        await d.until(f"{rows[0]}: is too late", "#messages")
        await d.settle()
        assert len(d.app.screen_stack) == 1


@pytest.mark.parametrize(
    ("action", "table", "row", "field", "typed"),
    [
        ("change_split", "blocks", "B1", "quantities", "FUND1=1e9999999999"),
        ("change_split", "blocks", "B1", "quantities", "FUND1=1e-999999"),
        ("override", "orders", "O72", "for", f"{'9' * 20}h"),
    ],
)
async def test_a_number_beyond_all_measure_is_refused_at_its_field(
    action: str, table: str, row: str, field: str, typed: str
) -> None:
    async with desk(house(), first="43 orders") as d:
        d.app.action_perform(f"show_{table}")
        await d.settle()
        d.grid.go_to(row)
        d.app.action_perform(action)
        await d.on(Form)
        d.app.screen.query_one(f"#{field}", Input).value = typed
        await d.press("ctrl+s")
        assert typed.rpartition("=")[2] in d.wrong(field)
        assert d.link.sent == []
