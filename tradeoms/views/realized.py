"""Realized gains: what each block took from each lot, and what that brought."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import numpy as np
from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.columns import Int64s
from tradeoms.model.state import State
from tradeoms.views import touched
from tradeoms.views.lots import EPOCH

SUMMED = ("quantity", "proceeds", "basis", "gain")


class RealizedRow(Struct, frozen=True, gc=False):
    """One block's relief of one lot; `key` is block/lot. Gone when the booking is taken back.

    Money to the cent in `Currency`. For a short lot `basis` is what its sale brought and
    `proceeds` what the cover cost. Wash sales are not yet in `gain`.
    """

    key: str
    block: str
    lot: int
    account: str
    instrument: str
    Symbol: str
    Currency: str
    short: bool
    acquired: date
    sold: date
    quantity: Decimal
    proceeds: Decimal
    basis: Decimal
    gain: Decimal
    long_term: bool


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, RealizedRow | None]]:
    """Reliefs of the block that was booked or taken back."""
    if isinstance(event, e.LotsBooked | e.LotsReversed):
        return _rows(state, np.flatnonzero(state.realized["block"] == int(event.block[1:])))
    if isinstance(event, e.InstrumentsDefined):
        index = state.instrument_axis.index
        columns = np.array([index[name] for name in touched.instruments(event)], np.int64)
        return _rows(state, np.flatnonzero(np.isin(state.realized["instrument"], columns)))
    return iter(())


def all_rows(state: State) -> Iterator[RealizedRow]:
    """Every relief that stands."""
    for _, row in _rows(state, np.arange(state.realized.size)):
        if row is not None:
            yield row


def _rows(state: State, places: Int64s) -> Iterator[tuple[str, RealizedRow | None]]:
    """Rows of the reliefs at these places of the table, those of one block and lot as one.

    A block may take from a lot twice, for two orders of an account; after a reversal the reliefs
    that were taken back remain in the table as zeros.
    """
    sums: dict[tuple[int, int], list[int]] = {}
    columns = [state.realized[name][places].tolist() for name in ("block", "lot", *SUMMED)]
    for block, lot, *values in zip(*columns, strict=True):
        total = sums.setdefault((block, lot), [0] * len(SUMMED))
        total[:] = map(int.__add__, total, values)
    last = dict(zip(zip(*columns[:2], strict=True), places.tolist(), strict=True))
    for (block, lot), total in sums.items():
        yield f"B{block}/{lot}", _row(state, f"B{block}", lot, last[block, lot], total)


def _row(state: State, block: str, lot: int, place: int, total: list[int]) -> RealizedRow | None:
    units, *money = total
    if not units:
        return None
    table = state.realized
    instrument = state.instruments[state.instrument_axis.names[int(table["instrument"][place])]]
    proceeds, basis, gain = (state.money(cents) for cents in money)
    return RealizedRow(
        key=f"{block}/{lot}",
        block=block,
        lot=lot,
        account=state.account_axis.names[int(table["account"][place])],
        instrument=instrument.instrument,
        Symbol=instrument.Symbol,
        Currency=instrument.Currency,
        short=bool(state.lots["short"][lot]),
        acquired=date.fromordinal(EPOCH + int(state.lots["acquired"][lot])),
        sold=date.fromordinal(EPOCH + int(table["sold"][place])),
        quantity=instrument.quantity(units),
        proceeds=proceeds,
        basis=basis,
        gain=gain,
        long_term=bool(table["long_term"][place]),
    )
