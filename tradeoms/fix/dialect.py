"""A FIX version's knowledge, compiled from `fixconfig` for fast encoding and decoding."""

from functools import lru_cache
from typing import Any

import fixconfig


class Dialect:
    """Tags by our names, and what ExecType (with ExecTransType, where a broker sends it) means."""

    def __init__(self, version: str) -> None:
        data = fixconfig.dialect(version)
        self.version = version
        self.begin_string: str = data["begin_string"]
        self.tags: dict[str, str] = {name: str(tag) for name, tag in data["tags"].items()}
        self._rules: list[dict[str, Any]] = data["exec"]
        self._expected: dict[str, list[str]] = data.get("expected", {})
        self._kinds: dict[tuple[str, str], str] = {}

    def kind(self, ExecTransType: str, ExecType: str) -> str:
        """What an execution report says, in the words of `ReportKind`; empty where no rule fits."""
        key = (ExecTransType, ExecType)
        if key not in self._kinds:
            facts = {"ExecTransType": ExecTransType, "ExecType": ExecType}
            fitting = (rule["kind"] for rule in self._rules if _fits(rule["when"], facts))
            self._kinds[key] = next(fitting, "")
        return self._kinds[key]

    def missing(self, kind: str, fields: dict[str, str]) -> list[str]:
        """Names of fields that a report of this kind should hold and does not."""
        return [name for name in self._expected.get(kind, ()) if not fields.get(self.tags[name])]


def _fits(when: dict[str, Any], facts: dict[str, str]) -> bool:
    for name, wanted in when.items():
        value = facts.get(name, "")
        if not (
            value
            if wanted == "*"
            else value in wanted
            if isinstance(wanted, list)
            else value == wanted
        ):
            return False
    return True


@lru_cache
def dialect(version: str) -> Dialect:
    """The dialect of a version such as FIX.4.4, compiled once."""
    return Dialect(version)
