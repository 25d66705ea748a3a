"""Compliance limits and the restricted list, as data with effective dates."""

from tradeoms import compliance
from tradeoms.core.attention import alert
from tradeoms.core.context import Context, Refusal
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.state import State


def set_limits(state: State, command: c.SetLimits, ctx: Context) -> list[e.AnyEvent]:
    """Rows are added; a row of the same rule and day replaces the earlier one."""
    problems = compliance.check_limits(state, command.limits)
    if problems:
        raise Refusal(*problems)
    return [e.LimitsSet(command.limits)]


def restrict(state: State, command: c.Restrict, ctx: Context) -> list[e.AnyEvent]:
    """Restrictions are added; they end by their expiry. An issuer may be restricted before it is known,
    but a slip of the finger stops nothing: somebody is told.
    """
    problems = [
        c.Problem(f"restrictions[{n}].expires", str(row.expires), "is before it begins")
        for n, row in enumerate(command.restrictions)
        if row.expires is not None and row.expires < row.effective
    ]
    if problems:
        raise Refusal(*problems)
    known = {one.issuer for one in state.instruments.values()}
    return [
        e.Restricted(command.restrictions),
        *(
            alert(ctx, "unknown issuer", name, "is restricted, and is the issuer of no instrument")
            for name in dict.fromkeys(row.issuer for row in command.restrictions)
            if name not in known
        ),
    ]


def apply_limits(state: State, event: e.LimitsSet) -> None:
    state.in_force.clear()
    for new in event.limits:
        rows = [row for row in state.limits.get(new.rule, ()) if row.effective != new.effective]
        state.limits[new.rule] = tuple(sorted([*rows, new], key=lambda row: row.effective))


def apply_restricted(state: State, event: e.Restricted) -> None:
    for row in event.restrictions:
        state.restrictions[row.issuer] = (*state.restrictions.get(row.issuer, ()), row)


DECIDE = {c.SetLimits: set_limits, c.Restrict: restrict}
APPLY = {e.LimitsSet: apply_limits, e.Restricted: apply_restricted}
