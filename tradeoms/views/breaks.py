"""Breaks: where our books and somebody else's differ, how long already, and who looks after it."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.breaks import Break
from tradeoms.model.state import State


class BreakRow(Struct, frozen=True, gc=False):
    """A break; `key` is kind/source/subject. `age` in calendar days since it was first seen.

    `kind` is positions, cash, fills or delivery; `source` the custodian or broker. `amount` is
    theirs less ours. `state` is open, explained or cleared; `user` and `reason` say by whom and why.
    """

    key: str
    kind: str
    source: str
    subject: str
    account: str
    instrument: str
    Currency: str
    what: str
    ours: str
    theirs: str
    amount: Decimal | None
    since: date
    age: int
    state: str
    owner: str
    user: str
    reason: str
    at: datetime | None


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, BreakRow | None]]:
    """Breaks that changed; with a new day all that are not cleared are older."""
    if isinstance(event, e.BreaksChanged):
        keys = [one.key for one in event.breaks]
    elif isinstance(event, e.DayOpened):
        keys = [one.key for one in state.breaks.values() if one.state != "cleared"]
    else:
        return
    for key in keys:
        yield key, _row(state, state.breaks[key])


def all_rows(state: State) -> Iterator[BreakRow]:
    """Every break there ever was."""
    return (_row(state, one) for one in state.breaks.values())


def _row(state: State, one: Break) -> BreakRow:
    until = one.seen if one.state == "cleared" else state.business_date
    return BreakRow(
        key=one.key,
        kind=one.kind,
        source=one.source,
        subject=one.subject,
        account=one.account,
        instrument=one.instrument,
        Currency=one.Currency,
        what=one.what,
        ours=one.ours,
        theirs=one.theirs,
        amount=one.amount,
        since=one.since,
        age=(until - one.since).days,
        state=one.state,
        owner=one.owner,
        user=one.user,
        reason=one.reason,
        at=one.at,
    )
