"""Transfers and gifts: lots change their account, with their dates and their basis (T1)."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from allocation.lots import Disposals, Lots
from tradeoms.core.effects import Effects, Held, held
from tradeoms.core.identifying import now_open
from tradeoms.core.ranking import ranks
from tradeoms.core.relieving import MINTAX, relieve_by
from tradeoms.market.calendar import days
from tradeoms.model import events as e
from tradeoms.model.columns import Int64s
from tradeoms.model.lot_actions import ArrivedLot, LotAction, LotTransfer
from tradeoms.model.orders import ZERO
from tradeoms.model.state import State


def asked(state: State, terms: LotTransfer) -> int:
    """Units that a transfer moves."""
    instrument = state.instruments[terms.instrument]
    if terms.arrived:
        return instrument.units(sum((lot.quantity for lot in terms.arrived), ZERO))
    if terms.lots:
        return instrument.units(sum((lot.quantity for lot in terms.lots), ZERO))
    return instrument.units(terms.quantity or ZERO)


def move(state: State, action: LotAction) -> e.LotsConverted:
    """Lots leave an account and come to another; what is not there any more is not moved."""
    terms = action.terms
    assert isinstance(terms, LotTransfer)
    effects, column = Effects(state, action), state.instrument_axis.index[terms.instrument]
    leaving = list(_arrived(state, terms)) if terms.arrived else _leaving(state, terms)
    for one in leaving:
        if terms.account:
            effects.close(one, column)
        if terms.to:
            moved = replace(one, account=state.account_axis.index[terms.to])
            effects.open(_given(state, moved, terms), column, own=True)
    return effects.event()


def _leaving(state: State, terms: LotTransfer) -> list[Held]:
    row, column = (
        state.account_axis.index[terms.account],
        state.instrument_axis.index[terms.instrument],
    )
    lots = state.lots
    open_ = (lots["account"] == row) & (lots["instrument"] == column)
    numbers = np.flatnonzero(open_ & (lots["short"] == 0) & (lots["remaining"] > 0))
    if terms.lots:
        return _named(state, terms, numbers)
    return _chosen(state, terms, numbers)


def _named(state: State, terms: LotTransfer, numbers: Int64s) -> list[Held]:
    """The lots that are named, under the numbers that they have now."""
    left = dict(zip(numbers.tolist(), state.lots["remaining"][numbers].tolist(), strict=True))
    taken = dict[int, int]()
    instrument = state.instruments[terms.instrument]
    for row in terms.lots:
        wanted = instrument.units(row.quantity)
        for place in now_open(state, terms.account, row, numbers):
            number = int(numbers[place])
            units = min(wanted, left[number])
            wanted, left[number] = wanted - units, left[number] - units
            if units:
                taken[number] = taken.get(number, 0) + units
    return held(state, np.array([*taken], np.int64), np.array([*taken.values()], np.int64))


def _chosen(state: State, terms: LotTransfer, numbers: Int64s) -> list[Held]:
    """By a method; minimum tax says nothing of a transfer, which is none."""
    lots, one = state.lots, np.zeros(1, np.int64)
    units = min(asked(state, terms), int(lots["remaining"][numbers].sum()))
    if not units:
        return []
    relief = relieve_by(
        Lots(
            pair=np.zeros_like(numbers),
            acquired=lots["acquired"][numbers],
            sequence=ranks(state, numbers),
            size=lots["size"][numbers],
            basis=lots["basis"][numbers],
            remaining=lots["remaining"][numbers],
        ),
        Disposals(one, one + units, one),
        np.array([method_of(state, terms)]),
        days(terms.day),
        lots["holding_from"][numbers],
    )
    return held(state, numbers[relief.lot], relief.quantity)


def method_of(state: State, terms: LotTransfer) -> str:
    """The method of a transfer that names no lots."""
    standing = terms.method or state.accounts[terms.account].method_of(
        state.instruments[terms.instrument]
    )
    return "FIFO" if standing == MINTAX else standing


def _given(state: State, one: Held, terms: LotTransfer) -> Held:
    """A gift: no purchase (W15); what it was worth, if less than its basis, counts for a loss."""
    if terms.value is None:
        return one
    instrument = state.instruments[terms.instrument]
    value = int(instrument.quantity(one.units) * terms.value * instrument.multiplier * 100)
    markdown = max(one.markdown, one.basis - value)
    given = days(terms.day) if markdown > one.markdown else one.given
    return replace(one, added=0, replaces=0, markdown=markdown, given=given)


def _arrived(state: State, terms: LotTransfer) -> Iterator[Held]:
    instrument, first = state.instruments[terms.instrument], state.lots.size
    for n, lot in enumerate(terms.arrived):
        yield _lot(lot, first + n, instrument.units(lot.quantity))


def _lot(lot: ArrivedLot, number: int, units: int) -> Held:
    return Held(
        lot=number,
        account=0,
        short=0,
        units=units,
        basis=int(lot.basis.scaleb(2)),
        added=0,
        markdown=0,
        acquired=days(lot.acquired),
        holding_from=days(lot.holding_from or lot.acquired),
        root=number,
        acquisition=number,
        replaces=int(not lot.washed),
        given=0,
    )
