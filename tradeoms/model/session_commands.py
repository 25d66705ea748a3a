"""Commands about FIX sessions: by people, and by the gateway."""

from datetime import datetime

from tradeoms.model import fields
from tradeoms.model.base import Command


class ControlSession(Command, frozen=True, tag=True):
    """Log a FIX session on or off by hand, or ask its broker for a sign of life (TestRequest)."""

    session: str
    action: fields.SessionAction
    reason: str = ""


class SetSequence(Command, frozen=True, tag=True):
    """Set the next message numbers of a stopped FIX session, as agreed with the broker."""

    session: str
    next_in: int
    next_out: int
    reason: str


class ResetSequence(Command, frozen=True, tag=True):
    """The gateway's word that a FIX session counts from 1 again, since `at`."""

    session: str
    at: datetime
    reason: str


class TellSession(Command, frozen=True, tag=True):
    """The gateway's word that a person should look at a FIX session."""

    session: str
    kind: str
    text: str
