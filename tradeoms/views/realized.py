"""Realized gains: what each block took from each lot, and what that brought."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.columns import Int64s
from tradeoms.model.fields import TaxStatus
from tradeoms.model.lot_actions import booking_name, booking_number
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State
from tradeoms.views import touched
from tradeoms.views.lots import EPOCH

WINDOW = 30  # days after a sale in which a purchase may defer its loss
SUMMED = (
    "quantity",
    "proceeds",
    "basis",
    "gain",
    "disallowed",
    "lost",
    "units",
    "matched",
    "fraction",
)


class RealizedRow(Struct, frozen=True, gc=False):
    """One block's relief of one lot, or a corporate action's (L…); `key` is block/lot. Gone when the
    booking is taken back.

    Money to the cent in `Currency`. For a short lot `basis` is what its sale brought and
    `proceeds` what the cover cost. Wash sales defer `disallowed` of a loss (column g of Form 8949), of
    which `lost` is gone for good; `recognized` is what counts: `gain` and `disallowed`. Until the
    day `provisional` a purchase may defer more of it.
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
    disallowed: Decimal
    lost: Decimal
    recognized: Decimal
    provisional: date | None


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, RealizedRow | None]]:
    """Reliefs of the block that was booked or taken back."""
    if isinstance(event, e.LotsConverted):
        return _rows(state, _of_blocks(state, {booking_number(event.name)}))
    if isinstance(event, e.LotsBooked | e.LotsReversed):
        number = booking_number(event.block)
        others = event.losses if isinstance(event, e.LotsReversed) else ()
        return _rows(state, _of_blocks(state, {number, *_blocks(state, others)}))
    if isinstance(event, e.LotsWashed):
        return _rows(state, _of_blocks(state, _blocks(state, event.rows)))
    if isinstance(event, e.AccountsDefined):  # it may be taxed otherwise
        accounts = [state.account_axis.index[one.account] for one in event.accounts]
        return _rows(state, np.flatnonzero(np.isin(state.realized["account"], accounts)))
    if isinstance(event, e.InstrumentsDefined):
        index = state.instrument_axis.index
        columns = np.array([index[name] for name in touched.instruments(event)], np.int64)
        return _rows(state, np.flatnonzero(np.isin(state.realized["instrument"], columns)))
    return iter(())


def _blocks(state: State, places: tuple[int, ...]) -> set[int]:
    """Numbers of the blocks whose reliefs lie at these places of the table."""
    return set(state.realized["block"][np.array(places, np.int64)].tolist())


def _of_blocks(state: State, blocks: set[int]) -> Int64s:
    """Places of all reliefs of the blocks."""
    return np.flatnonzero(np.isin(state.realized["block"], list(blocks)))


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
        name = booking_name(block)
        yield f"{name}/{lot}", _row(state, name, lot, last[block, lot], total)


def _row(state: State, block: str, lot: int, place: int, total: list[int]) -> RealizedRow | None:
    quantity, *money, units, matched, fraction = total
    if not quantity and not fraction:
        return None
    table = state.realized
    instrument = state.instruments[state.instrument_axis.names[int(table["instrument"][place])]]
    proceeds, basis, gain, disallowed, lost = (state.money(cents) for cents in money)
    sold = date.fromordinal(EPOCH + int(table["sold"][place]))
    waits = gain < 0 and matched < units and _washable(state, int(table["account"][place]))
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
        sold=sold,
        quantity=_quantity(instrument, quantity, fraction),
        proceeds=proceeds,
        basis=basis,
        gain=gain,
        long_term=bool(table["long_term"][place]),
        disallowed=disallowed,
        lost=lost,
        recognized=gain + disallowed,
        provisional=sold + timedelta(WINDOW) if waits else None,
    )


def _quantity(instrument: Instrument, units: int, fraction: int) -> Decimal:
    """Units, and millionths of one that a corporate action left and sold."""
    whole = instrument.quantity(units)
    return whole + instrument.quantity(fraction).scaleb(-6) if fraction else whole


def _washable(state: State, account: int) -> bool:
    """Whether wash sales concern the account as a seller."""
    one = state.accounts[state.account_axis.names[account]]
    return bool(one.taxpayer) and one.tax is TaxStatus.Taxable
