"""FIX as data: a folder per version, session defaults, brokers' settings. See README.md."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from fixconfig.table import fields, read


def path(version: str) -> Path:
    """The folder of a version such as "FIX.4.4"; `path(v) / "dictionary.xml"` is for quickfix."""
    root = Path(str(files(__name__)))
    known = sorted(table.parent.name for table in root.glob("*/messages.toml"))
    if version not in known:
        raise ValueError(f"unknown FIX version {version!r}, known are {', '.join(known)}")
    return root / version


def dialect(version: str) -> dict[str, Any]:
    """dialect.toml with two keys more, so that no list of names is kept twice.

    `tags`: our name of a field -> its tag, for all fields and groups of the version.
    `required`: MsgType -> our names of the fields that it must hold.
    """
    folder = path(version)
    spoken = tomllib.loads((folder / "dialect.toml").read_text("utf-8"))
    table = read(folder)
    ours = {theirs: name for name, theirs in spoken["names"].items()}
    spoken["tags"] = {ours.get(name, name): tag for name, (tag, _) in fields(table).items()}
    spoken["required"] = {
        key: [ours.get(name, name) for name, (need, _) in message["fields"].items() if need == "Y"]
        for key, message in table["messages"].items()
    }
    return spoken


def session_defaults() -> dict[str, str]:
    """quickfix's settings for the [DEFAULT] section, before a broker's own."""
    return tomllib.loads((files(__name__) / "session.toml").read_text("utf-8"))
