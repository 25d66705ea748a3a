"""No form goes without the reasons at its fields. What each shows: `test_sends`, one by one."""

import ast
import importlib
from pathlib import Path

from textual.screen import ModalScreen

import blotter.screens
from blotter.screens.form import Form

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
