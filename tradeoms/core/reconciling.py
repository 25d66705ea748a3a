"""Reconciliation: somebody else's file against our books; what differs is a break until it is gone."""

from collections.abc import Iterable
from decimal import Decimal
from hashlib import sha256

from tradeoms.core import breaks
from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, Refusal
from tradeoms.core.statements import SHEETS, Side, differences, ours, theirs
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.breaks import Break, Reconciliation, Tolerance
from tradeoms.model.state import State


def reconcile(state: State, command: c.Reconcile, ctx: Context) -> list[e.AnyEvent]:
    """All mistakes of the file at once, or everything that differs."""
    _check(state, command)
    digest = sha256(command.content.encode()).hexdigest()
    place = f"{command.kind}/{command.source}"
    known = state.reconciliations.get(place)
    if known is not None and (known.digest, known.as_of) == (digest, command.as_of):
        return []
    told, lines, problems = theirs(state, command)
    if problems:
        raise Refusal(*problems)
    own = ours(state, command)
    found = {one.key: one for one in _found(state, command, own, told)}
    gone = [
        breaks.cleared(state, one, ctx.user, f"not in the file of {command.as_of} any more")
        for one in state.breaks.values()
        if one.key.startswith(f"{place}/") and one.state != breaks.CLEARED
        if one.key not in found and (command.kind != "fills" or _is_of(one, command))
    ]
    matched = len(own.keys() | told.keys()) - len(found)
    reconciliation = Reconciliation(
        kind=command.kind,
        source=command.source,
        as_of=command.as_of,
        settled=command.settled,
        file=command.name,
        lines=lines,
        matched=matched,
        breaks=len(found),
        digest=digest,
        user=ctx.user,
        at=ctx.now,
    )
    changed = (*found.values(), *gone)
    event = e.Reconciled(reconciliation)
    return [event, e.BreaksChanged(changed)] if changed else [event]


def _check(state: State, command: c.Reconcile) -> None:
    """What is wrong with the question itself."""
    problems: list[c.Problem] = []
    if command.kind not in SHEETS:
        known = ", ".join(SHEETS)
        problems.append(c.Problem("kind", brief(command.kind), f"must be one of {known}"))
    elif command.kind == "fills" and command.source not in state.brokers:
        problems.append(c.Problem("source", brief(command.source), "unknown broker"))
    elif command.kind == "fills" and command.as_of <= state.retired_through:
        reason = f"is too long ago: fills up to {state.retired_through} have left memory"
        problems.append(c.Problem("as_of", str(command.as_of), reason))
    elif command.kind != "fills":
        if all(one.custodian != command.source for one in state.accounts.values()):
            reason = "is the custodian of no account"
            problems.append(c.Problem("source", brief(command.source), reason))
        if command.as_of != state.business_date:
            reason = f"is not the open day {state.business_date}: the books are as of that day"
            problems.append(c.Problem("as_of", str(command.as_of), reason))
    if command.as_of > state.business_date:
        problems.append(c.Problem("as_of", str(command.as_of), "is after the open day"))
    if problems:
        raise Refusal(*dict.fromkeys(problems))


def _is_of(one: Break, command: c.Reconcile) -> bool:
    """Fills of another day are not in this file, and may differ still."""
    return one.key.startswith(f"fills/{command.source}/{command.as_of}/")


def _found(
    state: State, command: c.Reconcile, own: dict[str, Side], told: dict[str, Side]
) -> Iterable[Break]:
    tolerance = _tolerance(state, command)
    for subject in dict.fromkeys((*own, *told)):
        mine, yours = own.get(subject), told.get(subject)
        what, amount = differences(mine, yours, tolerance)
        if not what:
            continue
        side = mine or yours
        assert side is not None
        yield breaks.found(
            state,
            Break(
                key=f"{command.kind}/{command.source}/{subject}",
                kind=command.kind,
                source=command.source,
                subject=subject,
                account=side.account,
                instrument=side.instrument,
                Currency=side.Currency,
                what=what,
                ours=mine.text if mine else "",
                theirs=yours.text if yours else "",
                amount=amount,
                since=state.business_date,
                seen=state.business_date,
            ),
        )


def _tolerance(state: State, command: c.Reconcile) -> Decimal:
    rows = {row.source: row.amount for row in state.tolerances if row.kind == command.kind}
    return rows.get(command.source, rows.get("", Decimal(0)))


def set_tolerances(state: State, command: c.SetTolerances, ctx: Context) -> list[e.AnyEvent]:
    """One row a kind and source."""
    problems: list[c.Problem] = []
    seen: set[tuple[str, str]] = set()
    for n, row in enumerate(command.tolerances):
        problems += _tolerance_problems(f"tolerances[{n}].", row)
        if (row.kind, row.source) in seen:
            problems.append(
                c.Problem(f"tolerances[{n}].kind", brief(row.kind), "stands there twice")
            )
        seen.add((row.kind, row.source))
    if problems:
        raise Refusal(*problems)
    return [e.TolerancesSet(command.tolerances)]


def _tolerance_problems(field: str, row: Tolerance) -> list[c.Problem]:
    problems = []
    if row.kind not in SHEETS:
        reason = f"must be one of {', '.join(SHEETS)}"
        problems.append(c.Problem(f"{field}kind", brief(row.kind), reason))
    if bad := _bad_amount(row.amount):
        problems.append(c.Problem(f"{field}amount", brief(row.amount), bad))
    return problems


def _bad_amount(amount: Decimal) -> str:
    if not amount.is_finite():
        return "is not a number"
    return "is below zero" if amount < 0 else ""


def apply_reconciled(state: State, event: e.Reconciled) -> None:
    one = event.reconciliation
    state.reconciliations[f"{one.kind}/{one.source}"] = one


def apply_tolerances(state: State, event: e.TolerancesSet) -> None:
    state.tolerances = event.tolerances


DECIDE = {c.Reconcile: reconcile, c.SetTolerances: set_tolerances}
APPLY = {e.Reconciled: apply_reconciled, e.TolerancesSet: apply_tolerances}
