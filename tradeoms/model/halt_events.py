"""Events of halts."""

from tradeoms.model.base import Event
from tradeoms.model.halts import Consent, Halt


class Halted(Event, frozen=True, tag=True):
    halt: Halt


class ResumeConsented(Event, frozen=True, tag=True):
    """A person would let it go on; `lifted` with the second person's word."""

    halt: str
    consent: Consent
    lifted: bool


HaltEvent = Halted | ResumeConsented
