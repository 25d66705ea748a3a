"""Alerts: what a person should look at, and who does."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.fields import Attention
from tradeoms.model.state import State


class AlertRow(Struct, frozen=True, gc=False):
    """An alert; `key` is its number, `subject` the block, placement, session or command meant.

    `state` is open, owned, snoozed, returned (it was snoozed), acknowledged, or ended: a session that
    was down is up again. `owner` looks after it, `until` is when a snoozed one comes back. `user`,
    `reason` and `attended`: who did something with it last, why and when.
    """

    key: str
    kind: str
    subject: str
    text: str
    at: datetime
    state: str = Attention.Open.value
    owner: str = ""
    until: datetime | None = None
    user: str = ""
    reason: str = ""
    attended: datetime | None = None


def row(state: State, alert: e.AlertRaised) -> AlertRow:
    """The row of an alert."""
    key, known = str(alert.number), state.attended.get(alert.number)
    if known is None:
        return AlertRow(key, alert.kind, alert.subject, alert.text, alert.at)
    return AlertRow(
        key=key,
        kind=alert.kind,
        subject=alert.subject,
        text=alert.text,
        at=alert.at,
        state=known.how.value,
        owner=known.owner,
        until=known.until,
        user=known.user,
        reason=known.reason,
        attended=known.at,
    )


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, AlertRow | None]]:
    """The alert that was raised, attended or has come back."""
    if isinstance(event, e.AlertRaised | e.AlertAttended | e.AlertReturned):
        yield str(event.number), row(state, state.alerts[event.number])


def all_rows(state: State) -> Iterator[AlertRow]:
    """Every alert."""
    return (row(state, alert) for alert in state.alerts.values())
