"""Events about who works on what: orders and blocks that traders claim, alerts that are attended."""

from datetime import datetime

from tradeoms.model.base import Event
from tradeoms.model.fields import Attention


class ClaimsChanged(Event, frozen=True, tag=True):
    """Orders and blocks have another owner: `trader`, empty for nobody."""

    orders: tuple[str, ...]
    blocks: tuple[str, ...]
    trader: str
    user: str
    reason: str
    at: datetime


class AlertAttended(Event, frozen=True, tag=True):
    """What a person did with an alert; `owner` is who looks after it now, empty for nobody."""

    number: int
    how: Attention
    owner: str
    user: str
    reason: str
    at: datetime
    until: datetime | None = None


class AlertReturned(Event, frozen=True, tag=True):
    """The time of a snoozed alert has come: it waits for a person again."""

    number: int
    at: datetime


class AlertRaised(Event, frozen=True, tag=True):
    """Something a person should look at."""

    number: int
    kind: str
    subject: str
    text: str
    at: datetime


DeskEvent = AlertRaised | AlertAttended | AlertReturned | ClaimsChanged
