"""Halts: who may do no new work, since when and why, and who would let it go on."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.halts import Halt
from tradeoms.model.state import State


class HaltRow(Struct, frozen=True, gc=False):
    """A halt; `what` is the trader, desk, account or house that is meant.

    `state` is halted, consented (one person would let it go on, a second one must) or lifted.
    `consents` names those persons and their reasons.
    """

    key: str
    what: str
    state: str
    user: str
    reason: str
    at: datetime
    consents: str
    lifted: datetime | None


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, HaltRow | None]]:
    """The halt that began, or that somebody would lift."""
    if isinstance(event, e.Halted):
        yield event.halt.halt, _row(state.halts[event.halt.halt])
    elif isinstance(event, e.ResumeConsented):
        yield event.halt, _row(state.halts[event.halt])


def all_rows(state: State) -> Iterator[HaltRow]:
    """Every halt there ever was."""
    return map(_row, state.halts.values())


def _row(known: Halt) -> HaltRow:
    waits = "consented" if known.consents else "halted"
    return HaltRow(
        key=known.halt,
        what=known.what,
        state=waits if known.lifted is None else "lifted",
        user=known.user,
        reason=known.reason,
        at=known.at,
        consents="; ".join(f"{one.user}: {one.reason}" for one in known.consents),
        lifted=known.lifted,
    )
