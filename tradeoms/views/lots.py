"""Open tax lots. A lot that is closed leaves the table; what it brought is in `realized`."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import numpy as np
from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.columns import Int64s
from tradeoms.model.state import State
from tradeoms.views import touched

EPOCH = date(1970, 1, 1).toordinal()


class LotRow(Struct, frozen=True, gc=False):
    """An open lot; `key` is its number.

    `size` is its quantity when opened or last averaged, `remaining` what is open. Money to the cent in `Currency`:
    `basis` of the whole lot, `open_basis` of what remains. The basis of a short lot is what its
    sale brought. `holding_from` is earlier than `acquired`, and `wash_basis` in `basis`, where the shares
    took over the loss of a wash sale. While shares are `suspended`, because of a short sale of identical ones,
    they count as not held (section 1233).
    """

    key: str
    account: str
    instrument: str
    Symbol: str
    Currency: str
    short: bool
    acquired: date
    size: Decimal
    remaining: Decimal
    basis: Decimal
    open_basis: Decimal
    holding_from: date
    wash_basis: Decimal
    suspended: bool = False


def open_basis(basis: int, size: int, remaining: int) -> int:
    """Cents that belong to what remains of a lot: the whole less the part relieved so far.

    The part relieved is rounded once, a half up, over all reliefs together, so that a lot sold in
    many pieces never drifts. This must be the rounding by which reliefs are booked.
    """
    whole = (2 * abs(basis) * (size - remaining) + size) // (2 * size)
    return basis - (whole if basis >= 0 else -whole)


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, LotRow | None]]:
    """Lots that were opened, relieved or given back."""
    numbers = _touched(state, event)
    return _rows(state, numbers) if numbers is not None else iter(())


def all_rows(state: State) -> Iterator[LotRow]:
    """Every open lot."""
    for _, row in _rows(state, np.flatnonzero(state.lots["remaining"] > 0)):
        if row is not None:
            yield row


def _touched(state: State, event: e.AnyEvent) -> Int64s | None:
    if isinstance(event, e.LotsBooked):
        changed = dict.fromkeys((*event.averaged.get("lots", ()), *event.relieved_lots))
        return np.array([*event.opened_numbers, *changed], np.int64)
    if isinstance(event, e.LotsConverted | e.HoldingsChanged):
        return np.array([*event.closed, *event.opened_numbers], np.int64)
    if isinstance(event, e.LotsReversed) and event.block in state.lot_actions:
        return np.array(event.lots, np.int64)
    if isinstance(event, e.LotsReversed):
        # The booking is forgotten by now; the accounts of its block are not.
        block = state.blocks[event.block]
        of = touched.accounts(state, event.block)
        pairs = [(account, block.instrument) for account in of]
        return np.concatenate((_of_pairs(state, pairs), np.array(event.lots, np.int64)))
    if isinstance(event, e.LotsWashed):
        return np.array([*dict.fromkeys(event.lots), *event.numbers], np.int64)
    if isinstance(event, e.OpeningBooked):
        return _of_pairs(state, [(lot.account, lot.instrument) for lot in event.lots])
    if isinstance(event, e.InstrumentsDefined):
        index = state.instrument_axis.index
        columns = np.array([index[name] for name in touched.instruments(event)], np.int64)
        is_open = state.lots["remaining"] > 0
        return np.flatnonzero(np.isin(state.lots["instrument"], columns) & is_open)
    return None


def _of_pairs(state: State, pairs: list[tuple[str, str]]) -> Int64s:
    """Numbers of all lots of these accounts in these instruments."""
    width = len(state.instrument_axis.names)
    accounts = state.account_axis.numbers(tuple(account for account, _ in pairs))
    instruments = state.instrument_axis.numbers(tuple(instrument for _, instrument in pairs))
    kept = state.lots["account"] * width + state.lots["instrument"]
    return np.flatnonzero(np.isin(kept, accounts * width + instruments))


def _rows(state: State, numbers: Int64s) -> Iterator[tuple[str, LotRow | None]]:
    """Rows of the lots; None for those that are closed."""
    names = (
        *("account", "instrument", "short", "acquired", "size", "basis", "remaining"),
        *("holding_from", "added", "against"),
    )
    columns = [state.lots[name][numbers].tolist() for name in names]
    for number, *values in zip(numbers.tolist(), *columns, strict=True):
        yield str(number), _row(state, str(number), *values)


def _row(
    state: State,
    key: str,
    account: int,
    column: int,
    short: int,
    acquired: int,
    size: int,
    basis: int,
    remaining: int,
    holding_from: int,
    added: int,
    against: int,
) -> LotRow | None:
    if not remaining:
        return None
    instrument = state.instruments[state.instrument_axis.names[column]]
    return LotRow(
        key=key,
        account=state.account_axis.names[account],
        instrument=instrument.instrument,
        Symbol=instrument.Symbol,
        Currency=instrument.Currency,
        short=bool(short),
        acquired=date.fromordinal(EPOCH + acquired),
        size=instrument.quantity(size),
        remaining=instrument.quantity(remaining),
        basis=state.money(basis),
        open_basis=state.money(open_basis(basis, size, remaining)),
        holding_from=date.fromordinal(EPOCH + holding_from),
        wash_basis=state.money(added),
        suspended=bool(against) and not short,
    )
