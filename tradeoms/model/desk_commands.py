"""Commands about who works on what: orders and blocks that traders claim, alerts that are attended."""

from datetime import datetime

from tradeoms.model.base import Command


class Claim(Command, frozen=True, tag=True):
    """Orders and blocks become the sender's; of what is another trader's only with a reason."""

    names: tuple[str, ...]
    reason: str = ""


class Release(Command, frozen=True, tag=True):
    """Own orders and blocks are nobody's again: every trader may work them."""

    names: tuple[str, ...]
    reason: str = ""


class Reassign(Command, frozen=True, tag=True):
    """Orders and blocks become another trader's, whoever has them now."""

    names: tuple[str, ...]
    trader: str
    reason: str


class HandOver(Command, frozen=True, tag=True):
    """A whole desk: everything open that is one trader's becomes another's."""

    trader: str
    to: str
    reason: str


class AcknowledgeAlert(Command, frozen=True, tag=True):
    """An alert is dealt with, for everybody; `number` is its key."""

    number: int
    reason: str = ""


class OwnAlert(Command, frozen=True, tag=True):
    """The sender looks after an alert; one that is another's only with a reason."""

    number: int
    reason: str = ""


class SnoozeAlert(Command, frozen=True, tag=True):
    """Nobody is asked about an alert until a time, at most a week ahead; then it comes back."""

    number: int
    until: datetime
    reason: str
