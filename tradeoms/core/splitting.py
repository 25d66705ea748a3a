"""A block's split: what its policy makes of its fills, of one block or of many in one go."""

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from allocation.errors import AllocationError
from allocation.exact import Int64
from allocation.rederive import rederive
from allocation.terms import Terms, allocate
from allocation.ties import Hash, tie_hash
from allocation.turns import next_turn
from tradeoms.core.amounts import cents
from tradeoms.core.bounds import few
from tradeoms.core.terms import terms_for
from tradeoms.market.calendar import days
from tradeoms.model.orders import Block, SplitTerms, Statement
from tradeoms.model.state import State

#: What terms say of each member.
COLUMNS = ("basis", "cap", "minimum", "tier")
#: The policy where none is defined: method, rounding, version.
DEFAULT = "pro_rata/largest_remainder/1"


class Split(NamedTuple):
    """Units of each member, what broke ties between them, in what lot; the policy they follow, and
    why it is not the block's own, if so; whose turn it is next.
    """

    quantities: Int64
    ties: Hash
    lot: Int64
    policy: str
    exception: str = ""
    turn: int = -1


def split(state: State, block: Block, frozen: Statement, filled: int) -> Split:
    """Divide as `fresh` does; who was told of units keeps them as far as the block holds them."""
    found = fresh(state, block, frozen, filled)
    if not block.told:
        return found
    ordered = np.array(state.instruments[block.instrument].all_units(frozen.quantities), np.int64)
    kept = held(found, np.array(block.told, np.int64), ordered)
    own = None if found.policy == DEFAULT else frozen.terms
    return found._replace(quantities=kept, turn=_next(state, frozen, own, kept, ordered))


def held(found: Split, told: Int64, ordered: Int64) -> Int64:
    """The split, as near as can be while nobody loses what it was told of without need."""
    if not told.any():
        return found.quantities
    one = np.array([0, len(ordered)], np.int64)
    return rederive(found.quantities, told, ordered, one, found.lot, found.ties).quantities


def fresh(state: State, block: Block, frozen: Statement, filled: int) -> Split:
    """Divide `filled` units, at most what was ordered, by the statement's policy.

    Where that cannot be, pro rata, saying why; less than the policy holds back is divided all the
    same, saying so.
    """
    instrument = state.instruments[block.instrument]
    ordered = np.array([instrument.units(q) for q in frozen.quantities], np.int64)
    units, one = np.array([filled], np.int64), np.array([0, len(ordered)], np.int64)
    broken = ties(state, block, frozen.orders, frozen.accounts, frozen.seed)
    lot = np.array([instrument.units(instrument.lot)], np.int64)
    own, exception = frozen.terms, ""
    plain = Terms(basis=cents(frozen.amounts)) if frozen.amounts else Terms()
    terms = plain
    if own is not None:
        lot = np.array([own.lot], np.int64)
        terms = terms_for(state, block, own, ordered)
        if terms.method == plain.method:
            terms = dataclasses.replace(terms, basis=plain.basis)
        if 0 < filled < min(own.hold_back, int(ordered.sum())):
            exception = f"allocation policy {own.policy} holds back {filled} of {own.hold_back}"
    try:
        wanted = allocate(ordered, units, one, lot, broken, terms)
    except AllocationError as error:
        if own is None:
            raise
        exception = f"allocation policy {own.policy} cannot split {filled}: {_said(error, frozen)}"
        own, lot = None, np.array([instrument.units(instrument.lot)], np.int64)
        wanted = allocate(ordered, units, one, lot, broken, plain)
    name = own.policy if own else DEFAULT
    return Split(wanted, broken, lot, name, exception, _next(state, frozen, own, wanted, ordered))


def _said(error: AllocationError, frozen: Statement) -> str:
    """What the engine refuses, with accounts by name."""
    names = list(dict.fromkeys(frozen.accounts[n] for n in error.accounts))
    return f"{error.message}: {few(names)}" if names else error.message


def _next(
    state: State, frozen: Statement, own: SplitTerms | None, got: Int64, ordered: Int64
) -> int:
    """Whose turn it is after this block; -1 where the turn has moved on since it was frozen."""
    if own is None or own.turn < 0 or state.turns.get(_name(own.policy), 0) != own.turn:
        return -1
    numbers = state.account_axis.numbers(frozen.accounts)
    whole = np.array([0, len(ordered)], np.int64)
    return int(next_turn(got, ordered, numbers, np.array([own.turn], np.int64), whole)[0])


def _name(policy: str) -> str:
    return policy.rpartition("/")[0]


def ties(
    state: State, block: Block, orders: Sequence[str], accounts: tuple[str, ...], seed: int
) -> Hash:
    """Who is first among equal claims: a hash of block, account and order, not list order."""
    numbers = state.account_axis.numbers(accounts)
    of = np.array([int(name[1:] or 0) for name in orders], np.int64)
    named = np.full(len(numbers), int(block.block[1:]), np.int64)
    return tie_hash(named, (numbers << 32) | of, seed or days(state.business_date))
