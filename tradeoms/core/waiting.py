"""The clock's word that time has passed, and everything that waits for that."""

from tradeoms.core.attending import returned
from tradeoms.core.context import Context
from tradeoms.core.mass_cancels import not_enough
from tradeoms.core.pending import overdue
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.state import State


def check(state: State, command: c.CheckPending, ctx: Context) -> list[e.AnyEvent]:
    """Requests without an answer, cancels of all that were not enough, alerts that come back."""
    return [*overdue(state, ctx), *not_enough(state, ctx), *returned(state, ctx)]


DECIDE = {c.CheckPending: check}
