"""A broker's file: what it may say, whether that fits its version, and the dialect with it.

Every mistake is found at once, each as `key = value: reason`.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Data = dict[str, Any]
"""A version's dialect, as `fixconfig.dialect` gives it."""


class BadBroker(ValueError):
    """A broker's file that cannot be used; `mistakes` are all of them, one a line of the text."""

    def __init__(self, file: Path, mistakes: list[str]) -> None:
        self.mistakes = [f"{file}: {mistake}" for mistake in mistakes]
        super().__init__("\n".join(self.mistakes))


class Strict(BaseModel):
    """No unknown keys, and no value of another type: a misspelt one is a mistake, not a default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Ids(Strict):
    """What a ClOrdID may look like; `charset` as inside a regular expression's brackets."""

    max_length: int = Field(20, ge=1)
    charset: str = "A-Za-z0-9-"

    @property
    def form(self) -> str:
        """A regular expression for the whole of a ClOrdID."""
        return f"[{self.charset}]{{1,{self.max_length}}}"


class Supports(Strict):
    """What the broker can do. Whom the desk asks for what is reference data; what is false here is
    refused whatever that says.
    """

    status: bool = True
    mass_status: bool = True
    replace: bool = True
    mass_cancel: bool = True
    lists: bool = True
    dont_know_trade: bool = True
    poss_resend: bool = True


class Condition(Strict):
    """In messages `on`, when `when` fits, one field of `any` must be there."""

    on: list[str]
    when: dict[str, str | list[str]]
    any: list[str] = Field(min_length=1)


class Ban(Strict):
    """In messages `on`, when `when` fits, no field of `none` may be there."""

    on: list[str]
    when: dict[str, str | list[str]]
    none: list[str] = Field(min_length=1)


class Meaning(Strict):
    """What an execution report says when `when` fits."""

    when: dict[str, str | list[str]] = Field(min_length=1)
    kind: str


class Group(Strict):
    """A repeating group of the broker's own; members as "tag Name", in the messages `on`."""

    tag: int = Field(ge=1)
    members: list[str] = Field(min_length=1)
    on: list[str] = ["8"]


class Overlay(Strict):
    """A broker's file."""

    version: str
    ids: Ids = Ids()
    supports: Supports = Supports()
    header: dict[str, str] = {}
    defaults: dict[str, dict[str, str]] = {}
    fixed: dict[str, dict[str, str]] = {}
    added: dict[str, list[str]] = {}
    supported: dict[str, list[str]] = {}
    custom: dict[str, int] = {}
    groups: dict[str, Group] = {}
    conditional: list[Condition] = []
    forbidden: list[Ban] = []
    exec: list[Meaning] = []
    ord_status: dict[str, str] = {}
    session: dict[str, str] = {}


def read(file: Path) -> Overlay:
    """A broker's file. Raises BadBroker; whether it fits its version is not asked here."""
    try:
        return Overlay.model_validate(tomllib.loads(file.read_text("utf-8")))
    except ValidationError as error:
        raise BadBroker(file, [_line(mistake) for mistake in error.errors()]) from None
    except OSError as error:
        raise BadBroker(file, [str(error.strerror)]) from None
    except ValueError as error:  # tomllib's and Unicode errors
        raise BadBroker(file, [str(error)]) from None


def _line(mistake: Any) -> str:
    place = ".".join(str(part) for part in mistake["loc"])
    value = "" if mistake["type"] == "missing" else f" = {str(mistake['input'])[:80]!r}"
    return f"{place}{value}: {mistake['msg']}"


def id_problem(ids: Ids, ClOrdID: str) -> str:
    """Why the broker does not take this ClOrdID; empty where it does."""
    if len(ClOrdID) > ids.max_length:
        return f"has {len(ClOrdID)} characters, the broker takes {ids.max_length} (ids.max_length)"
    if not re.fullmatch(f"[{ids.charset}]+", ClOrdID, re.ASCII):
        return f"the broker takes the characters {ids.charset} only (ids.charset)"
    return ""


def over(data: Data, overlay: Overlay) -> Data:
    """The dialect of a broker: its version's with its own file over it, which must fit."""
    supported = {name: [*values] for name, values in data["supported"].items()}
    for name, values in overlay.added.items():
        supported[name] = supported.get(name, []) + values
    groups = {name: group.tag for name, group in overlay.groups.items()}
    members = {
        member.split()[1]: int(member.split()[0])
        for group in overlay.groups.values()
        for member in group.members
    }
    own = {n: [member.split()[1] for member in g.members] for n, g in overlay.groups.items()}
    return data | {
        "tags": members | groups | overlay.custom | data["tags"],
        "groups": {key: rows | own for key, rows in data["groups"].items()},
        "supported": supported | overlay.supported,
        "header": data["header"] | overlay.header,
        "defaults": _by_message(data, overlay, overlay.defaults),
        "fixed": _by_message(data, overlay, overlay.fixed),
        "conditional": data["conditional"] + [rule.model_dump() for rule in overlay.conditional],
        "forbidden": data["forbidden"] + [rule.model_dump() for rule in overlay.forbidden],
        "exec": [rule.model_dump() for rule in overlay.exec] + data["exec"],
        "ord_status": data["ord_status"] | overlay.ord_status,
        "supports": overlay.supports.model_dump(),
        "custom": [*overlay.custom, *groups],
        "ids": overlay.ids,
    }


def _by_message(data: Data, overlay: Overlay, given: dict[str, dict[str, str]]) -> Data:
    """MsgType -> values; those for all messages ("*") where the message has the field."""
    found = {}
    for key, rows in data["messages"].items():
        shared = given.get("*", {}).items()
        values = {name: v for name, v in shared if name in rows or name in overlay.custom}
        found[key] = values | given.get(key, {})
    return found


def names(data: Data, overlay: Overlay) -> Iterator[str]:
    """Every name that rules and values of this file may use."""
    yield from data["tags"]
    yield from overlay.custom
    for name, group in overlay.groups.items():
        yield name
        yield from (member.split()[-1] for member in group.members)
