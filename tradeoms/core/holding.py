"""What keeps finished work in memory: everything open that a person or a broker may turn to yet."""

from collections.abc import Iterator

import numpy as np

from tradeoms.core.attending import over
from tradeoms.core.breaks import OPEN
from tradeoms.core.retired import line
from tradeoms.model.fields import CrossState, Effect
from tradeoms.model.lot_actions import booking_name
from tradeoms.model.state import State


def held(state: State) -> dict[str, str]:
    """Names of blocks, and of orders in none, about which something is open; and what it is."""
    return {_whose(state, name): why for why, find in HOLDS.items() for name in find(state)}


def _whose(state: State, name: str) -> str:
    """The block, or the order in none, that a name is of; another name as it is."""
    if (confirmation := state.confirmations.get(name)) is not None:
        name = confirmation.AllocID
    if (instruction := state.instructions.get(name)) is not None:
        return instruction.block
    if (placement := state.placements.get(name)) is not None:
        return placement.block
    if (order := state.orders.get(name)) is not None:
        return order.block or name
    return name


def _unanswered(state: State) -> Iterator[str]:
    yield from state.pending
    for known in state.mass_cancels.values():
        yield from known.placements if known.waiting else ()


def _disputed(state: State) -> Iterator[str]:
    for execution in state.executions.values():
        if execution.effect is Effect.Disputed:
            yield execution.block


def _outbox(state: State) -> Iterator[str]:
    for key in state.outbox:
        kind, _, name = key.partition("/")
        if kind == "AT":
            yield state.allocation_reports[name].AllocID
        elif kind == "BH":
            yield state.confirmation_requests[name].AllocID
        else:
            yield name


def _reports(state: State) -> Iterator[str]:
    """What an unknown report may be about, by its own words."""
    for number, found in state.unmatched.items():
        if found.report is not None and number not in state.settled_reports:
            said = found.report
            for name in (said.ClOrdID, said.OrigClOrdID, f"{found.session}|{said.OrderID}"):
                yield state.placement_of.get(name, "")


def _alerts(state: State) -> Iterator[str]:
    for number, raised in state.alerts.items():
        if not over(state, number):
            yield raised.subject.removeprefix("J/")


def _deliveries(state: State) -> Iterator[str]:
    """What waits for the answer to its delivery, while that may come."""
    yield from state.undelivered
    yield from state.uncancelled
    began = line(state)
    for number, delivery in state.deliveries.items():
        if number not in state.delivery_answers and not (
            began and number <= began[1].get("delivery", 0)
        ):
            yield from (one.block for one in delivery.lines)


def _breaks(state: State) -> Iterator[str]:
    fills: set[tuple[str, str]] = set()
    for one in state.breaks.values():
        if one.state == OPEN and one.kind == "delivery":
            yield one.subject.partition("/")[0]
        elif one.state == OPEN and one.kind == "fills":
            fills.add((one.source, one.subject))
    for x in state.executions.values() if fills else ():
        if (x.broker, f"{x.trade_date}/{x.ExecID}") in fills:
            yield x.block


def _busts(state: State) -> Iterator[str]:
    """Crosses that one person wants taken back."""
    for cross in state.crosses.values():
        if cross.state is CrossState.BustProposed:
            yield from cross.blocks


def _errors(state: State) -> Iterator[str]:
    """Trade errors of which the error account still has something: what they cost is not known."""
    open_ = set(state.lots["root"][np.flatnonzero(state.lots["remaining"] > 0)].tolist())
    for name in state.errors:
        block, booked = state.blocks[name], state.bookings.get(name)
        if booked is None or block.error is None:
            continue
        opened = zip(booked.opened_numbers, booked.opened_accounts, strict=True)
        if any(account == block.error.account and number in open_ for number, account in opened):
            yield name


def _flows(state: State) -> Iterator[str]:
    """What is due yet by what was booked and taken back: the ladder of cash shows both."""
    yield from (booking_name(n) for n in np.unique(state.flows["block"]).tolist() if n > 0)


#: By what a person would call it.
HOLDS = {
    "requests that are not answered": _unanswered,
    "disputed fills": _disputed,
    "messages that have not left": _outbox,
    "unknown reports": _reports,
    "trades that have not settled": _flows,
    "trade errors that are not closed": _errors,
    "crosses that are to be taken back": _busts,
    "breaks": _breaks,
    "hand-over": _deliveries,
    "alerts": _alerts,
}
