"""What happened to FIX sessions by hand or by agreement."""

from datetime import datetime

from tradeoms.model.base import Event
from tradeoms.model.fields import SessionAction


class SessionControlled(Event, frozen=True, tag=True):
    """A person logged a session on or off, or asked its broker for a sign of life."""

    session: str
    action: SessionAction
    reason: str
    at: datetime


class SequenceSet(Event, frozen=True, tag=True):
    """A session counts on from these numbers, the last ones in and out; 0 and 0 are a reset."""

    session: str
    in_seq: int
    out_seq: int
    at: datetime
    reason: str


class SessionChanged(Event, frozen=True, tag=True):
    session: str
    up: bool
    reason: str
    at: datetime | None = None


SessionEvent = SessionChanged | SessionControlled | SequenceSet
