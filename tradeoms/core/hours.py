"""Whether the business day takes new work: once it is closed, it does not."""

from tradeoms.core.context import refuse
from tradeoms.model.state import State


def must_be_open(state: State) -> None:
    """Refuse new work of a day that is closed."""
    if state.closed is not None:
        reason = "is closed: open the next day, or this one again"
        raise refuse("business_date", state.business_date, reason)
