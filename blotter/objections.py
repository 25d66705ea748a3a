"""What stands against a command, from the answer's structured violations: grouped, worst first."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from tradeoms.model import commands as c
from tradeoms.model.events import Answered
from tradeoms.model.fields import Severity
from tradeoms.model.orders import Violation

Crossing = c.ProposeCross | c.ApproveCross
Routed = c.RouteBlock | c.RouteBlocks | c.RouteList | c.RouteByPhone
Routing = Routed | c.ReplacePlacement | c.JoinBlock | Crossing
PLAIN = "refused"  # in the place of a rule: what the server says of fields
_OF_BLOCK = re.compile(r"blocks\[(\d+)\]\.(.*)")


class Group(NamedTuple):
    """One rule: how bad, and what it says, the worst line first."""

    rule: str
    severity: str
    hard: bool
    lines: tuple[str, ...]


class Objections(NamedTuple):
    """Everything that stands against it. `warnings` are the rules that one may acknowledge."""

    groups: tuple[Group, ...]
    warnings: frozenset[str]

    @property
    def may_go_on(self) -> bool:
        """Whether nothing stands against it that cannot be lifted by having seen it."""
        return bool(self.warnings) and not any(group.hard for group in self.groups)

    @property
    def by_rule(self) -> bool:
        """Whether a rule says something, not only the server of a field."""
        return any(group.rule != PLAIN for group in self.groups)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind there are."""
        hard = sum(len(group.lines) for group in self.groups if group.hard)
        return {
            "that cannot be sent": hard,
            "to acknowledge": sum(len(group.lines) for group in self.groups) - hard,
        }


def read(answered: Answered) -> Objections:
    """Sort out a refusal: hard ones first, then the rules with the most to say."""
    asked = {_place(problem.field)[1] for problem in answered.problems}
    blocking = {v.rule for v in answered.violations if v.severity is Severity.Block}
    warning = {v.rule for v in answered.violations if v.severity is Severity.Warn}
    rules: dict[str, list[Violation]] = {}
    for violation in answered.violations:
        if violation.rule in asked:
            rules.setdefault(violation.rule, []).append(violation)
    plain = [p for p in answered.problems if _place(p.field)[1] not in blocking | warning]
    groups = [_refusals(plain)] if plain else []
    groups += [_group(rule, found, rule in blocking) for rule, found in rules.items()]
    return Objections(_worst_first(groups), frozenset((warning - blocking) & asked))


def _worst_first(groups: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda group: (not group.hard, -len(group.lines), group.rule)))


def together(answers: Mapping[str, Answered]) -> Objections:
    """What stands against several commands, each line with the name of the one that it is about."""
    found: dict[str, Group] = {}
    warnings = frozenset[str]()
    for name, answered in answers.items():
        own = read(answered)
        warnings |= own.warnings
        for group in own.groups:
            lines = tuple(f"{name}: {line}" for line in group.lines)
            known = found.get(group.rule, group._replace(lines=()))
            found[group.rule] = known._replace(
                hard=known.hard or group.hard, lines=(*known.lines, *lines)
            )
    return Objections(_worst_first(found.values()), warnings)


def acknowledged(command: Routing, answered: Answered, rules: frozenset[str]) -> Routing:
    """The command again, by somebody who has seen these warnings."""
    if not isinstance(command, c.RouteBlocks):
        return replace(command, acknowledged=_both(command.acknowledged, rules))
    seen: dict[int, set[str]] = {}
    for problem in answered.problems:
        place, rule = _place(problem.field)
        if rule in rules and place is not None:
            seen.setdefault(place, set()).add(rule)
    blocks = [
        replace(block, acknowledged=_both(block.acknowledged, seen.get(n, ())))
        for n, block in enumerate(command.blocks)
    ]
    return c.RouteBlocks(tuple(blocks))


def _both(before: tuple[str, ...], rules: Iterable[str]) -> tuple[str, ...]:
    return (*before, *sorted(set(rules) - set(before)))


def _place(field: str) -> tuple[int | None, str]:
    """The block of a basket that a problem is about, and the rule or field."""
    match = _OF_BLOCK.fullmatch(field)
    return (int(match[1]), match[2]) if match else (None, field)


def _refusals(problems: Iterable[c.Problem]) -> Group:
    lines = [
        f"{p.field} {p.value}: {p.reason}" if p.value else f"{p.field}: {p.reason}"
        for p in problems
    ]
    return Group(PLAIN, "BLOCK", True, tuple(dict.fromkeys(lines)))


def _group(rule: str, violations: list[Violation], hard: bool) -> Group:
    worst = sorted(violations, key=lambda v: v.severity is not Severity.Block)
    return Group(rule, str(worst[0].severity), hard, tuple(map(_line, worst)))


def _line(violation: Violation) -> str:
    facts = "  ".join(f"{name} {value}" for name, value in violation.facts.items())
    whose = f"{violation.account}: " if violation.account else ""
    return f"{whose}{violation.message}" + (f"   ({facts})" if facts else "")
