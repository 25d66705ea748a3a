"""Rows that SetLimits would put in force: everything wrong with them, before they enter the log."""

import re
from decimal import Decimal
from typing import Any

from tradeoms.compliance.rule import FINAL, Parameter, Rule
from tradeoms.compliance.rules import BY_NAME
from tradeoms.model.commands import Problem
from tradeoms.model.reference import Limit
from tradeoms.model.state import State

PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def check_limits(state: State, limits: tuple[Limit, ...]) -> list[Problem]:
    """All problems of the rows, each with its field, such as `limits[3].parameters.most`.

    A row must name a known rule once a day, carry exactly its parameters as text or whole numbers
    (a JSON float has lost its decimals already), within their range, and leave alone what law or
    policy fixes. Rows mean the same in every state, so `state` decides nothing.
    """
    problems: list[Problem] = []
    seen = set()
    for n, limit in enumerate(limits):
        field = f"limits[{n}]"
        if (limit.rule, limit.effective) in seen:
            problems.append(
                Problem(
                    f"{field}.effective",
                    str(limit.effective),
                    f"{limit.rule} has two rows this day",
                )
            )
        seen.add((limit.rule, limit.effective))
        problems += _row_problems(field, limit)
    return problems


def _row_problems(field: str, limit: Limit) -> list[Problem]:
    rule = BY_NAME.get(limit.rule)
    if rule is None:
        return [
            Problem(f"{field}.rule", limit.rule, f"unknown rule; there are {', '.join(BY_NAME)}")
        ]
    return [
        *_fixed_problems(field, rule, limit),
        *_parameter_problems(f"{field}.parameters", rule, limit),
    ]


def _fixed_problems(field: str, rule: Rule, limit: Limit) -> list[Problem]:
    if not rule.fixed:
        return []
    given = {"severity": limit.severity, "override": limit.override}
    return [
        Problem(f"{field}.{name}", value.value, f"is always {fixed} for {rule.name}")
        for (name, value), fixed in zip(given.items(), FINAL, strict=True)
        if value != fixed
    ]


def _parameter_problems(field: str, rule: Rule, limit: Limit) -> list[Problem]:
    known = {parameter.name: parameter for parameter in rule.parameters}
    problems = [
        Problem(f"{field}.{name}", "", f"is missing: {parameter.unit}, such as {parameter.example}")
        for name, parameter in known.items()
        if name not in limit.parameters
    ]
    for name, value in limit.parameters.items():
        takes = f"takes {', '.join(known)}" if known else "takes no parameters"
        reason = (
            bad_value(known[name], value)
            if name in known
            else f"unknown parameter; {rule.name} {takes}"
        )
        if reason:
            problems.append(Problem(f"{field}.{name}", str(value), reason))
    return problems


def bad_value(parameter: Parameter, value: Any) -> str:
    """Why a value cannot be a parameter's; empty where it can."""
    if isinstance(value, float):
        return f'is a binary float: write it as text, "{parameter.example}"'
    number = _exact(value)
    if number is None:
        return f"must be a plain number such as {parameter.example}"
    if parameter.whole and number != number.to_integral_value():
        return "must be a whole number"
    if not parameter.least <= number <= parameter.most:
        return f"must be from {parameter.least:,f} to {parameter.most:,f} ({parameter.unit})"
    return ""


def _exact(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    if isinstance(value, str) and not PLAIN.fullmatch(value):
        return None
    number = Decimal(value)
    return number if number.is_finite() else None
