"""The pure core: `decide` makes events, `apply` books an event, `react` says what follows.

One file a noun; each adds its functions to the tables here. A command without a row in `DECIDE` or
`SLICED`, or an event without one in `APPLY`, is a bug. From most events nothing follows.
"""

from collections.abc import Callable, Generator, Iterable
from typing import Any

from tradeoms.core import (
    acknowledgements,
    action_booking,
    action_orders,
    actions,
    affirming,
    allocations,
    attending,
    attention,
    averaging,
    baskets,
    blocks,
    booking,
    breaks,
    byhand,
    claims,
    closing,
    confirmations,
    control,
    crossing,
    cutoffs,
    deferring,
    deliveries,
    deviations,
    doubts,
    errors,
    fees,
    finishing,
    halting,
    identifying,
    instructions,
    joining,
    killing,
    limits,
    lists,
    lots,
    mass_cancels,
    measuring,
    opening_orders,
    openings,
    orders,
    outbox,
    pending,
    placements,
    policies,
    rate_cards,
    rates,
    reconciling,
    reference,
    reopening,
    replacing,
    reports,
    research,
    retiring,
    routing,
    sessions,
    settlements,
    settling,
    shorting,
    telephone,
    uncrossing,
    waiting,
    washing,
)
from tradeoms.core.context import Context, Refusal
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.state import State

# A list; or what makes each event when those before it, and all that follows from them, are booked.
Decide = Callable[[State, Any, Context], Iterable[e.AnyEvent]]
Apply = Callable[[State, Any], None]
React = Callable[[State, Any], list[c.Command]]
# Yields what may become durable on its own; what it returns becomes durable with the answer.
Slices = Callable[
    [State, Any, Context], Generator[Iterable[e.AnyEvent], None, Iterable[e.AnyEvent]]
]

NOUNS = (
    reference,
    rates,
    policies,
    rate_cards,
    fees,
    research,
    openings,
    opening_orders,
    limits,
    orders,
    baskets,
    blocks,
    joining,
    measuring,
    routing,
    lists,
    placements,
    replacing,
    deferring,
    reports,
    booking,
    attention,
    pending,
    sessions,
    control,
    settling,
    doubts,
    telephone,
    byhand,
    crossing,
    uncrossing,
    mass_cancels,
    killing,
    halting,
    allocations,
    finishing,
    deviations,
    errors,
    lots,
    actions,
    action_booking,
    action_orders,
    washing,
    shorting,
    identifying,
    reopening,
    settlements,
    instructions,
    averaging,
    acknowledgements,
    confirmations,
    affirming,
    outbox,
    cutoffs,
    claims,
    attending,
    waiting,
    closing,
    deliveries,
    breaks,
    reconciling,
    retiring,
)
DECIDE: dict[type, Decide] = {}
APPLY: dict[type, Apply] = {}
# Several nouns may follow one event, in the order of the nouns.
REACT: dict[type, tuple[React, ...]] = {}
SLICED: dict[type, Slices] = {}
for noun in NOUNS:
    DECIDE.update(getattr(noun, "DECIDE", {}))
    APPLY.update(getattr(noun, "APPLY", {}))
    for event, react_to in getattr(noun, "REACT", {}).items():
        REACT[event] = (*REACT.get(event, ()), react_to)
    SLICED.update(getattr(noun, "SLICED", {}))


def decide(state: State, command: c.Command, ctx: Context) -> Iterable[e.AnyEvent]:
    """Events that the command leads to; raises Refusal before the first; never changes the state."""
    return DECIDE[type(command)](state, command, ctx)


def apply(state: State, record: e.Record) -> None:
    """Book one record: the event, its number, the broker's message number."""
    event, cause = record.event, record.cause
    state.seq = record.seq
    if type(event) is e.Answered:
        _remember(state, event)
    else:
        APPLY[type(event)](state, event)
    if cause.session:
        sessions.received(state, cause, record.at)


def react(state: State, event: e.AnyEvent) -> list[c.Command]:
    """Commands that follow from the event by themselves."""
    follows = REACT.get(type(event))
    if not follows:
        return []
    return [command for follow in follows for command in follow(state, event)]


def _refuse_malformed(state: State, command: c.RefuseMalformed, ctx: Context) -> list[e.AnyEvent]:
    raise Refusal(c.Problem(command.field, "", command.reason))


DECIDE[c.RefuseMalformed] = _refuse_malformed


def _remember(state: State, event: e.Answered) -> None:
    key = f"{event.user}/{event.id}"
    state.answers[key] = event
    if not state.answer_days:
        state.answer_days.append((state.business_date, []))
    state.answer_days[-1][1].append(key)
