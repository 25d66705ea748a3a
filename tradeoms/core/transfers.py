"""Transfers and gifts: lots change their account, with their dates and their basis (T1)."""

import numpy as np
from msgspec.structs import replace

from allocation.lots import Disposals, Lots
from tradeoms.core.average_basis import Averaged, averaged_of
from tradeoms.core.bounds import MOST_CENTS
from tradeoms.core.effects import MONEY, Effects, Holding, between, holding
from tradeoms.core.identifying import now_open
from tradeoms.core.periods import counted_from
from tradeoms.core.ranking import ranks
from tradeoms.core.relieving import MINTAX, relieve_by
from tradeoms.market.calendar import days
from tradeoms.model import events as e
from tradeoms.model.columns import Int64s
from tradeoms.model.lot_actions import ArrivedLot, LotAction, LotTransfer
from tradeoms.model.orders import ZERO
from tradeoms.model.reference import Instrument
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
    leaving = _leaving(state, terms, effects, column) if terms.account else _arrived(state, terms)
    if terms.to and len(leaving.lot):
        to = np.full_like(leaving.account, state.account_axis.index[terms.to])
        effects.open(_given(state, replace(leaving, account=to), terms), column, own=True)
    return effects.event()


def _leaving(state: State, terms: LotTransfer, effects: Effects, column: int) -> Holding:
    """What leaves, closed; of an account that averages, after the average of all was struck."""
    lots, row = state.lots, state.account_axis.index[terms.account]
    open_ = (lots["account"] == row) & (lots["instrument"] == column)
    numbers = np.flatnonzero(open_ & (lots["short"] == 0) & (lots["remaining"] > 0))
    taken = (_named if terms.lots else _chosen)(state, terms, numbers)
    average = averaged_of(state, row, numbers) if terms.average else {}
    if not average:
        leaving = holding(
            state, np.array([*taken], np.int64), np.array([*taken.values()], np.int64)
        )
        effects.close(leaving, column)
        return leaving
    return _struck(state, effects, column, taken, average)


def _struck(
    state: State, effects: Effects, column: int, taken: dict[int, int], average: Averaged
) -> Holding:
    """All lots of the average close; what stays opens again, with its part of what all had cost."""
    pool = np.array(average["lots"], np.int64)
    whole = holding(state, pool)
    effects.close(whole, column)
    values = {name: np.array(average[name], np.int64) for name in ("basis", "added")}
    whole = replace(whole, **values)
    out = np.array([taken.pop(lot, 0) for lot in pool.tolist()], np.int64)
    part = {name: between(getattr(whole, name), 0 * out, out, whole.units) for name in MONEY}
    rest = {name: getattr(whole, name) - cents for name, cents in part.items()}
    stays = replace(whole, units=whole.units - out, **rest)
    effects.open(stays.at(np.flatnonzero(stays.units)), column)
    others = holding(state, np.array([*taken], np.int64), np.array([*taken.values()], np.int64))
    effects.close(others, column)
    return replace(whole, units=out, **part).at(np.flatnonzero(out)).joined(others)


def _named(state: State, terms: LotTransfer, numbers: Int64s) -> dict[int, int]:
    """Units by lot: the lots that are named, under the numbers that they have now."""
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
    return taken


def _chosen(state: State, terms: LotTransfer, numbers: Int64s) -> dict[int, int]:
    """By a method; minimum tax says nothing of a transfer, which is none."""
    lots, one = state.lots, np.zeros(1, np.int64)
    units = min(asked(state, terms), int(lots["remaining"][numbers].sum()))
    if not units:
        return {}
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
        counted_from(lots, numbers, days(terms.day)),
    )
    return dict(zip(numbers[relief.lot].tolist(), relief.quantity.tolist(), strict=True))


def method_of(state: State, terms: LotTransfer) -> str:
    """The method of a transfer that names no lots."""
    standing = terms.method or state.accounts[terms.account].method_of(
        state.instruments[terms.instrument]
    )
    return "FIFO" if standing == MINTAX else standing


def _given(state: State, lots: Holding, terms: LotTransfer) -> Holding:
    """A gift: no purchase (W15); what it was worth, if less than its basis, counts for a loss. What
    was against a short sale of the giver's is held from that day on (1233(b)(2)).
    """
    if terms.value is None:
        return lots
    instrument, nothing = state.instruments[terms.instrument], np.zeros_like(lots.units)
    worth = [instrument.cents(units, terms.value) for units in lots.units.tolist()]
    values = np.array([min(cents, MOST_CENTS) for cents in worth], np.int64)
    markdown = np.maximum(lots.markdown, lots.basis - values)
    return replace(
        lots,
        added=nothing,
        replaces=nothing,
        markdown=markdown,
        given=np.where(markdown > lots.markdown, days(terms.day), lots.given),
        against=nothing,
        holding_from=np.where(lots.against > 0, days(terms.day), lots.holding_from),
    )


def _arrived(state: State, terms: LotTransfer) -> Holding:
    instrument, first = state.instruments[terms.instrument], state.lots.size
    number = first + np.arange(len(terms.arrived), dtype=np.int64)
    columns = dict.fromkeys(Holding.__struct_fields__, np.zeros_like(number))
    columns |= dict.fromkeys(("lot", "root", "acquisition"), number)
    rows = [_lot(instrument, lot) for lot in terms.arrived]
    names = ("units", "basis", "acquired", "holding_from", "replaces")
    columns |= dict(zip(names, np.array(rows, np.int64).T, strict=True))
    return Holding(**columns)


def _lot(instrument: Instrument, lot: ArrivedLot) -> tuple[int, ...]:
    held = days(lot.holding_from or lot.acquired)
    units, basis = instrument.units(lot.quantity), int(lot.basis.scaleb(2))
    return units, basis, days(lot.acquired), held, int(not lot.washed)
