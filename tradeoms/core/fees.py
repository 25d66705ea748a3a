"""Fees and taxes: reference data in versions, and what of a broker's fills they take.

What holds for a broker's part of a block is what was known when its first fill was routed, and in
force on the trade date, at the market in the block's statement, however often it is allocated.
Nothing is levied on what was crossed in the house.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from allocation.exact import Int64
from allocation.prices import split_money
from allocation.ties import Hash
from tradeoms.core.commissions import (
    BASES,
    ROUNDINGS,
    bill,
    bill_all,
    cents,
    schedule_problems,
    unbilled,
)
from tradeoms.core.context import Context
from tradeoms.core.versions import Reasons, bad_name, defined, one_of
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fees import Fee, FeeVersion, Levied
from tradeoms.model.placements import Placement
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State

PER = ("account", "placement")
TYPES = tuple("1234567")  # MiscFeeType(139) that all versions know


def define(state: State, command: c.DefineFees, ctx: Context) -> list[e.AnyEvent]:
    """New names or higher versions; the same version again only with the same content."""
    known = {name: tuple(row.fee for row in rows) for name, rows in state.fees.items()}
    added = defined(
        known,
        command.fees,
        "fees",
        lambda fee: fee.fee,
        lambda fee, _: _reasons(state, fee),
        lambda fee, place: schedule_problems(f"{place}schedule", fee.schedule),
    )
    return [e.FeesDefined(added, ctx.now)] if added else []


def _reasons(state: State, fee: Fee) -> Reasons:
    found: Reasons = {
        "fee": (fee.fee, bad_name(fee.fee)),
        "version": (fee.version, "" if fee.version > 0 else "must be above zero"),
        "per": (fee.per, one_of(fee.per, PER)),
        "rounding": (fee.rounding, one_of(fee.rounding, ROUNDINGS)),
        "MiscFeeType": (fee.MiscFeeType, one_of(fee.MiscFeeType, TYPES)),
    }
    if not (fee.buys or fee.sells or fee.fee in state.fees):
        found["buys"] = ("", "or sells is needed")
    for n, tier in enumerate(fee.schedule.tiers):
        below = tier.rate.is_finite() and tier.rate < 0
        found[f"schedule.tiers[{n}].rate"] = (tier.rate, "is below zero" if below else "")
    for field, table, what in (
        ("instruments", state.instruments, "instrument"),
        ("exempt", state.accounts, "account"),
    ):
        for n, name in enumerate(getattr(fee, field)):
            found[f"{field}[{n}]"] = (name, "" if name in table else f"unknown {what}")
    traded = {one.SecurityExchange for one in state.instruments.values()}
    for n, name in enumerate(fee.markets):
        reason = "" if name in traded else "no instrument has this SecurityExchange"
        found[f"markets[{n}]"] = (name, reason)
    return found


def levied(
    state: State,
    event: e.BlockAllocated,
    placed: Sequence[Placement],
    accounts: Sequence[str],
    quantities: Int64,
    gross: Int64,
    ties: Hash,
) -> tuple[Levied, ...]:
    """What is levied on accounts that have `quantities`, worth `gross` cents, of one broker's fills."""
    sells, traded = state.blocks[event.block].Side.sells, _traded(state, placed)
    known = min(p.routed for p in placed)
    found = []
    for row in ({} if unbilled(placed[0]) else state.fees).values():
        held = [v.fee for v in row if v.at <= known and v.fee.effective <= event.trade_date]
        if not held or not _is_for(held[-1], traded, sells):
            continue
        liable = [n for n, name in enumerate(accounts) if name not in held[-1].exempt]
        amounts = np.zeros(len(accounts), np.int64)
        if liable:
            own = np.array(liable, np.int64)
            by = _by_account if held[-1].per == "account" else _by_placement
            amounts[own] = by(state, held[-1], placed, own, quantities, gross, ties)
        if amounts.any():
            row_of = held[-1].name, held[-1].MiscFeeType
            found.append(Levied(*row_of, tuple(amounts.tolist())))
    return tuple(found)


def _instrument(state: State, placed: Sequence[Placement]) -> Instrument:
    return state.instruments[placed[0].instrument]


def _traded(state: State, placed: Sequence[Placement]) -> tuple[str, str]:
    """What, and where, by the statement: an instrument may be listed elsewhere since."""
    name, statement = placed[0].instrument, state.blocks[placed[0].block].statement
    return name, (statement and statement.market) or state.instruments[name].SecurityExchange


def _is_for(fee: Fee, traded: tuple[str, str], sells: bool) -> bool:
    if not (fee.sells if sells else fee.buys):
        return False
    if not fee.instruments and not fee.markets:
        return True
    instrument, market = traded
    return instrument in fee.instruments or market in fee.markets


def _by_account(
    state: State,
    fee: Fee,
    placed: Sequence[Placement],
    own: Int64,
    quantities: Int64,
    gross: Int64,
    ties: Hash,
) -> Int64:
    scale = _instrument(state, placed).qty_scale
    return bill_all(fee.schedule, quantities[own], scale, gross[own], fee.rounding)


def _by_placement(
    state: State,
    fee: Fee,
    placed: Sequence[Placement],
    own: Int64,
    quantities: Int64,
    gross: Int64,
    ties: Hash,
) -> Int64:
    """The schedule over what of each placement is not exempt, rounded once."""
    multiplier, rounded = _instrument(state, placed).multiplier, ROUNDINGS[fee.rounding]
    share = Fraction(int(quantities[own].sum()), int(quantities.sum()))
    total = sum(
        bill(
            fee.schedule,
            Fraction(p.CumQty) * share,
            cents(p.notional * multiplier) * share,
            rounded,
        )
        for p in placed
    )
    whole = np.array([0, len(own)], np.int64)
    return split_money(np.array([total], np.int64), quantities[own], whole, ties[own])


def at_most(state: State, placed: Sequence[Placement], gross: int, accounts: int) -> int:
    """Cents that no split of fills over so many accounts can be levied beyond."""
    if not placed:
        return 0
    quantity = sum((Fraction(p.CumQty) for p in placed), Fraction(0))
    times = accounts + len(placed)
    return sum(
        max(_bound(fee, quantity, gross, times) for fee in fees)
        for fees in _for(state, _traded(state, placed))
        if fees
    )


def _for(state: State, traded: tuple[str, str]) -> Iterator[list[Fee]]:
    for rows in state.fees.values():
        fees = (row.fee for row in rows)
        yield [f for f in fees if any(_is_for(f, traded, sells) for sells in (False, True))]


def _bound(fee: Fee, quantity: Fraction, gross: int, times: int) -> int:
    """At the highest rate, with everything that is by line added to each line."""
    schedule = fee.schedule
    measure = quantity if schedule.basis == "unit" else Fraction(abs(gross), 100)
    rate = max(Fraction(tier.rate) for tier in schedule.tiers) * BASES[schedule.basis]
    line = cents(schedule.flat) + cents(schedule.minimum or schedule.flat) + 1
    return int(measure * rate * 100) + times * line


def apply_defined(state: State, event: e.FeesDefined) -> None:
    for fee in event.fees:
        rows = state.fees.get(fee.fee, ())
        state.fees[fee.fee] = (*rows, FeeVersion(fee, event.at))


DECIDE = {c.DefineFees: define}
APPLY = {e.FeesDefined: apply_defined}
