"""FIX as data: a folder per version, session defaults, brokers' settings. See README.md."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from fixconfig import overlay
from fixconfig.dictionary import dictionaries
from fixconfig.fitting import problems
from fixconfig.overlay import BadBroker, Overlay
from fixconfig.table import fields, members, read, spoken
from fixconfig.versions import ROOT, folders, path

__all__ = [
    "BadBroker",
    "Overlay",
    "broker",
    "broker_dictionaries",
    "dialect",
    "folders",
    "path",
    "session_defaults",
]


def dialect(
    version: str, extra: Path | None = None, broker: Overlay | None = None
) -> dict[str, Any]:
    """dialect.toml with the broker's file over it, and with keys more, so that no list of names is
    kept twice.

    `begin_string`: of the session.
    `tags`: our name of a field -> its tag, for all fields and groups of the version.
    `messages`: MsgType of what we send -> our names of its fields -> Y, C or N.
    `head`: our names of the fields of a message's header.
    `required`: MsgType -> our names of the fields that it must hold.
    `groups`: MsgType -> name of a group -> our names of its members there, in their order.
    """
    return overlay.over(_version(path(version, extra)), broker or Overlay(version=version))


@lru_cache
def _version(folder: Path) -> dict[str, Any]:
    """A version's dialect without a broker's own. Read once; nobody changes it."""
    table, data = read(folder), spoken(folder)
    ours = {theirs: name for name, theirs in data["names"].items()}
    needs = {
        key: {ours.get(name, name): need for name, (need, _) in message["fields"].items()}
        for key, message in table["messages"].items()
    }
    data["begin_string"] = table["begin_string"]
    data["tags"] = {ours.get(name, name): tag for name, (tag, _) in fields(table).items()}
    data["head"] = [ours.get(name, name) for name in table["header"]]
    data["messages"] = {
        key: rows for key, rows in needs.items() if table["messages"][key]["direction"] != "in"
    }
    data["groups"] = {
        key: {
            name: [ours.get(member, member) for member in members(table, name, key)]
            for name in table["groups"]
        }
        for key in table["messages"]
    }
    data["required"] = {
        key: [name for name, need in rows.items() if need == "Y"] for key, rows in needs.items()
    }
    return _spoken_only(data)


def broker(file: Path, version: str, ClOrdID: str, extra: Path | None = None) -> Overlay:
    """A broker's file that fits the version, and takes ClOrdIDs such as this one.

    Raises:
        BadBroker: it does not; with every mistake.
    """
    found = overlay.read(file)
    if found.version != version:
        reason = f"the session speaks {version}"
        raise BadBroker(file, [f"version = {found.version!r}: {reason}"])
    if mistakes := problems(dialect(version, extra), found, ClOrdID):
        raise BadBroker(file, mistakes)
    return found


def broker_dictionaries(version: str, broker: Overlay, extra: Path | None = None) -> dict[str, str]:
    """The version's dictionaries with the groups of a broker's own: file name -> text."""
    table = read(path(version, extra))
    for name, group in broker.groups.items():
        table["groups"][name] = {"tag": group.tag, "members": group.members}
        for key in group.on:
            message = table["messages"][key]
            message["also"] = [*message.get("also", []), name]
    return dictionaries(table)


def _spoken_only(data: dict[str, Any]) -> dict[str, Any]:
    """Without the rules of the base on messages and fields that this version does not have.

    A condition holds in a message whose table says C for what it asks.
    """
    messages = data["messages"]
    supported = data.get("supported", {})
    data["supported"] = {name: row for name, row in supported.items() if name in data["tags"]}
    for kind, names in (("conditional", "any"), ("forbidden", "none")):
        rules = []
        for rule in data.get(kind, ()):
            on = [key for key in rule["on"] if _asked(messages.get(key, {}), rule[names], kind)]
            rules += [rule | {"on": on}] if on else []
        data[kind] = rules
    return data


def _asked(rows: dict[str, str], names: list[str], kind: str) -> bool:
    wanted = ("C",) if kind == "conditional" else ("C", "N")
    return any(rows.get(name) in wanted for name in names)


def session_defaults() -> dict[str, str]:
    """quickfix's settings for the [DEFAULT] section, before a broker's own."""
    return tomllib.loads((ROOT / "session.toml").read_text("utf-8"))
