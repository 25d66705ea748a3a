"""The order of an instrument's bookings: that of the trades, however often one is booked again.

Instruments that are substantially identical have one order: the wash sales of one are part of the
other's lots.
"""

from collections.abc import Iterator
from itertools import dropwhile

from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.state import State


def _from(state: State, block: str) -> list[str]:
    """This block and what was first booked after it; itself alone where it never was booked."""
    instrument = state.blocks[block].instrument
    if block not in state.booking_places.get(instrument, {}):
        return [block]
    return list(dropwhile(lambda name: name != block, _places(state, instrument)))


def _places(state: State, instrument: str) -> list[str]:
    """Everything that was ever booked of the instrument and its kin, by place."""
    kin = state.kin.get(instrument)
    if not kin:
        return list(state.booking_places.get(instrument, {}))
    every = {name: at for one in kin for name, at in state.booking_places.get(one, {}).items()}
    return sorted(every, key=lambda name: every[name])


def hanging_together(state: State) -> Iterator[list[str]]:
    """What was ever booked, by place: a list for each instrument with its kin."""
    seen: set[str] = set()
    for instrument in state.booking_places:
        if instrument not in seen:
            seen.update((instrument, *state.kin.get(instrument, ())))
            yield _places(state, instrument)


def taken_back(state: State, block: str) -> list[e.LotsReversed]:
    """What must leave the lots before this block enters or leaves, newest first."""
    names = (name for name in reversed(_from(state, block)) if name in state.bookings)
    return [_reversal(state, name) for name in names]


def _reversal(state: State, name: str) -> e.LotsReversed:
    washed = state.washes.get(name)
    if washed is None:
        return e.LotsReversed(name)
    losses = tuple(dict.fromkeys(washed.losses))
    return e.LotsReversed(name, (*dict.fromkeys(washed.lots), *washed.numbers), losses)


def to_book(state: State, block: str) -> list[c.Command]:
    """What must be booked, from this block on, oldest first."""
    return [
        c.BookLots(name)
        for name in _from(state, block)
        if name in state.allocations and name not in state.bookings
    ]


def take_place(state: State, instrument: str, name: str) -> None:
    """Give what is booked for the first time the place after all others."""
    places = state.booking_places.setdefault(instrument, {})
    if name not in places:
        state.bump("place", state.counters.get("place", 0) + 1)
        places[name] = (state.counters["place"],)
