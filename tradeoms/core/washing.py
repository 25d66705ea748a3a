"""Wash sales of a booking: its losses look back, its purchases serve the losses that wait (1091).

Matching follows each booking, and goes with it when it is taken back: a bust, a correction or a late
fill books everything from there on again, so that the lots are as if it had been so from the start.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from allocation.exact import Mask
from tradeoms.core.context import Context, Refusal
from tradeoms.core.converted import counted_in, parts_of, put_back
from tradeoms.core.matching import WINDOW, Loss, Match, Purchase, matches
from tradeoms.core.opened import open_lots
from tradeoms.core.periods import held_from
from tradeoms.core.ranking import ranks
from tradeoms.market.calendar import days
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.columns import Int64s
from tradeoms.model.fields import Side, TaxStatus
from tradeoms.model.reference import IdenticalGroup
from tradeoms.model.state import State


def define_identical(state: State, command: c.DefineIdentical, ctx: Context) -> list[e.AnyEvent]:
    """Instruments that are known, in one group each, counted in the same units and currency."""
    groups = state.identical | {row.group: row.instruments for row in command.groups}
    of: dict[str, str] = {}
    times = Counter(row.group for row in command.groups)
    problems = [
        c.Problem(f"groups.{group}", "", "stands there twice")
        for group in times
        if times[group] > 1
    ]
    for group, instruments in groups.items():
        for name in instruments:
            reason = _misfit(state, instruments, name)
            if name in of:
                reason = f"is in {of[name]} already"
            of[name] = group
            if reason:
                problems.append(c.Problem(f"groups.{group}", name, reason))
    if problems:
        raise Refusal(*problems)
    return [e.IdenticalDefined(command.groups)]


def _misfit(state: State, instruments: tuple[str, ...], name: str) -> str:
    if name not in state.instruments:
        return "unknown instrument"
    one, first = state.instruments[name], state.instruments.get(instruments[0])
    if first and (one.Currency, one.qty_scale) != (first.Currency, first.qty_scale):
        return f"is counted or paid otherwise than {first.instrument}"
    return ""


def apply_identical(state: State, event: e.IdenticalDefined) -> None:
    for row in event.groups:
        state.identical[row.group] = row.instruments
        _forget(state, row)
        state.identical_of.update(dict.fromkeys(row.instruments, row.group))
        relate(state, row.instruments)


def _forget(state: State, row: IdenticalGroup) -> None:
    for name in [name for name, group in state.identical_of.items() if group == row.group]:
        del state.identical_of[name]


def relate(state: State, instruments: Iterable[str]) -> None:
    """From now on these are booked in one order, with all that they were linked with before."""
    every = dict.fromkeys(name for one in instruments for name in (*state.kin.get(one, ()), one))
    if len(every) > 1:
        state.kin.update(dict.fromkeys(every, tuple(every)))


def identical(state: State, instrument: str) -> tuple[str, ...]:
    group = state.identical_of.get(instrument)
    return state.identical[group] if group else (instrument,)


def ever_shorted(state: State, instrument: str) -> bool:
    return any(name in state.shorted for name in identical(state, instrument))


def react_booked(state: State, event: e.LotsBooked) -> list[c.Command]:
    """Nothing where nothing was lost, now or within the window."""
    block = state.blocks[event.block]
    parts = zip(event.relieved_proceeds, event.relieved_basis, strict=True)
    covers = block.Side is Side.Buy
    lost = any(paid > basis if covers else paid < basis for paid, basis in parts)
    since = days(state.allocations[event.block].trade_date) - WINDOW
    takes = event.opened_numbers or (block.Side.sells and ever_shorted(state, block.instrument))
    waits = takes and _lost_since(state, block.instrument, since)
    return [c.MatchWashSales(event.block)] if lost or waits else []


def _lost_since(state: State, instrument: str, since: int) -> bool:
    names = identical(state, instrument)
    return any(state.loss_days.get(name, since - 1) >= since for name in names)


def react_converted(state: State, event: e.LotsConverted) -> list[c.Command]:
    """The same of an action: its sales for cash, what it buys or brings in."""
    action = state.lot_actions[event.name]
    lost = event.realized and min(event.realized["gain"]) < 0 and any(event.realized["units"])
    waits = False
    if action.buys and event.opened:
        since = min(event.opened["acquired"]) - WINDOW
        waits = _lost_since(state, action.instruments[-1], since)
    return [c.MatchWashSales(event.name)] if lost or waits else []


class Payers:
    """Accounts as columns: `payer` (n_accounts,) numbers the taxpayer, -1 where 1091 is not for it."""

    def __init__(self, state: State) -> None:
        numbers: dict[str, int] = {}
        accounts = [state.accounts[name] for name in state.account_axis.names]
        self.payer = np.array(
            [
                numbers.setdefault(one.taxpayer, len(numbers))
                if one.taxpayer and one.tax is not TaxStatus.Exempt
                else -1
                for one in accounts
            ],
            np.int64,
        )
        self.ira = np.array([one.tax is TaxStatus.IRA for one in accounts], np.bool_)

    def of(self, accounts: Int64s, others: Int64s) -> Mask:
        """Which of the accounts have a taxpayer in common with the others."""
        mine = self.payer[accounts]
        return (mine >= 0) & np.isin(mine, self.payer[others])


class Made(NamedTuple):
    """A booking that was just made: the gains that are the last rows of the table, and purchases."""

    day: int
    gains: int
    sold: str
    opened: Int64s
    bought: str


def _made(state: State, name: str) -> Made:
    if (event := state.conversions.get(name)) is not None:
        action = state.lot_actions[name]
        opened = np.array(event.opened_numbers if action.buys else (), np.int64)
        gains, instruments = len(event.realized.get("gain", ())), action.instruments
        return Made(days(action.terms.day), gains, instruments[0], opened, instruments[-1])
    booked, instrument = state.bookings[name], state.blocks[name].instrument
    day = days(state.allocations[name].trade_date)
    opened = np.array(booked.opened_numbers, np.int64)
    return Made(day, len(booked.relieved_lots), instrument, opened, instrument)


def match(state: State, command: c.MatchWashSales, ctx: Context) -> list[e.AnyEvent]:
    """The booking is the newest: its gains are the last rows of the table. What it bought or sold goes
    to the losses of old first (W4), and what they leave to its own.
    """
    made, payers = _made(state, command.name), Payers(state)
    own = np.arange(state.realized.size - made.gains, state.realized.size)
    found = _look_forward(state, payers, made, own)
    found += _look_back(state, payers, own, _columns(state, made.sold), made.day, found)
    return [_washed(state, command.name, found)] if found else []


def _columns(state: State, instrument: str) -> Int64s:
    return state.instrument_axis.numbers(identical(state, instrument))


def _look_back(
    state: State,
    payers: Payers,
    rows: Int64s,
    columns: Int64s,
    day: int,
    given: list[Match],
) -> list[Match]:
    """The losses of this booking, and what was bought around it and is open still, but for what is
    `given` away.
    """
    rows = _losing(state, payers, rows)
    if not len(rows):
        return []
    lots = state.lots
    open_: Mask = (lots["remaining"] > 0) & (lots["replaces"] == 1)
    open_ &= np.isin(lots["instrument"], columns) & (np.abs(lots["acquired"] - day) <= WINDOW)
    numbers = np.flatnonzero(open_)
    mine = payers.of(lots["account"][numbers], state.realized["account"][rows])
    found = [*purchases(state, payers, numbers[mine])]
    if (lots["short"][state.realized["lot"][rows]] == 1).any():
        found += _sales(state, payers, _near(state, columns, day - WINDOW, day + WINDOW))
    gone = Counter[tuple[bool, int]]()
    for one in given:
        gone[one.purchase.sale, one.purchase.lot] += one.quantity
    for each in found:
        each.done += gone[each.sale, each.lot]
    return matches(_losses(state, payers, rows), found)


def _look_forward(state: State, payers: Payers, made: Made, own: Int64s) -> list[Match]:
    """What was bought now, or sold, and the losses of old around it that wait."""
    lots, table = state.lots, state.realized
    numbers = made.opened[lots["replaces"][made.opened] == 1]
    numbers = numbers[payers.payer[lots["account"][numbers]] >= 0]
    sales = [*_sales(state, payers, own)] if ever_shorted(state, made.sold) else []
    if not len(numbers) and not sales:
        return []
    # What comes from outside was bought there before.
    first = min((made.day, *lots["acquired"][numbers].tolist()))
    near = _near(state, _columns(state, made.bought), first - WINDOW, made.day + WINDOW)
    rows = _losing(state, payers, np.setdiff1d(near, own, assume_unique=True))
    mine = np.concatenate((lots["account"][numbers], table["account"][own]))
    rows = rows[payers.of(table["account"][rows], mine)]
    return matches(_losses(state, payers, rows), [*purchases(state, payers, numbers), *sales])


def _near(state: State, columns: Int64s, first: int, last: int) -> Int64s:
    """Rows of what was sold in these days and counts in shares of these instruments now."""
    days_of = state.realized["sold"]
    rows = np.flatnonzero((days_of >= first) & (days_of <= last))
    return rows[np.isin(counted_in(state.realized, rows), columns)]


def _sales(state: State, payers: Payers, rows: Int64s) -> Iterator[Purchase]:
    """Those of the rows that are plain sales and may take over a short's loss (W16)."""
    table = state.realized
    free = (table["units"][rows] - table["taken"][rows]) // parts_of(table, rows)
    rows, free = (each[free > 0] for each in (rows, free))
    plain = ~payers.ira[table["account"][rows]] & (state.lots["short"][table["lot"][rows]] == 0)
    rows, free = rows[plain], free[plain]
    columns = (rows, payers.payer[table["account"][rows]], table["sold"][rows], free)
    for row, payer, sold, units in zip(*(one.tolist() for one in columns), strict=True):
        yield Purchase(
            lot=row,
            taxpayer=payer,
            acquired=sold,
            root=row,
            account=0,
            acquisition=-1,
            short=True,
            ira=False,
            size=units,
            basis=0,
            done=0,
            rank=row,
            sale=True,
        )


def _losing(state: State, payers: Payers, rows: Int64s) -> Int64s:
    """Those of the rows that lost, not all of it replaced, for an account that pays tax."""
    table = state.realized
    accounts = table["account"][rows]
    waits: Mask = (table["gain"][rows] < 0) & (table["matched"][rows] < table["units"][rows])
    return rows[waits & (payers.payer[accounts] >= 0) & ~payers.ira[accounts]]


def _losses(state: State, payers: Payers, rows: Int64s) -> Iterator[Loss]:
    table, lots = state.realized, state.lots
    sold = table["lot"][rows]
    columns = (
        *(rows, payers.payer[table["account"][rows]], table["sold"][rows]),
        *(lots[name][sold] for name in ("acquired", "root", "acquisition")),
        table["sold"][rows] - held_from(lots, sold, table["gain"][rows], table["sold"][rows]),
        lots["short"][sold],
        -table["gain"][rows] - table["settled"][rows],
        *(table[name][rows] - table["start"][rows] for name in ("units", "matched")),
        parts_of(table, rows),
    )
    for values in zip(*(column.tolist() for column in columns), strict=True):
        yield Loss(*values)


def purchases(state: State, payers: Payers, numbers: Int64s) -> Iterator[Purchase]:
    lots = state.lots
    accounts = lots["account"][numbers]
    names = ("acquired", "root", "account", "acquisition", "short")
    columns = (
        *(numbers, payers.payer[accounts], *(lots[name][numbers] for name in names)),
        *(payers.ira[accounts], lots["size"][numbers], lots["basis"][numbers]),
        *(lots["size"][numbers] - lots["remaining"][numbers], ranks(state, numbers)),
    )
    for values in zip(*(column.tolist() for column in columns), strict=True):
        yield Purchase(*values)


def _washed(state: State, name: str, found: list[Match]) -> e.LotsWashed:
    """W6, W7, W13; a short's loss lowers what another sale brought, short or not (W16)."""
    start, sales = state.lots.size, [m for m in found if m.purchase.sale]
    found = [m for m in found if not m.purchase.sale]
    added = [
        0 if m.purchase.ira else -m.disallowed if m.loss.short else m.disallowed for m in found
    ]
    shifted = [0 if m.purchase.ira or m.loss.short else m.loss.holding_days for m in found]
    return e.LotsWashed(
        name=name,
        losses=tuple(m.loss.row for m in found),
        lots=tuple(m.purchase.lot for m in found),
        quantities=tuple(m.quantity for m in found),
        basis=tuple(m.basis for m in found),
        numbers=tuple(range(start, start + len(found))),
        added=tuple(added),
        holding_days=tuple(shifted),
        disallowed=tuple(m.disallowed for m in found),
        lost=tuple(bool(m.purchase.ira) for m in found),
        short_losses=tuple(m.loss.row for m in sales),
        sales=tuple(m.purchase.lot for m in sales),
        sold=tuple(m.quantity for m in sales),
        carried=tuple(m.disallowed for m in sales),
        matched=_in_parts(found),
        short_matched=_in_parts(sales),
    )


def _in_parts(found: list[Match]) -> tuple[int, ...]:
    """None where all losses count in whole shares."""
    some = any(m.matched != m.quantity for m in found)
    return tuple(m.matched for m in found) if some else ()


def apply_washed(state: State, event: e.LotsWashed) -> None:
    """The shares that took over a loss become lots of their own."""
    state.washes[event.name] = event
    if event.lots:
        _cut(state, event)
    _defer(state, event, 1)


def _cut(state: State, event: e.LotsWashed) -> None:
    lots, given = state.lots, np.array(event.lots, np.int64)
    quantities, added = np.array(event.quantities, np.int64), np.array(event.added, np.int64)
    np.subtract.at(lots["remaining"], given, quantities)
    same = ("instrument", "short", "acquired", "root", "acquisition", "against", "old")
    open_lots(
        state,
        lots["account"][given],
        **{name: lots[name][given] for name in same},
        size=quantities,
        basis=np.array(event.basis, np.int64) + added,
        holding_from=lots["holding_from"][given] - np.array(event.holding_days, np.int64),
        replaces=0,
        added=added,
    )


def unwash(state: State, name: str) -> None:
    """As if the booking had washed nothing."""
    event = state.washes.pop(name, None)
    if event is None:
        return
    put_back(state, event.lots, event.quantities, event.numbers)
    _defer(state, event, -1)


def _defer(state: State, event: e.LotsWashed, sign: int) -> None:
    table, rows = state.realized, np.array(event.losses, np.int64)
    disallowed = sign * np.array(event.disallowed, np.int64)
    matched = np.array(event.matched or event.quantities, np.int64)
    np.add.at(table["matched"], rows, sign * matched)
    np.add.at(table["disallowed"], rows, disallowed)
    np.add.at(table["lost"], rows, disallowed * np.array(event.lost, np.int64))
    rows, sales = np.array(event.short_losses, np.int64), np.array(event.sales, np.int64)
    carried = sign * np.array(event.carried, np.int64)
    matched = np.array(event.short_matched or event.sold, np.int64)
    taken = np.array(event.sold, np.int64) * parts_of(table, sales)
    np.add.at(table["matched"], rows, sign * matched)
    np.add.at(table["taken"], sales, sign * taken)
    np.add.at(table["disallowed"], rows, carried)
    np.subtract.at(table["disallowed"], sales, carried)


DECIDE = {c.DefineIdentical: define_identical, c.MatchWashSales: match}
APPLY = {e.IdenticalDefined: apply_identical, e.LotsWashed: apply_washed}
REACT = {e.LotsBooked: react_booked, e.LotsConverted: react_converted}
