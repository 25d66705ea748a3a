"""Alerts: what a person should look at."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.state import State


class AlertRow(Struct, frozen=True, gc=False):
    """An alert; `key` is its number, `subject` the block, placement, session or command meant."""

    key: str
    kind: str
    subject: str
    text: str
    at: datetime


def row(alert: e.AlertRaised) -> AlertRow:
    """The row of an alert."""
    return AlertRow(str(alert.number), alert.kind, alert.subject, alert.text, alert.at)


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, AlertRow | None]]:
    """The alert that was raised."""
    if type(event) is e.AlertRaised:
        yield str(event.number), row(event)


def all_rows(state: State) -> Iterator[AlertRow]:
    """Every alert."""
    return map(row, state.alerts.values())
