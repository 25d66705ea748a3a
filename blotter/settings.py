"""What a person sets once, by hand: `blotter.toml` in the folder of the blotter.

bell = false              # no sound when something needs a person or happens
theme = "tradeoms-light"
desktop = "osc9"          # also outside of the terminal: osc9, osc777 or notify-send
fills = false             # say nothing of own fills
limits = false            # nor of limits that the price has reached
stale_minutes = 60        # what nobody has moved for so long needs a person; 0: never

[keys]                    # action = "key"; names are on the help screen and in docs/keys.md
route = "R"
"""

import os
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from blotter import themes
from blotter.desktop import missing

NAME = "blotter.toml"


STALE, LONGEST = 30, 24 * 60  # minutes
FLAGS = ("bell", "fills", "limits")
KNOWN = (*FLAGS, "theme", "desktop", "stale_minutes", "keys")


class Settings(NamedTuple):
    """What holds, and what was wrong with the file in words for the person."""

    bell: bool = True
    theme: str = ""
    keys: dict[str, str] = {}
    problems: tuple[str, ...] = ()
    desktop: str = ""
    fills: bool = True
    limits: bool = True
    stale_minutes: int = STALE


def home() -> Path:
    """Where layouts and settings live: TRADEOMS_BLOTTER, else the user's folder for settings."""
    if named := os.environ.get("TRADEOMS_BLOTTER"):
        return Path(named)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "tradeoms"


def read(folder: Path | None) -> Settings:
    """The settings in a folder; what is wrong is said and left out, the rest holds."""
    path = None if folder is None else folder / NAME
    if path is None or not path.exists():
        return Settings()
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return Settings(problems=(f"{path}: {error}",))
    problems = [f"{NAME}: {p}" for p in _problems(found)]
    keys = found.get("keys", {})
    flags = {name: found.get(name, True) is not False for name in FLAGS}
    return Settings(
        flags["bell"],
        found["theme"] if found.get("theme") in themes.NAMES else "",
        {n: key for n, key in keys.items() if isinstance(key, str)}
        if isinstance(keys, dict)
        else {},
        tuple(problems),
        "" if missing(_text(found, "desktop")) else _text(found, "desktop"),
        flags["fills"],
        flags["limits"],
        STALE if _bad_minutes(found) else found.get("stale_minutes", STALE),
    )


def _text(found: dict[str, Any], name: str) -> str:
    return str(found.get(name, ""))


def _bad_minutes(found: dict[str, Any]) -> bool:
    minutes = found.get("stale_minutes", STALE)
    return type(minutes) is not int or not 0 <= minutes <= LONGEST


def _problems(found: dict[str, Any]) -> list[str]:
    """Everything that is wrong."""
    problems = [
        f"{name}: is unknown; known are {', '.join(KNOWN)}" for name in found if name not in KNOWN
    ]
    problems += [
        f"{name} = {found[name]!r}: say true or false"
        for name in FLAGS
        if not isinstance(found.get(name, True), bool)
    ]
    if why := missing(_text(found, "desktop")):
        problems.append(f"desktop = {found['desktop']!r}: {why}")
    if _bad_minutes(found):
        problems.append(f"stale_minutes = {found['stale_minutes']!r}: say 0 to {LONGEST}")
    if found.get("theme", "") not in ("", *themes.NAMES):
        problems.append(f"theme = {found['theme']!r}: known are {', '.join(themes.NAMES)}")
    keys = found.get("keys", {})
    if not isinstance(keys, dict):
        return [*problems, f"keys = {keys!r}: must be a table of action = key"]
    bad = [name for name, key in keys.items() if not isinstance(key, str) or not key]
    return problems + [f"keys.{name} = {keys[name]!r}: must be the name of a key" for name in bad]
