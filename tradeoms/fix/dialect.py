"""A FIX version's knowledge, with a broker's own over it, compiled for fast encoding and decoding."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import fixconfig
from fixconfig.overlay import Ids, Overlay, id_problem
from tradeoms.model.commands import Problem
from tradeoms.model.fields import OrdStatus

SOH = "\x01"
SHAPES = 4096  # forms of messages kept: a desk uses a few dozen
#: What a broker need not be able to do, by the message that asks for it.
SUPPORT = {
    "G": "replace",
    "H": "status",
    "AF": "mass_status",
    "q": "mass_cancel",
    "E": "lists",
    "Q": "dont_know_trade",
}

When = dict[str, str | list[str]]


class Shape(NamedTuple):
    """What holds for all messages with the same fields, and the same values where these matter."""

    template: str
    problems: tuple[Problem, ...]


class Dialect:
    """Tags by our names, what reports mean, and what a message that we send must look like."""

    def __init__(
        self, version: str, extra: Path | None = None, broker: Overlay | None = None
    ) -> None:
        data = fixconfig.dialect(version, extra, broker)
        self.version = version
        self.begin_string: str = data["begin_string"]
        self.tags: dict[str, str] = {name: str(tag) for name, tag in data["tags"].items()}
        self.messages = frozenset(data["messages"])  # that we send
        self.supports: dict[str, bool] = data["supports"]
        self.defaults: dict[str, dict[str, str]] = data["defaults"]
        self.fixed: dict[str, dict[str, str]] = data["fixed"]
        self.groups: dict[str, dict[str, list[str]]] = data["groups"]
        #: How the groups that a message of ours may hold begin on the wire.
        self.counts = {
            key: tuple(
                f"{SOH}{self.tags[name]}="
                for name in sorted(_fields(data, key))
                if name in self.tags and name in self.groups.get(key, ())
            )
            for key in data["messages"]
        }
        self.statuses = {wire: STATUSES[word] for wire, word in data["ord_status"].items()}
        self._ids: Ids = data["ids"]
        self._id = re.compile(self._ids.form, re.ASCII)
        self._data = data
        self._judged = {key: _judged(data, key) for key in data["messages"]}
        names = {name for rule in data["exec"] for name in rule["when"]}
        self._told = sorted(names)
        #: The tags by which `kind` tells what an execution report says.
        self.told = tuple(self.tags.get(name, "") for name in self._told)
        self._kind = lru_cache(SHAPES)(self._first_fitting)
        self._shape = lru_cache(SHAPES)(self._shaped)

    def kind(self, *told: str) -> str:
        """What an execution report with these values says, in the words of `ReportKind`; empty where
        no rule fits.
        """
        return self._kind(*told)

    def shape(self, MsgType: str, fields: dict[str, str], poss_resend: bool) -> Shape:
        """The template of a message with these fields, and what is wrong with it."""
        judged = tuple(map(fields.get, self._judged.get(MsgType, ())))
        return self._shape(MsgType, tuple(fields), judged, poss_resend)

    def id_problem(self, ClOrdID: str) -> str:
        """Why the broker does not take this ClOrdID; empty where it does."""
        return "" if self._id.fullmatch(ClOrdID) else id_problem(self._ids, ClOrdID)

    def _first_fitting(self, *values: str) -> str:
        facts = dict(zip(self._told, values, strict=True))
        fitting = (rule["kind"] for rule in self._data["exec"] if _fits(rule["when"], facts))
        return next(fitting, "")

    def _shaped(
        self,
        MsgType: str,
        names: tuple[str, ...],
        judged: tuple[str | None, ...],
        poss_resend: bool,
    ) -> Shape:
        if MsgType not in self._data["messages"]:
            reason = f"{self.version} has no such message"
            return Shape("", (Problem("MsgType", MsgType, reason),))
        facts = dict.fromkeys(names, "*") | {
            name: value
            for name, value in zip(self._judged[MsgType], judged, strict=True)
            if value is not None
        }
        problems = (
            *_unasked(self._data, MsgType, poss_resend),
            *_unknown(self._data, MsgType, names),
            *_missing(self._data, MsgType, facts),
            *_unsupported(self._data, self._judged[MsgType], facts),
        )
        return Shape("" if problems else self._template(MsgType, names, poss_resend), problems)

    def _template(self, MsgType: str, names: tuple[str, ...], poss_resend: bool) -> str:
        head = {"8": self.begin_string, "9": "0", "35": MsgType}
        head |= {self.tags[name]: v for name, v in self._data["header"].items() if v}
        head |= {"97": "Y"} if poss_resend else {}
        fields = [f"{tag}={value}" for tag, value in head.items()]
        # A percent sign of ours must not be taken for a place of a value.
        fields = [field.replace("%", "%%") for field in fields]
        fields += ["%s" if n in self.groups[MsgType] else f"{self.tags[n]}=%s" for n in names]
        return SOH.join([*fields, "10=000", ""])


def _fields(data: dict[str, Any], MsgType: str) -> set[str]:
    """What a message of ours may hold."""
    return {*data["messages"][MsgType], *data["header"], *data["custom"]}


def _judged(data: dict[str, Any], MsgType: str) -> tuple[str, ...]:
    """The fields of a message whose values decide what else it must hold, or may not hold."""
    names = {n for rule in _rules(data, MsgType) for n, w in rule["when"].items() if w != "*"}
    return tuple(sorted(names | (set(data["supported"]) & _fields(data, MsgType))))


def _rules(data: dict[str, Any], MsgType: str) -> list[dict[str, Any]]:
    rules = [*data["conditional"], *data["forbidden"]]
    return [rule for rule in rules if MsgType in rule["on"]]


def _unasked(data: dict[str, Any], MsgType: str, poss_resend: bool) -> Iterator[Problem]:
    need = SUPPORT.get(MsgType)
    if need and not data["supports"][need]:
        yield Problem("MsgType", MsgType, f"the broker takes no such message (supports.{need})")
    if poss_resend and not data["supports"]["poss_resend"]:
        yield Problem("PossResend", "Y", "the broker does not heed it (supports.poss_resend)")


def _unknown(data: dict[str, Any], MsgType: str, names: tuple[str, ...]) -> Iterator[Problem]:
    for name in names:
        if name not in _fields(data, MsgType):
            yield Problem(name, "", f"a message {MsgType} has no such field")


def _missing(data: dict[str, Any], MsgType: str, facts: dict[str, str]) -> Iterator[Problem]:
    for name in data["required"][MsgType]:
        if name not in facts:
            yield Problem(name, "", f"is required in a message {MsgType}")
    for rule in _rules(data, MsgType):
        if not _fits(rule["when"], facts):
            continue
        if "any" in rule and not any(name in facts for name in rule["any"]):
            yield Problem(rule["any"][0], "", f"{_names(rule['any'])} is needed{_why(rule)}")
        for name in rule.get("none", ()):
            if name in facts:
                yield Problem(name, "", f"may not be there{_why(rule)}")


def _unsupported(
    data: dict[str, Any], judged: tuple[str, ...], facts: dict[str, str]
) -> Iterator[Problem]:
    for name in judged:
        allowed = data["supported"].get(name)
        if allowed and name in facts and facts[name] not in allowed:
            yield Problem(name, facts[name], f"the broker takes {', '.join(allowed)} only")


def _names(names: list[str]) -> str:
    return " or ".join(names)


def _why(rule: dict[str, Any]) -> str:
    shown = [f"{name} {' or '.join(_listed(wanted))}" for name, wanted in rule["when"].items()]
    return f" with {' and '.join(shown)}".replace(" *", "") if shown else ""


def _listed(wanted: str | list[str]) -> list[str]:
    return wanted if isinstance(wanted, list) else [wanted]


def _fits(when: When, facts: dict[str, str]) -> bool:
    """Whether every field named has one of the values; "*" is any that is not empty."""
    for name, wanted in when.items():
        value = facts.get(name, "")
        if not (value if wanted == "*" else value in _listed(wanted)):
            return False
    return True


def _word(status: OrdStatus) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", status.name).lower().replace("canceled", "cancelled")


STATUSES = {_word(status): status for status in OrdStatus}


@lru_cache
def dialect(version: str, extra: Path | None = None) -> Dialect:
    """The dialect of a version such as FIX.4.4 without a broker's own, compiled once."""
    return Dialect(version, extra)
