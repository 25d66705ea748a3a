"""A broker's numbers beside ours: where they differ by more than the broker may."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tradeoms.model.brokers import Broker
from tradeoms.model.posttrade import (
    AllocationReport,
    ConfirmationSaid,
    Difference,
    Instruction,
    Row,
)
from tradeoms.model.state import State


def _lines(known: Instruction) -> int:
    """Amounts that a commission is the sum of, each of which may differ; the net is of one more."""
    return 2 if known.research else 1


def _amounts(known: Instruction, n: int) -> int:
    """Amounts that an account's net is the sum of: gross, commission's parts, fees."""
    return 1 + _lines(known) + sum(1 for fee in known.fees if fee.cents[n])


def row_of(known: Instruction, account: str, IndividualAllocID: str = "") -> int | None:
    """Which row of an instruction an account is, by its name or by the row's own id."""
    if account in known.accounts:
        return known.accounts.index(account)
    for n in range(len(known.accounts)):
        if IndividualAllocID and known.IndividualAllocID(n) == IndividualAllocID:
            return n
    return None


def confirmed(
    state: State, known: Instruction, n: int, said: ConfirmationSaid
) -> tuple[Difference, ...]:
    """What a confirmation says of an account's row that we do not."""
    broker, instrument = state.brokers[known.broker], state.instruments[known.instrument]
    money = broker.money_tolerance
    ours = {name: state.money(getattr(known, name)[n]) for name in ("gross", "commission", "net")}
    quantity = instrument.quantity(known.quantities[n])
    found = [
        _text("Side", known.Side.value, said.Side),
        _number("AllocQty", quantity, said.AllocQty, Decimal(0)),
        _number("AvgPx", known.AllocAvgPx(n), said.AvgPx, broker.price_tolerance),
        _number("GrossTradeAmt", ours["gross"], said.GrossTradeAmt, money, needed=False),
        _number(
            "Commission", ours["commission"], said.commission, _lines(known) * money, needed=False
        ),
        _number(
            *("MiscFeeAmt", state.money(known.fee(n)), said.fees),
            *(max(len(known.fees), 1) * money, False),
        ),
        _number("NetMoney", ours["net"], said.NetMoney, _amounts(known, n) * money),
        _text("Currency", known.Currency, said.Currency, needed=False),
        _text("TradeDate", _day(known.trade_date), said.TradeDate, needed=False),
        _text("SettlDate", _day(known.settle_date), said.SettlDate, needed=False),
        _parties(known, n, said),
    ]
    return tuple(difference for difference in found if difference is not None)


def _parties(known: Instruction, n: int, said: ConfirmationSaid) -> Difference | None:
    """The settlement's parties, where both sides name them: all of ours must be the broker's too."""
    ours = known.settlements.get(known.accounts[n])
    if ours is None or not said.parties or not ours.parties:
        return None
    wanted = [(party.SettlPartyRole, party.SettlPartyID) for party in ours.parties]
    if set(wanted) <= set(said.parties):
        return None
    return Difference("NoSettlPartyIDs", _listed(wanted), _listed(said.parties))


def _listed(parties: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{role}:{name}" for role, name in parties)


def reported(state: State, known: Instruction, said: AllocationReport) -> tuple[Difference, ...]:
    """What the broker's calculation of an allocation says that we do not."""
    broker, instrument = state.brokers[known.broker], state.instruments[known.instrument]
    total = instrument.quantity(sum(known.quantities))
    found = [
        _text("Side", known.Side.value, said.Side),
        _number("Quantity", total, said.Quantity, Decimal(0)),
        _number("AvgPx", known.AvgPx, said.AvgPx, broker.price_tolerance, needed=False),
        *_rows(state, broker, known, said.rows),
    ]
    return tuple(difference for difference in found if difference is not None)


def _rows(
    state: State, broker: Broker, known: Instruction, rows: tuple[Row, ...]
) -> Iterator[Difference | None]:
    instrument = state.instruments[known.instrument]
    seen = set()
    for row in rows:
        n = row_of(known, row.AllocAccount, row.IndividualAllocID)
        if n is None or n in seen:
            yield Difference("AllocAccount", "", row.AllocAccount or row.IndividualAllocID)
            continue
        seen.add(n)
        quantity, account = instrument.quantity(known.quantities[n]), known.accounts[n]
        yield _number(f"AllocQty of {account}", quantity, row.AllocQty, Decimal(0))
        net, allowed = state.money(known.net[n]), _amounts(known, n) * broker.money_tolerance
        yield _number(f"AllocNetMoney of {account}", net, row.AllocNetMoney, allowed, needed=False)
    for n, account in enumerate(known.accounts) if rows else ():
        if n not in seen:
            yield Difference("AllocAccount", account, "")


def _number(
    field: str, ours: Decimal, theirs: Decimal | None, allowed: Decimal, needed: bool = True
) -> Difference | None:
    if theirs is None:
        return Difference(field, f"{ours:f}", "") if needed else None
    if abs(ours - theirs) <= allowed:
        return None
    return Difference(field, f"{ours:f}", f"{theirs:f}")


def _text(field: str, ours: str, theirs: str, needed: bool = True) -> Difference | None:
    if theirs == ours or (not theirs and not needed):
        return None
    return Difference(field, ours, theirs)


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"
