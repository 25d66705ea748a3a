"""What a person sets once, by hand: `blotter.toml` in the folder of the blotter.

bell = false              # no sound when something needs a person
theme = "tradeoms-light"

[keys]                    # action = "key"; names are on the help screen and in docs/keys.md
route = "R"
"""

import os
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from blotter import themes

NAME = "blotter.toml"


class Settings(NamedTuple):
    """What holds, and what was wrong with the file in words for the person."""

    bell: bool = True
    theme: str = ""
    keys: dict[str, str] = {}
    problems: tuple[str, ...] = ()


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
    return Settings(
        found["bell"] if isinstance(found.get("bell"), bool) else True,
        found["theme"] if found.get("theme") in themes.NAMES else "",
        {n: key for n, key in keys.items() if isinstance(key, str)}
        if isinstance(keys, dict)
        else {},
        tuple(problems),
    )


def _problems(found: dict[str, Any]) -> list[str]:
    """Everything that is wrong."""
    known = ("bell", "theme", "keys")
    problems = [
        f"{name}: is unknown; known are {', '.join(known)}" for name in found if name not in known
    ]
    if not isinstance(found.get("bell", True), bool):
        problems.append(f"bell = {found['bell']!r}: say true or false")
    if found.get("theme", "") not in ("", *themes.NAMES):
        problems.append(f"theme = {found['theme']!r}: known are {', '.join(themes.NAMES)}")
    keys = found.get("keys", {})
    if not isinstance(keys, dict):
        return [*problems, f"keys = {keys!r}: must be a table of action = key"]
    bad = [name for name, key in keys.items() if not isinstance(key, str) or not key]
    return problems + [f"keys.{name} = {keys[name]!r}: must be the name of a key" for name in bad]
