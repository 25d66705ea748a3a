"""What bookings move, until it has settled: trade-date lots, settlement-date shares and cash."""

import numpy as np

from tradeoms.market.calendar import days
from tradeoms.model.columns import Int64s
from tradeoms.model.openings import OpeningCash
from tradeoms.model.orders import Block
from tradeoms.model.state import State


def record(
    state: State, block: Block, sign: int, accounts: Int64s, units: Int64s, net: Int64s
) -> None:
    """An allocation's shares and money, (n,) each, with the day on which they change hands.

    `sign` 1 where it is booked, -1 where it is taken back, which is due on the same day.
    """
    allocation, got = state.allocations[block.block], units > 0
    if not got.any():
        return
    way = -sign if block.Side.sells else sign
    state.flows.append(
        block=int(block.block[1:]),
        account=accounts[got],
        instrument=state.instrument_axis.index[block.instrument],
        currency=state.currency_axis.index[state.instruments[block.instrument].Currency],
        booked=days(state.business_date),
        settle=days(allocation.settle_date),
        units=way * units[got],
        cents=-way * net[got],
        commission=-sign * np.array(allocation.commission, np.int64)[got],
        fees=-sign * np.array(allocation.fees, np.int64)[got] if allocation.fees else 0,
    )


def expect(state: State, cash: OpeningCash) -> None:
    """Cash that an account will have from its value date on."""
    if cash.value_date is None or cash.value_date <= state.business_date:
        return
    state.flows.append(
        block=0,
        account=state.account_axis.index[cash.account],
        instrument=-1,
        currency=state.currency_axis.index[cash.Currency],
        booked=days(state.business_date),
        settle=days(cash.value_date),
        units=0,
        cents=int(cash.amount.scaleb(2)),
        commission=0,
        fees=0,
    )


def convert(state: State, number: int, sign: int, moved: dict[str, tuple[int, ...]]) -> None:
    """What an action moves, or no longer: `moved` as in `LotsConverted`."""
    if not moved:
        return
    columns = {name: np.array(values, np.int64) for name, values in moved.items()}
    names = state.instrument_axis.names
    instruments = [state.instruments[names[n]] for n in moved["instrument"]]
    state.flows.append(
        block=number,
        account=columns["account"],
        instrument=columns["instrument"],
        currency=state.currency_axis.numbers(tuple(one.Currency for one in instruments)),
        booked=days(state.business_date),
        settle=columns["settle"],
        units=sign * columns["units"],
        cents=sign * columns["cents"],
        commission=0,
        fees=0,
    )


def settle(state: State) -> None:
    """A day has opened: what changed hands before it is forgotten."""
    due = state.flows["settle"] >= days(state.business_date)
    if not due.all():
        state.flows.replace({name: column[due] for name, column in state.flows.arrays().items()})
