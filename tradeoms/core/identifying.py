"""Specific identification: a person names the lots of a sale, no later than it settles (T3)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

import numpy as np
from msgspec.structs import replace

from allocation.relief import Named
from tradeoms.core.attention import alert
from tradeoms.core.bounds import MOST_UNITS, bad_number, brief
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.sequence import taken_back, to_book
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.columns import Int64s
from tradeoms.model.fields import OrderState, Side
from tradeoms.model.identifications import Identification, NamedLot
from tradeoms.model.orders import ZERO, Block, Member, Order
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State

OVER = (OrderState.Draft, OrderState.Refused, OrderState.Cancelled, OrderState.Expired)


def identify(state: State, command: c.IdentifyLots, ctx: Context) -> list[e.AnyEvent]:
    """All that is sold must be named; what is booked already is booked again with these lots."""
    order = state.orders.get(command.order)
    if order is None or order.state in OVER:
        raise refuse("order", brief(command.order), "is no open or traded order")
    if order.Side is not Side.Sell:
        raise refuse("order", order.order, "sells no lots that are owned")
    if order.CashOrderQty is not None and command.lots:
        reason = "is in money: how much it sells, its broker says"
        raise refuse("order", order.order, reason)
    wanted = [m.OrderQty for m in order.members if m.account == command.account]
    if not wanted:
        raise refuse("account", brief(command.account), f"is not in {order.order}")
    _must_be_open(state, order)
    problems = [
        p for n, row in enumerate(command.lots) for p in _problems(state, order, command, n, row)
    ]
    if not problems and command.lots:
        total = sum(row.quantity for row in command.lots)
        if total != sum(wanted):
            sells = f"{command.account} sells {sum(wanted)} in {_where(order)}"
            problems.append(c.Problem("lots", f"{total}", f"must be all that {sells}"))
    if problems:
        raise Refusal(*problems)
    lots = tuple(bought(state, order.instrument, command.account, row) for row in command.lots)
    named = Identification(order.order, command.account, lots, ctx.user, ctx.now)
    back = taken_back(state, order.block) if order.block in state.bookings else []
    return [*back, e.LotsIdentified(named)]


def _where(order: Order) -> str:
    return f"{order.block} ({order.order})" if order.block else order.order


def _must_be_open(state: State, order: Order) -> None:
    """T3: what has settled stays as it is."""
    given = state.allocations.get(order.block)
    if given is not None and state.business_date > given.settle_date:
        reason = f"has settled on {given.settle_date}: its lots can no longer be named"
        raise refuse("order", _where(order), reason)


def _problems(
    state: State, order: Order, command: c.IdentifyLots, n: int, row: NamedLot
) -> list[c.Problem]:
    instrument = state.instruments[order.instrument]
    found: list[tuple[str, object, str]] = []
    of = f"of {order.instrument} in {command.account}, for {_where(order)}"
    mine = is_lot_of(state, row.lot, command.account, order.instrument)
    if not mine:
        found.append(("lot", row.lot, f"is no lot {of}"))
    elif [other.lot for other in command.lots].count(row.lot) > 1:
        found.append(("lot", row.lot, "is named twice"))
    bad = bad_number(row.quantity, instrument.qty_scale, instrument.quantity(MOST_UNITS))
    if bad or row.quantity <= 0:
        found.append(("quantity", row.quantity, bad or "must be above zero"))
    elif mine and (left := _available(state, order, instrument, row)) < row.quantity:
        found.append(("quantity", row.quantity, f"{left} of lot {row.lot} are open, {of}"))
    return [c.Problem(f"lots[{n}].{name}", brief(value), why) for name, value, why in found]


def is_lot_of(state: State, lot: int, account: str, instrument: str) -> bool:
    """Whether a number is that of a long lot of an account, open or not."""
    lots = state.lots
    return 0 <= lot < lots.size and (
        state.account_axis.names[lots["account"][lot]] == account
        and state.instrument_axis.names[lots["instrument"][lot]] == instrument
        and not lots["short"][lot]
    )


def _available(state: State, order: Order, instrument: Instrument, row: NamedLot) -> Decimal:
    """What is open of the lot, with what the order's booking and later ones would give back."""
    units = int(state.lots["remaining"][row.lot])
    for name in _booked(state, order):
        booked, washed = state.bookings.get(name), state.washes.get(name)
        parts = (
            [*zip(booked.relieved_lots, booked.relieved_quantities, strict=True)] if booked else []
        )
        for table in (state.conversions, state.holdings):
            if (changed := table.get(name)) is not None:
                parts += zip(changed.closed, changed.quantities, strict=True)
        if washed is not None:
            parts += zip(washed.lots, washed.quantities, strict=True)
        units += sum(quantity for lot, quantity in parts if lot == row.lot)
    return instrument.quantity(units)


def _booked(state: State, order: Order) -> list[str]:
    """The order's booking and those after it, newest first; none where it is not booked."""
    if order.block not in state.bookings:
        return []
    return [back.block for back in taken_back(state, order.block)]


def bought(state: State, instrument: str, account: str, row: NamedLot) -> NamedLot:
    """The named lot with the purchase that opened it; an opening balance's has none."""
    root = int(state.lots["root"][row.lot])
    for block in state.bookings_of.get(instrument, ()):
        opened = _opened(state, block, account)
        if root in opened:
            return replace(row, block=block, place=opened.index(root))
    return replace(row, block="", place=0)


def _opened(state: State, block: str, account: str) -> list[int]:
    """Numbers of the lots that a booking has opened in an account; none while not booked."""
    if (converted := state.conversions.get(block)) is not None:
        number = state.account_axis.index[account]
        of = zip(converted.opened_numbers, converted.opened.get("account", ()), strict=True)
        return [lot for lot, of_account in of if of_account == number]
    if (booked := state.bookings.get(block)) is None:
        return []
    rows = zip(booked.opened_numbers, booked.opened_accounts, strict=True)
    return [number for number, name in rows if name == account]


def _now(state: State, account: str, row: NamedLot) -> int:
    """The number that a named lot has now: another one where its purchase was booked again."""
    opened = _opened(state, row.block, account)
    if row.place >= len(opened) or opened[row.place] == state.lots["root"][row.lot]:
        return row.lot
    return opened[row.place]


def apply_identified(state: State, event: e.LotsIdentified) -> None:
    named = event.identification
    state.identified[named.key] = named


def react_identified(state: State, event: e.LotsIdentified) -> list[c.Command]:
    """A sale that was booked is booked again, and what came after it."""
    order = state.orders[event.identification.order]
    return to_book(state, (order.instrument,)) if order.block in state.allocations else []


def named(
    state: State, block: Block, lines: Int64s, closing: Int64s, numbers: Int64s
) -> Named | None:
    """The lots that were named for a block's sales, as far as each sells and they are open.

    `lines` are the places in the block's allocation of the sales, which close `closing` units;
    `numbers` the lots that are open. Rows name sales and lots by their places in these columns.
    """
    if not state.identified or block.Side is not Side.Sell:
        return None
    given = state.allocations[block.block]
    left = dict(enumerate(state.lots["remaining"][numbers].tolist()))
    rows = [
        (place, sale, taken)
        for sale, line in enumerate(lines.tolist())
        for place, taken in _taken(
            state, f"{given.orders[line]}/{given.accounts[line]}", int(closing[sale]), numbers, left
        )
    ]
    if not rows:
        return None
    lot, sale, quantity = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    return Named(lot, sale, quantity)


def _taken(
    state: State, key: str, wanted: int, numbers: Int64s, left: dict[int, int]
) -> Iterator[tuple[int, int]]:
    """Places and units of what is named, in the order given; what a wash sale cut out of a lot too."""
    found = state.identified.get(key)
    if found is None:
        return
    instrument = state.instruments[state.orders[found.order].instrument]
    for row in found.lots:
        asked = min(instrument.units(row.quantity), wanted)
        for place in now_open(state, found.account, row, numbers):
            taken = min(asked, left[place])
            if taken:
                left[place] -= taken
                asked -= taken
                wanted -= taken
                yield place, taken


def now_open(state: State, account: str, row: NamedLot, numbers: Int64s) -> list[int]:
    """Places in `numbers`, which are open, of a named lot and of what came out of it or with it."""
    lots, lot = state.lots, _now(state, account, row)
    root = lots["root"][numbers] == lots["root"][lot]
    root &= lots["account"][numbers] == lots["account"][lot]
    root &= lots["instrument"][numbers] == lots["instrument"][lot]
    own: list[int] = np.flatnonzero(numbers == lot).tolist()
    cut: list[int] = np.flatnonzero(root & (numbers != lot)).tolist()
    return own + cut


def parted(
    state: State, order: Order, kept: Sequence[Member], rest: Order
) -> Iterator[e.LotsIdentified]:
    """An order is cut in two: what was named first is the kept part's, the others the rest's."""
    had = {member.account: member.OrderQty for member in kept}
    for member in rest.members:
        found = state.identified.get(f"{order.order}/{member.account}")
        if found is None or not found.lots:
            continue
        first, others = _cut(found.lots, had.get(member.account, ZERO))
        if first:
            yield e.LotsIdentified(replace(found, lots=first))
        yield e.LotsIdentified(replace(found, order=rest.order, lots=others))


def _cut(lots: Sequence[NamedLot], quantity: Decimal) -> tuple[tuple[NamedLot, ...], ...]:
    """So much of the lots, in the order named, and the others."""
    first, others = list[NamedLot](), list[NamedLot]()
    for row in lots:
        taken = min(row.quantity, quantity)
        quantity -= taken
        first += [replace(row, quantity=taken)] if taken else []
        others += [replace(row, quantity=row.quantity - taken)] if taken < row.quantity else []
    return tuple(first), tuple(others)


def missing(
    state: State, block: Block, lines: Int64s, closing: Int64s, rows: Named | None, ctx: Context
) -> list[e.AnyEvent]:
    """Named lots that another sale has used up since: the standing method chose, a person is told."""
    if not state.identified or block.Side is not Side.Sell:
        return []
    given, got = state.allocations[block.block], Counter[int]()
    if rows is not None:
        for sale, quantity in zip(rows.disposal.tolist(), rows.quantity.tolist(), strict=True):
            got[sale] += quantity
    return [
        alert(
            ctx,
            "lots not identified",
            block.block,
            f"{given.accounts[line]}: {closing[sale] - got[sale]} units of {given.orders[line]} by its"
            " standing method, because named lots are no longer open",
        )
        for sale, line in enumerate(lines.tolist())
        if (found := state.identified.get(f"{given.orders[line]}/{given.accounts[line]}"))
        and found.lots
        and got[sale] < closing[sale]
    ]


DECIDE = {c.IdentifyLots: identify}
APPLY = {e.LotsIdentified: apply_identified}
REACT = {e.LotsIdentified: react_identified}
