"""The bookkeeping of actions on lots: done, and taken back."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tradeoms.core.effects import MONEY
from tradeoms.core.flows import convert
from tradeoms.model import events as e
from tradeoms.model.columns import Int64s, Table
from tradeoms.model.state import LOT, REALIZED, State

#: What counts in shares of today.
RESCALED = ("units", "matched", "taken", "settled", "start", "parts", "became")


def counted_in(table: Table, rows: Int64s) -> Int64s:
    """In shares of which instrument these rows of the realized table count: after a merger the new one."""
    became = table["became"][rows]
    return np.where(became > 0, became - 1, table["instrument"][rows])


def parts_of(table: Table, rows: Int64s) -> Int64s:
    """In how many parts of a share they count."""
    return np.maximum(table["parts"][rows], 1)


def apply_converted(state: State, event: e.LotsConverted) -> None:
    """Lots close and open, gains are realized, positions and cash move."""
    action = state.lot_actions[event.name]
    exchange(state, event)
    lost = 0
    if event.realized:
        state.realized.append(**_columns(REALIZED, event.realized))
        lost = event.realized["sold"][0] if min(event.realized["gain"]) < 0 else 0
    _count(state, event, "")
    _remember(state, event, action.instruments, lost)
    state.conversions[event.name] = event
    state.bookings_of.setdefault(action.terms.instrument, []).append(event.name)
    _move(state, event, action.number, 1)


def _remember(
    state: State, event: e.LotsConverted, instruments: tuple[str, ...], lost: int
) -> None:
    """When something last `lost`, and what was ever sold short; a merger takes both along."""
    old, *_ = instruments
    moves = any(event.losses.get("became", ()))
    if any(event.opened.get("short", ())) or (moves and old in state.shorted):
        state.shorted.update(dict.fromkeys(instruments))
    latest = max(lost, state.loss_days.get(old, 0) if moves else 0)
    if latest:
        for name in instruments:
            state.loss_days[name] = max(state.loss_days.get(name, 0), latest)


def take_back(state: State, name: str) -> None:
    """As if it had not been."""
    action, event = state.lot_actions[name], state.conversions.pop(name)
    state.bookings_of[action.terms.instrument].remove(name)
    give_back(state, event)
    unrealize(state, action.number)
    _count(state, event, "old_")
    _move(state, event, action.number, -1)


def exchange(state: State, event: e.LotsConverted | e.HoldingsChanged) -> None:
    """Lots close and others open."""
    np.subtract.at(state.lots["remaining"], _array(event.closed), _array(event.quantities))
    if event.opened:
        state.lots.append(**_columns(LOT, event.opened))


def give_back(state: State, event: e.LotsConverted | e.HoldingsChanged) -> None:
    """As if they had not."""
    put_back(state, event.closed, event.quantities, event.opened_numbers)


def put_back(
    state: State, closed: Sequence[int], quantities: Sequence[int], opened: Sequence[int]
) -> None:
    """Lots have again what was taken from them, and those that were opened are empty."""
    np.add.at(state.lots["remaining"], _array(closed), _array(quantities))
    for column in ("remaining", *MONEY):
        state.lots[column][_array(opened)] = 0


def unrealize(state: State, number: int) -> None:
    """The gains of a booking are zero."""
    gone = state.realized["block"] == number
    for column in ("quantity", "basis", "proceeds", "gain", "units", "fraction"):
        state.realized[column][gone] = 0


def _columns(names: tuple[str, ...], given: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    """Columns of new rows; those that events of old do not know are zero."""
    return {name: _array(given[name]) if name in given else 0 for name in names}


def _count(state: State, event: e.LotsConverted, prefix: str) -> None:
    """Losses that wait, and what may take one over, in shares of after the action or of before it."""
    if event.losses:
        rows = _array(event.losses["rows"])
        for name in RESCALED:
            if (values := event.losses.get(f"{prefix}{name}")) is not None:
                state.realized[name][rows] = values


def _move(state: State, event: e.LotsConverted, number: int, sign: int) -> None:
    convert(state, number, sign, event.moved)
    if not event.moved:
        return
    columns = {name: _array(values) for name, values in event.moved.items()}
    names, currencies = state.instrument_axis.names, state.currency_axis.index
    paid = [currencies[state.instruments[names[n]].Currency] for n in event.moved["instrument"]]
    place = (columns["account"], columns["instrument"])
    np.add.at(state.position.cells, place, sign * columns["units"])
    np.add.at(state.cash.cells, (columns["account"], _array(paid)), sign * columns["cents"])


def _array(values: object) -> Int64s:
    return np.array(values, np.int64)
