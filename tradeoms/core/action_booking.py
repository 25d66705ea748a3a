"""What corporate actions, transfers and gifts do to the lots, and their place among the trades."""

from msgspec.structs import replace

from tradeoms.core.attention import alert
from tradeoms.core.context import Context
from tradeoms.core.conversions import convert
from tradeoms.core.converted import apply_converted
from tradeoms.core.sequence import AS_IT_CAME, BEFORE_TRADES, take_place, to_book
from tradeoms.core.transfers import asked, move
from tradeoms.core.washing import relate
from tradeoms.core.whatif import Applying, Deciding, Reacting
from tradeoms.market.calendar import days
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.lot_actions import ActionKind, CorporateAction, LotAction, Terms
from tradeoms.model.state import State


def place_of(action: LotAction) -> tuple[int, int]:
    """Where a booking stands: the issuer's before the day's trades, others as they came."""
    terms = action.terms
    issuer = isinstance(terms, CorporateAction) and terms.kind is not ActionKind.Exercise
    return days(terms.day), BEFORE_TRADES if issuer else AS_IT_CAME


def book_action(state: State, command: c.BookAction, ctx: Context) -> list[e.AnyEvent]:
    """What an action does to the lots as they are now."""
    action = state.lot_actions[command.name]
    if isinstance(action.terms, CorporateAction):
        event = convert(state, action)
        wanted = 0
        if action.terms.quantity is not None:
            wanted = state.instruments[action.terms.instrument].units(action.terms.quantity)
    else:
        event, wanted = move(state, action), asked(state, action.terms)
    if (moved := _moved(state, event, action.terms)) < wanted:
        instrument = state.instruments[action.terms.instrument]
        text = (
            f"{instrument.quantity(wanted)} of {instrument.instrument} in {action.terms.account}:"
            f" only {instrument.quantity(moved)} are there"
        )
        return [event, alert(ctx, "lots missing", action.action, text)]
    return [event]


def _moved(state: State, event: e.LotsConverted, terms: Terms) -> int:
    """Units that left the account, or came from outside; what opened there again did not leave."""
    sizes = event.opened.get("size", ())
    if not terms.account:
        return sum(sizes)
    own = state.account_axis.index[terms.account], state.instrument_axis.index[terms.instrument]
    pairs = zip(*(event.opened.get(n, ()) for n in ("account", "instrument")), strict=True)
    back = sum(units for units, pair in zip(sizes, pairs, strict=True) if pair == own)
    return sum(event.quantities) - back


def apply_actions(state: State, event: e.ActionsBooked) -> None:
    """Known, with their place; instruments that one links are booked in one order from now on."""
    for one in event.actions:
        state.lot_actions[one.action] = one
        state.action_references[one.reference] = one.action
        state.bump("action", -one.number)
        take_place(state, one.terms.instrument, one.action, one.terms.day, place_of(one)[1])
        relate(state, one.instruments)


def apply_reversed(state: State, event: e.ActionReversed) -> None:
    action = state.lot_actions[event.action]
    state.lot_actions[event.action] = replace(
        action,
        reversed_by=event.user,
        reversed_for=event.reason,
        reversed_at=event.at,
        reversed_on=event.day,
    )
    del state.booking_places[action.terms.instrument][event.action]
    del state.action_references[action.reference]


def react_booked(state: State, event: e.ActionsBooked) -> list[c.Command]:
    """They, and what stands behind them, are booked."""
    return to_book(state, [name for one in event.actions for name in one.instruments])


def react_reversed(state: State, event: e.ActionReversed) -> list[c.Command]:
    """What stood behind it is booked without it."""
    return to_book(state, state.lot_actions[event.action].instruments)


DECIDE: Deciding = {c.BookAction: book_action}
APPLY: Applying = {
    e.ActionsBooked: apply_actions,
    e.ActionReversed: apply_reversed,
    e.LotsConverted: apply_converted,
}
REACT: Reacting = {e.ActionsBooked: react_booked, e.ActionReversed: react_reversed}
