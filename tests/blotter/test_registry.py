"""One registry: keys that can be changed, the person's settings, the tables in the documentation."""

import asyncio
import json
from pathlib import Path

import pytest

from blotter import keytable, settings
from blotter.actions import ACTIONS
from blotter.app import Blotter
from blotter.registry import rebound
from tests.blotter.fake import world

ROOT = Path(__file__).parents[2]


def test_keys_change_places() -> None:
    bound, problems = rebound(ACTIONS, {"route": "d", "finish": "r", "filter": "&"})
    assert problems == []
    assert (bound["route"].key, bound["finish"].key) == ("d", "r")
    assert bound["filter"].key == "ampersand"
    assert bound["quit"] == ACTIONS["quit"]


def test_a_key_with_two_meanings_on_a_table_is_not_granted() -> None:
    bound, problems = rebound(ACTIONS, {"route": "d", "nothing": "x", "theme": "c", "stage": "r"})
    assert bound["route"].key == "r"
    assert bound["theme"].key == "t"
    assert bound["stage"].key == "r"  # on another table than route
    assert problems[0] == "keys.nothing: there is no such action"
    assert sorted(problems[1:]) == [
        "keys.route = 'd': is the key of finish already",
        "keys.theme = 'c': is the key of withdraw already",
    ]


def test_every_action_says_what_it_does_and_names_are_short_enough_for_a_footer() -> None:
    for action in ACTIONS.values():
        assert action.help
        assert len(action.title) <= 13


def test_settings_hold_and_what_is_wrong_is_all_said(tmp_path: Path) -> None:
    assert settings.read(tmp_path) == settings.Settings()
    file = tmp_path / "blotter.toml"
    file.write_text('bell = false\ntheme = "tradeoms-light"\n[keys]\nroute = "R"\n')
    assert settings.read(tmp_path)[:4] == (False, "tradeoms-light", {"route": "R"}, ())
    file.write_text('bell = 3\ntheme = "pink"\ncolour = 1\n[keys]\nroute = "R"\nstage = 7\n')
    bell, theme, keys, problems, *_ = settings.read(tmp_path)
    assert (bell, theme, keys) == (True, "", {"route": "R"})
    assert [problem.split(" = ")[0].split(": is")[0] for problem in problems] == [
        "blotter.toml: colour",
        "blotter.toml: bell",
        "blotter.toml: theme",
        "blotter.toml: keys.stage",
    ]


def test_what_is_said_of_alerts_is_read_and_mistakes_leave_what_everybody_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "blotter.toml"
    file.write_text('desktop = "osc9"\nfills = false\nlimits = false\nstale_minutes = 0\n')
    assert settings.read(tmp_path)[4:] == ("osc9", False, False, 0)
    for bad in ('"x"', "-1", "true", "1441", "1.5"):
        file.write_text(f"stale_minutes = {bad}\n")
        found = settings.read(tmp_path)
        assert (found.stale_minutes, len(found.problems)) == (30, 1), bad
    file.write_text('desktop = "growl"\n')
    assert settings.read(tmp_path).problems == (
        "blotter.toml: desktop = 'growl': known are osc9, osc777, notify-send",
    )
    monkeypatch.setattr("shutil.which", lambda _: None)
    file.write_text('desktop = "notify-send"\n')
    assert "there is no program notify-send here" in settings.read(tmp_path).problems[0]


@pytest.mark.parametrize("text", [b"[keys", b"\xff"])
def test_a_file_that_is_no_toml_is_said(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "blotter.toml").write_bytes(text)
    assert "blotter.toml" in settings.read(tmp_path).problems[0]


def test_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRADEOMS_BLOTTER", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", "/x")
    assert settings.home() == Path("/x/tradeoms")
    monkeypatch.setenv("TRADEOMS_BLOTTER", "/y")
    assert settings.home() == Path("/y")


async def test_settings_and_layouts_live_through_a_restart(tmp_path: Path) -> None:
    (tmp_path / "blotter.toml").write_text('[keys]\nroute = "T"\nsort = "b"\n')
    app = Blotter(world(), "tom", tmp_path)
    async with app.run_test() as pilot:
        await pilot.pause()
        said = [line.text for line in app._messages.lines]
        assert said == ["keys.sort = 'b': is the key of block already"]
        assert "T" in {action.key for action in app._place.actions.values()}
        await pilot.press("right", "right_square_bracket", "o", "t")
    app = Blotter(world(), "tom", tmp_path)
    async with app.run_test() as pilot:
        await pilot.pause()
        layout = app._place.grids["orders"].layout_now
        assert layout.columns[1].width == 9
        assert layout.sort[0].name == "Symbol"
        assert app.theme == "tradeoms-light"


def test_the_documentation_has_the_keys_of_today() -> None:
    assert (ROOT / "docs" / "keys.md").read_text() == keytable.page(), "python docs/generate.py"
    readme = (ROOT / "README.md").read_text()
    shown = readme.partition("<!-- keys -->\n")[2].partition("<!-- /keys -->")[0]
    assert shown == keytable.short(), "put `python -m blotter.keytable` between the marks"


async def test_what_was_seen_is_remembered_while_it_is_there(tmp_path: Path) -> None:
    file = tmp_path / "layouts-tom.json"
    file.write_text('{"seen": {"a table of yesterday/1": "x", "unmatched/99": "y"}}')
    for expected in ("4 need you", "3 need you"):
        app = Blotter(world(), "tom", tmp_path)
        async with app.run_test() as pilot:
            async with asyncio.timeout(20):
                while expected not in str(app._status.render()):
                    await pilot.pause(0.02)
            await pilot.press("equals_sign", "N")
    kept = json.loads(file.read_text())
    assert list(kept["seen"]) == ["unmatched/1"]
