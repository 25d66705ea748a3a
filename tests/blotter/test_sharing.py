"""Layouts that go to another person: exported, imported, and what a bad file does."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from blotter.columns import TABLES
from blotter.layouts import Kept, first
from blotter.screens.ask import Ask
from blotter.screens.preview import Preview
from blotter.sharing import BadFile, read, written
from tests.blotter.desk import Desk, desk

ALL = {table.name: table for table in TABLES}
MINE = replace(first(ALL["orders"]), filter="side:sell", group=("pm",))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    now = {name: first(table) for name, table in ALL.items()} | {"orders": MINE}
    kept = Kept(named={"blocks": {"wide": first(ALL["blocks"])}, "lots": {}})
    file = tmp_path / "layouts.json"
    file.write_bytes(written(kept, now, ALL, "tom"))
    expected = {"blocks": {"wide": first(ALL["blocks"])}, "orders": {"tom now": MINE}}
    assert read(str(file), ALL) == (expected, [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "truncated"),
        ('{"layouts": {"orders": {"x": 5}}}', "Expected `object`, got `int`"),
        ('{"layouts": {}, "version": 2}', "version is 2, not 1"),
        ('{"layouts": {}, "more": 1}', "unknown field `more`"),
    ],
)
def test_a_bad_file_says_why(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(text)
    with pytest.raises(BadFile, match=why):
        read(str(file), ALL)
    with pytest.raises(BadFile, match="No such file"):
        read(str(tmp_path / "none.json"), ALL)


def _files(folder: Path) -> list[Path]:
    return list(folder.glob("layouts-*.json"))


async def _import(d: Desk, path: str) -> None:
    await d.press("I")
    await d.on(Ask)
    await d.type(path)
    await d.press("enter")


async def test_from_one_desk_to_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with desk() as d:
        d.grid.lay_out(MINE)
        d.app._place.kept.named["orders"] = {"mine": MINE}
        await d.press("W")
        (file,) = _files(tmp_path)
        assert f"layouts written to {file.name}" in d.said
    content = json.loads(file.read_bytes())
    content["layouts"]["gone"] = content["layouts"]["orders"]
    file.write_text(json.dumps(content))
    async with desk() as d:
        other = first(ALL["orders"])
        d.app._place.kept.named["orders"] = {"mine": other}
        await _import(d, file.name)
        await d.on(Preview)
        shown = {line.name: line.about for line in d.app.screen.lines}
        assert shown["Orders: mine"].endswith("in the place of yours")
        assert "in the place" not in shown["Orders: tom now"]
        assert "there is no table gone" in str(d.app.screen.query_one("#note").render())
        await d.press("escape")
        assert d.app._place.kept.named == {"orders": {"mine": other}}
        await _import(d, file.name)
        await d.on(Preview)
        await d.press("y")
        assert d.app._place.kept.named == {"orders": {"mine": MINE, "tom now": MINE}}
        assert d.grid.layout_now == other  # it is used when it is asked for
        await d.press("L")
        await d.press("enter")
        assert d.grid.layout_now == MINE
        file.write_text("{")
        await _import(d, file.name)
        assert "yours are as they were" in d.wrong("text")
        assert d.app.screen.text == {"text": file.name}
        assert d.app._place.kept.named == {"orders": {"mine": MINE, "tom now": MINE}}
