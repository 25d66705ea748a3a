"""Crosses of our own orders: what was proposed, approved, rejected and taken back; who gave and took."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.crosses import Cross, CrossPart
from tradeoms.model.state import State
from tradeoms.views import touched

NAMED = (e.CrossApproved, e.CrossRejected, e.BustProposed, e.BustRejected, e.CrossBusted)
ON = (e.CrossProposed, *NAMED, e.InstrumentsDefined)


class CrossRow(Struct, frozen=True, gc=False):
    """A cross; `key` is its name. No commission is paid for it, and no broker hears of it.

    `state` is proposed, approved, rejected, ended (by itself), bust proposed or busted. Px is what was
    paid; of one that is not approved, what it would have been when it was proposed. `basis`: last sale,
    or mid of `bid` and `offer`; `source` and `priced` say where it came from, and its time as the source
    gave it. `warnings` were acknowledged. `answered_by` approved, rejected or withdrew it,
    `bust_by` wants it taken back, `busted_by` agreed.
    """

    key: str
    state: str
    instrument: str
    Symbol: str
    OrderQty: Decimal
    Px: Decimal
    Currency: str
    basis: str
    source: str
    priced: str
    bid: Decimal | None
    offer: Decimal | None
    buyers: str
    sellers: str
    pms: str
    proposed_by: str
    proposed: datetime
    reason: str
    warnings: str
    answered_by: str
    answered: datetime | None
    answer: str
    bust_by: str
    bust_reason: str
    busted_by: str
    busted: datetime | None
    buy_block: str
    sell_block: str
    trade_date: date


class CrossPartRow(Struct, frozen=True, gc=False):
    """What one account gives or takes in a cross; `key` is cross/order/account. `state` is the cross's."""

    key: str
    cross: str
    state: str
    block: str
    Side: str
    instrument: str
    Symbol: str
    order: str
    account: str
    OrderQty: Decimal
    Px: Decimal
    trade_date: date


def _row(state: State, cross: Cross) -> CrossRow:
    instrument, price = state.instruments[cross.instrument], cross.price
    answered, bust, busted = cross.answered, cross.bust, cross.busted
    sell_block, buy_block = cross.blocks or ("", "")
    return CrossRow(
        key=cross.cross,
        state=cross.state.value,
        instrument=cross.instrument,
        Symbol=instrument.Symbol,
        OrderQty=cross.OrderQty,
        Px=price.Px,
        Currency=instrument.Currency,
        basis=price.basis,
        source=price.source,
        priced=price.at,
        bid=price.bid,
        offer=price.offer,
        buyers=_accounts(cross.buys),
        sellers=_accounts(cross.sells),
        pms=", ".join(cross.pms),
        proposed_by=cross.proposed.user,
        proposed=cross.proposed.at,
        reason=cross.proposed.reason,
        warnings="; ".join(violation.message for violation in cross.violations),
        answered_by=answered.user if answered else "",
        answered=answered.at if answered else None,
        answer=answered.reason if answered else "",
        bust_by=bust.user if bust else "",
        bust_reason=bust.reason if bust else "",
        busted_by=busted.user if busted else "",
        busted=busted.at if busted else None,
        buy_block=buy_block,
        sell_block=sell_block,
        trade_date=cross.trade_date,
    )


def _accounts(parts: Iterable[CrossPart]) -> str:
    return ", ".join(dict.fromkeys(part.account for part in parts))


def _parts(state: State, cross: Cross) -> Iterator[CrossPartRow]:
    blocks = cross.blocks or ("", "")
    for side, block, parts in zip(("Sell", "Buy"), blocks, (cross.sells, cross.buys), strict=True):
        for part in parts:
            yield CrossPartRow(
                key=f"{cross.cross}/{part.order}/{part.account}",
                cross=cross.cross,
                state=cross.state.value,
                block=block,
                Side=side,
                instrument=cross.instrument,
                Symbol=state.instruments[cross.instrument].Symbol,
                order=part.order,
                account=part.account,
                OrderQty=part.OrderQty,
                Px=cross.price.Px,
                trade_date=cross.trade_date,
            )


def _changed(state: State, event: e.AnyEvent) -> Iterable[Cross]:
    if isinstance(event, e.CrossProposed):
        return (state.crosses[event.cross.cross],)
    if isinstance(event, NAMED):
        return (state.crosses[event.cross],)
    defined = touched.instruments(event)
    return [cross for cross in state.crosses.values() if cross.instrument in defined]


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, CrossRow | None]]:
    """The cross that somebody spoke of."""
    return ((cross.cross, _row(state, cross)) for cross in _changed(state, event))


def all_rows(state: State) -> Iterator[CrossRow]:
    """Every cross, also what never happened."""
    return (_row(state, cross) for cross in state.crosses.values())


def part_rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, CrossPartRow | None]]:
    """All parts of the cross that somebody spoke of."""
    for cross in _changed(state, event):
        yield from ((row.key, row) for row in _parts(state, cross))


def all_part_rows(state: State) -> Iterator[CrossPartRow]:
    """Every part of every cross."""
    return (row for cross in state.crosses.values() for row in _parts(state, cross))
