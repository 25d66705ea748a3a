"""The order of an instrument's bookings: by day, within a day as they came; an issuer's action comes
before the day's trades. However often and however late one is booked, its place is the same.

Instruments that are substantially identical, or that one action links, have one order: what
happens to one is part of the other's lots.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from tradeoms.market.calendar import days
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.state import State

Place = tuple[int, ...]
BEFORE_TRADES, AS_IT_CAME = 0, 1


def _related(state: State, instruments: Iterable[str]) -> dict[str, None]:
    return dict.fromkeys(kin for one in instruments for kin in state.kin.get(one, (one,)))


def _from(state: State, instruments: Iterable[str], start: Place) -> list[str]:
    """What has a place at `start` or behind it, oldest first."""
    every = _related(state, instruments)
    if max((state.last_places.get(one, ()) for one in every), default=()) < start:
        return []
    found = {
        name: place
        for one in every
        for name, place in state.booking_places.get(one, {}).items()
        if place >= start
    }
    return sorted(found, key=lambda name: found[name])


def is_booked(state: State, name: str) -> bool:
    """Whether the lots are as a block's trades, or an action, left them."""
    return name in state.bookings or name in state.conversions


def taken_back(state: State, block: str, day: date | None = None) -> list[e.LotsReversed]:
    """What must leave the lots before this block enters, traded on `day`, or leaves; newest first."""
    instrument = state.blocks[block].instrument
    place = state.booking_places.get(instrument, {}).get(block)
    starts = [place] if place else []
    if day is not None:
        behind = place[-1] if place else state.counters.get("place", 0) + 1
        starts.append((days(day), AS_IT_CAME, behind))
    return taken_back_from(state, (instrument,), min(starts)) if starts else []


def hanging_together(state: State) -> Iterator[list[str]]:
    """What was ever booked, by place: a list for each instrument with its kin."""
    seen: set[str] = set()
    for instrument in state.booking_places:
        if instrument not in seen:
            seen.update((instrument, *state.kin.get(instrument, ())))
            yield _from(state, (instrument,), ())


def taken_back_from(state: State, instruments: Iterable[str], start: Place) -> list[e.LotsReversed]:
    """All bookings from a place on, newest first."""
    names = reversed(_from(state, instruments, start))
    return [_reversal(state, name) for name in names if is_booked(state, name)]


def _reversal(state: State, name: str) -> e.LotsReversed:
    lots, losses = dict[int, None](), dict[int, None]()
    if (converted := state.conversions.get(name)) is not None:
        lots |= dict.fromkeys((*converted.closed, *converted.opened_numbers))
        losses |= dict.fromkeys(converted.losses.get("rows", ()))
    if (washed := state.washes.get(name)) is not None:
        lots |= dict.fromkeys((*washed.lots, *washed.numbers))
        losses |= dict.fromkeys(washed.rows)
    if (changed := state.holdings.get(name)) is not None:
        lots |= dict.fromkeys((*changed.closed, *changed.opened_numbers))
    return e.LotsReversed(name, (*lots,), (*losses,))


def to_book(state: State, instruments: Iterable[str], newest: str = "") -> list[c.Command]:
    """What of these instruments and their kin counts and is not booked, oldest first.

    `newest`: a block that was just allocated; mostly it is all there is.
    """
    every = _related(state, instruments)
    missing = {one: _missing(state, one) for one in every}
    if newest and sum(missing.values()) == 1:
        return [c.BookLots(newest)]
    waits = {
        name: place
        for one, count in missing.items()
        if count
        for name, place in state.booking_places[one].items()
        if not is_booked(state, name)
    }
    return [
        c.BookAction(name) if name in state.lot_actions else c.BookLots(name)
        for name in sorted(waits, key=lambda name: waits[name])
        if name in state.allocations or name in state.lot_actions
    ]


def _missing(state: State, instrument: str) -> int:
    """How many have a place and are not booked."""
    return len(state.booking_places.get(instrument, ())) - len(
        state.bookings_of.get(instrument, ())
    )


def take_place(state: State, instrument: str, name: str, day: date, kind: int = AS_IT_CAME) -> None:
    """Give a booking its place: behind all others of its day, the first time."""
    places = state.booking_places.setdefault(instrument, {})
    if name in places:
        number = places[name][-1]
    else:
        number = state.counters.get("place", 0) + 1
        state.bump("place", number)
    places[name] = (days(day), kind, number)
    state.last_places[instrument] = max(state.last_places.get(instrument, ()), places[name])
