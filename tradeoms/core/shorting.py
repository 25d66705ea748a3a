"""Section 1233 of a booking: what a short sale does to the holding periods of identical shares.

Identical shares that had been held for a year or less on the short date, and those bought since, as
many as were sold short, count as not held until the short is closed, and from then on anew (b). Those
that had been held longer make a loss of the short long-term (d). Like wash sales it is part of each
booking, goes with it when that is taken back, and asks all accounts of the taxpayer but IRAs and
exempt ones. `allocation.shorting` does the same in fractions; a test plays both.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from allocation.exact import Mask
from allocation.term import long_term
from tradeoms.core.attention import alert
from tradeoms.core.context import Context
from tradeoms.core.converted import exchange
from tradeoms.core.effects import MONEY
from tradeoms.core.matching import between
from tradeoms.core.ranking import ranks
from tradeoms.core.washing import Payers, ever_shorted, identical
from tradeoms.market.calendar import days
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.columns import Int64s
from tradeoms.model.fields import Side
from tradeoms.model.state import LOT, State


class Made(NamedTuple):
    """A booking: its day and instrument, lots that it opened, short lots that it closed by root."""

    day: int
    instrument: str
    opened: frozenset[int]
    closed: Counter[int]


@dataclass(slots=True)
class Part:
    """Open units of a lot of one taxpayer; `changes` are cut off its front, with new values."""

    lot: int
    root: int
    units: int
    acquired: int
    against: int
    old: int
    long_held: bool
    changes: list[tuple[int, dict[str, int]]] = field(default_factory=list)

    @property
    def units_of_old(self) -> int:
        """Of a short: those whose loss is long-term."""
        cut = sum(units for units, values in self.changes if values.get("old"))
        return cut + (self.units if self.old else 0)

    def change(self, units: int, **values: int) -> None:
        """Cut units off."""
        if units:
            self.units -= units
            self.changes.append((units, values))


def react_booked(state: State, event: e.LotsBooked) -> list[c.Command]:
    """Nothing where nobody is, or was, short."""
    block = state.blocks[event.block]
    shorts = block.Side.sells and event.opened_numbers
    buys = block.Side is Side.Buy and ever_shorted(state, block.instrument)
    return [c.ChangeHoldings(event.block)] if shorts or buys else []


def react_converted(state: State, event: e.LotsConverted) -> list[c.Command]:
    """The same of what an action buys or brings in; none closes a short."""
    action = state.lot_actions[event.name]
    bought = action.buys and event.opened and ever_shorted(state, action.instruments[-1])
    return [c.ChangeHoldings(event.name)] if bought else []


def react_opening(state: State, event: e.OpeningBooked) -> list[c.Command]:
    """The same of balances of day one."""
    if not any(lot.quantity < 0 for lot in event.lots):
        return []
    return [c.ChangeHoldings("", state.lots.size - len(event.lots))]


def _made(state: State, name: str) -> Made:
    lots, closed = state.lots, Counter[int]()
    if (event := state.conversions.get(name)) is not None:
        action = state.lot_actions[name]
        opened: Iterable[int] = event.opened_numbers
        day, instrument = days(action.terms.day), action.instruments[-1]
    else:
        booked = state.bookings[name]
        opened = booked.opened_numbers
        day, instrument = days(state.allocations[name].trade_date), state.blocks[name].instrument
        for lot, units in zip(booked.relieved_lots, booked.relieved_quantities, strict=True):
            if lots["short"][lot]:
                closed[int(lots["root"][lot])] += units
    roots = frozenset(lots["root"][np.array([*opened], np.int64)].tolist())
    return Made(day, instrument, roots, closed)


def change(state: State, command: c.ChangeHoldings, ctx: Context) -> list[e.AnyEvent]:
    """Closed shorts let go of shares, then opened lots and open shorts are set against each other."""
    if not command.name:
        return _day_one(state, command.start)
    made, parts, told = _made(state, command.name), list[Part](), list[e.AnyEvent]()
    for longs, shorts in _taxpayers(state, made):
        if _appreciated(state, longs, shorts, made):
            text = f"sold short, and identical shares of the taxpayer have a gain: {_whose(state, longs)}"
            told += _told_once(state, alert(ctx, "constructive sale", command.name, text))
        for root, units in made.closed.items():
            _let_go(longs, root, units, made.day)
        _set_against(longs, shorts, made)
        parts += [part for part in (*longs, *shorts) if part.changes]
    return [_changed(state, command.name, parts), *told] if parts else told


def _told_once(state: State, told: e.AlertRaised) -> list[e.AlertRaised]:
    """Not again of a booking that is made anew."""
    same = (told.kind, told.subject, told.text)
    known = ((one.kind, one.subject, one.text) for one in state.alerts.values())
    return [] if same in known else [told]


def _day_one(state: State, start: int) -> list[e.AnyEvent]:
    """The balances of one import, as if each of its shorts had been sold on its day."""
    own, parts = np.arange(start, state.lots.size), list[Part]()
    names = state.instrument_axis.names
    short = own[state.lots["short"][own] == 1]
    sold = [names[n] for n in np.unique(state.lots["instrument"][short]).tolist()]
    for instrument, *_ in dict.fromkeys(identical(state, name) for name in sold):
        made = Made(0, instrument, frozenset(), Counter())
        for longs, shorts in _taxpayers(state, made, start):
            for one in shorts:
                _age(state, longs, one.acquired)
                _set_against(longs, shorts, made._replace(opened=frozenset((one.root,))))
            parts += [part for part in (*longs, *shorts) if part.changes]
    return [_changed(state, "", parts)] if parts else []


def _age(state: State, longs: list[Part], day: int) -> None:
    """As old as they were on that day."""
    since = state.lots["holding_from"][np.array([part.lot for part in longs], np.int64)]
    aged = long_term(since, np.full(len(longs), day, np.int64)).tolist()
    for part, old in zip(longs, aged, strict=True):
        part.long_held = old


def _appreciated(state: State, longs: list[Part], shorts: list[Part], made: Made) -> bool:
    """S5: whether a new short brought more a share than an open lot had cost (section 1259)."""
    cost = [_a_share(state, part) for part in longs if part.root not in made.opened]
    brought = [_a_share(state, part) for part in shorts if part.root in made.opened]
    return bool(cost and brought) and max(brought) > min(cost)


def _a_share(state: State, part: Part) -> Fraction:
    lots = state.lots
    return Fraction(int(lots["basis"][part.lot]), int(lots["size"][part.lot]))


def _whose(state: State, longs: list[Part]) -> str:
    accounts = (state.lots["account"][part.lot] for part in longs)
    return ", ".join(dict.fromkeys(state.account_axis.names[n] for n in accounts))


def _taxpayers(state: State, made: Made, start: int = 0) -> Iterator[tuple[list[Part], list[Part]]]:
    """Open long and short lots from `start` on that are identical, of each taxpayer, the oldest first."""
    lots, payers = state.lots, Payers(state)
    columns = state.instrument_axis.numbers(identical(state, made.instrument))
    payer = np.where(payers.ira, -1, payers.payer)
    open_: Mask = (lots["remaining"] > 0) & (payer[lots["account"]] >= 0)
    open_[:start] = False
    numbers = np.flatnonzero(open_ & np.isin(lots["instrument"], columns))
    keys = (ranks(state, numbers), *(lots[n][numbers] for n in ("account", "root", "acquired")))
    numbers = numbers[np.lexsort(keys)]
    own = payer[lots["account"][numbers]]
    for one in np.unique(own).tolist():
        mine = numbers[own == one]
        short = lots["short"][mine] == 1
        if short.any() or (lots["against"][mine] > 0).any():
            yield _parts(state, mine[~short], made.day), _parts(state, mine[short], made.day)


def _parts(state: State, numbers: Int64s, day: int) -> list[Part]:
    lots = state.lots
    aged = long_term(lots["holding_from"][numbers], np.full(len(numbers), day, np.int64))
    names = ("root", "remaining", "acquired", "against", "old")
    columns = (lots[name][numbers].tolist() for name in names)
    return [Part(*row) for row in zip(numbers.tolist(), *columns, aged.tolist(), strict=True)]


def _let_go(longs: Iterable[Part], root: int, units: int, day: int) -> None:
    """As many as were closed, the oldest first, are held anew from the closing on."""
    for part in longs:
        if part.against == root + 1:
            some = min(units, part.units)
            part.change(some, against=0, holding_from=day)
            units -= some


def _set_against(longs: list[Part], shorts: list[Part], made: Made) -> None:
    """New shorts ask for what is held; new longs fall under the oldest shorts that have room."""
    old = sum(part.units for part in longs if part.long_held and not part.against)
    old -= sum(part.units_of_old for part in shorts)
    for root in dict.fromkeys(part.root for part in shorts):
        own = [part for part in shorts if part.root == root]
        new = root in made.opened
        count = max(min(old, sum(part.units for part in own)), 0) if new else 0
        room = sum(part.units for part in own if not part.against)
        young = _suspend(longs, root, room, None if new else made)
        old -= count
        _mark(own, count, young)


def _suspend(longs: Iterable[Part], root: int, room: int, made: Made | None) -> int:
    """Units that fall under a short: the young ones, or only those that were `made`."""
    left = room
    for part in longs:
        bought = made is not None and part.root in made.opened and part.acquired == made.day
        young = not part.long_held and (made is None or part.root in made.opened)
        if not part.against and (young or bought):
            some = min(left, part.units)
            part.change(some, against=root + 1)
            left -= some
    return room - left


def _mark(shorts: Iterable[Part], old: int, young: int) -> None:
    """The first units of a short are those that identical shares are against."""
    for part in shorts:
        a, b = min(old, part.units), 0 if part.against else min(young, part.units)
        old, young = old - a, young - b
        part.change(min(a, b), against=1, old=1)
        part.change(a - min(a, b), old=1)
        part.change(b - min(a, b), against=1)


def _changed(state: State, name: str, parts: Iterable[Part]) -> e.HoldingsChanged:
    """Each change as a lot of its own, with its part of the money."""
    lots, closed, rows = state.lots, list[tuple[int, int]](), list[dict[str, int]]()
    for part in parts:
        whole = {column: int(lots[column][part.lot]) for column in LOT}
        start = whole["size"] - whole["remaining"]
        for units, values in part.changes:
            end = start + units
            money = {n: between(whole[n], start, end, whole["size"]) for n in MONEY}
            closed.append((part.lot, units))
            rows.append(whole | money | {"size": units, "remaining": units} | values)
            start = end
    return e.HoldingsChanged(
        name=name,
        start=lots.size,
        closed=tuple(lot for lot, _ in closed),
        quantities=tuple(units for _, units in closed),
        opened={column: tuple(row[column] for row in rows) for column in LOT},
    )


def apply_changed(state: State, event: e.HoldingsChanged) -> None:
    """The shares become lots of their own."""
    if event.name:
        state.holdings[event.name] = event
    exchange(state, event)


DECIDE = {c.ChangeHoldings: change}
APPLY = {e.HoldingsChanged: apply_changed}
REACT = {
    e.LotsBooked: react_booked,
    e.LotsConverted: react_converted,
    e.OpeningBooked: react_opening,
}
