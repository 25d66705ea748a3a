"""What exists is in the documentation, and what the documentation points to exists."""

import dataclasses
import re
import runpy
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from msgspec import json
from pydantic import BaseModel

from allocation.methods import METHODS
from allocation.rounding import ROUNDING
from simulators.behaviours import BEHAVIOURS
from simulators.behaviours.steps import Delays
from simulators.settings import BrokerSettings
from simulators.settings import Settings as SimSettings
from tests.docs.console import ROOT
from tests.simulators.bench import Bench, order, states
from tradeoms import config
from tradeoms.bus.access import MAY
from tradeoms.cli import app
from tradeoms.model.commands import PersonCommand
from tradeoms.views import VIEWS

DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), *sorted(ROOT.glob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def _text(*names: str) -> str:
    paths = [DOCS / name for name in names] or PAGES
    return "\n".join(path.read_text() for path in paths)


def _commands() -> Iterator[str]:
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        if command.hidden:
            continue
        below = getattr(command, "commands", None)
        yield from (f"{name} {one}" for one in below) if below else (name,)


@pytest.mark.parametrize("command", list(_commands()))
def test_every_command_is_shown(command: str) -> None:
    assert re.search(rf"tradeoms {command}\b", _text())


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Keys with the default that the page must show beside them."""
    for name, field in model.model_fields.items():
        if name == "bus":
            yield from _keys(config.Bus, "bus.")
        elif name == "web":
            yield from _keys(config.Web, "web.")
        elif name == "session":
            yield "[[session]]", "none"
            yield from _keys(config.Session)
        else:
            yield f"{prefix}{name}", "needed" if field.is_required() else str(field.default)


@pytest.mark.parametrize(("key", "default"), list(_keys(config.Settings)))
def test_every_configuration_key_is_described(key: str, default: str) -> None:
    rows = [row for row in _text("configuration.md").splitlines() if row.startswith(f"| `{key}` |")]
    assert rows, key
    empty = "a file in" if key in ("journal", "readmodel") else "none"
    shown = {"": empty, "{}": "none", "()": "none", "None": "none"}.get(default, default)
    assert any(shown.lower() in row.split("|")[2].lower() for row in rows), f"{key}: {default}"


def test_every_key_of_the_simulators_is_described() -> None:
    page = _text("configuration.md").partition("## The simulated brokers")[2]
    names = {
        field.name for kind in (SimSettings, BrokerSettings) for field in dataclasses.fields(kind)
    }
    names = (names - {"brokers", "delays"}) | {f"delays.{name}" for name in Delays._fields}
    assert [name for name in sorted(names | set(BEHAVIOURS)) if f"| `{name}` |" not in page] == []


def test_the_environment_is_described() -> None:
    page = _text("configuration.md")
    plain = [name for name in config.Settings.model_fields if name not in ("bus", "session", "web")]
    names = [*plain, *(f"bus__{name}" for name in config.Bus.model_fields), "session"]
    names += [f"web__{name}" for name in config.Web.model_fields]
    wanted = [f"`TRADEOMS_{name.upper()}`" for name in names]
    assert [name for name in wanted if name not in page] == []


def test_every_table_and_column_is_listed() -> None:
    for view in VIEWS.values():
        section = _text("tables.md").partition(f"\n## {view.name}\n")[2].partition("\n## ")[0]
        assert [n for n in view.row.__struct_fields__ if f"| `{n}` |" not in section] == []


def test_every_command_of_people_is_described() -> None:
    assert [
        kind.__name__ for kind in MAY if f"\n## {kind.__name__}\n" not in _text("commands.md")
    ] == []


def test_generated_pages_are_of_today() -> None:
    for name, write in runpy.run_path(str(DOCS / "generate.py"))["PAGES"].items():
        assert (DOCS / name).read_text() == write(), "run: python docs/generate.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_resolve(page: Path) -> None:
    for link in LINK.findall(page.read_text()):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name}: {link}"
        if anchor:
            anchors = map(_anchor, HEADING.findall(target.read_text()))
            assert anchor in anchors, f"{page.name}: {link}"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_the_examples_can_be_read() -> None:
    for path in DOCS.glob("examples/*.json"):
        text = path.read_text().replace("TODAY", "2022-12-28")
        assert json.decode(text, type=list[PersonCommand]), path.name  # type: ignore[call-overload]
    for path in DOCS.glob("examples/*.toml"):
        tomllib.loads(path.read_text())
    for path in DOCS.glob("examples/*.sh"):
        subprocess.run(["bash", "-n", path], check=True)


def test_the_page_shows_the_program_that_it_runs() -> None:
    shown = re.findall(
        r"^```python\n(.*?)^```$", _text("tour-portfolio-manager.md"), re.DOTALL | re.MULTILINE
    )
    assert shown
    assert all(block in (DOCS / "examples" / "client.py").read_text() for block in shown)


def test_the_behaviour_of_the_page_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    (shown,) = re.findall(
        r"^```python\n(.*?)^```$", _text("tour-developer.md"), re.DOTALL | re.MULTILINE
    )
    page: dict[str, Any] = {}
    exec(shown, page)
    monkeypatch.setitem(BEHAVIOURS, "drip", page["drip"])
    bench = Bench("drip")
    assert states(bench.tell(order("C1", 3))) == [("0", "0")]
    assert states(bench.wait()) == [("F", "1"), ("F", "1"), ("F", "2")]


def test_every_promise_names_a_test_that_exists() -> None:
    page = _text("invariants.md")
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", page)
    for path, name in named:
        assert re.search(
            rf"^(def|class) {name}\b", (ROOT / "tests" / path).read_text(), re.MULTILINE
        )
    wanted = {*METHODS, *ROUNDING, *(f"W{n}" for n in range(1, 19))}
    assert {word for word in wanted if re.search(rf"\b{word}\b", page)} == wanted
    rows = [
        line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| i")
    ]
    assert all("::" in row for row in rows if not row.startswith("| rule"))
