"""A block's split: what its policy makes of its fills, of one block or of many in one go."""

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from allocation.errors import AllocationError
from allocation.exact import Int64
from allocation.ragged import offsets_of
from allocation.rederive import rederive
from allocation.terms import Terms, allocate
from allocation.ties import Hash, tie_hash
from allocation.turns import next_turn
from tradeoms.core.amounts import cents
from tradeoms.core.bounds import few
from tradeoms.core.terms import terms_for
from tradeoms.market.calendar import days
from tradeoms.model.orders import Block, SplitChange, SplitTerms, Statement
from tradeoms.model.state import State

#: The policy where none is defined: method, rounding, version.
DEFAULT = "pro_rata/largest_remainder/1"


class Split(NamedTuple):
    """Units of each member, what broke ties between them, in what lot; the policy they follow, and
    why it is not the block's own, if so; whose turn it is next. `reasoned`: the exception is a
    person's, who said why.
    """

    quantities: Int64
    ties: Hash
    lot: Int64
    policy: str
    exception: str = ""
    turn: int = -1
    reasoned: bool = False


def split(state: State, block: Block, frozen: Statement, filled: int) -> Split:
    """As a person has decided; else divided as `fresh` does, and who was told of units keeps them as
    far as the block holds them.
    """
    found = fresh(state, block, frozen, filled)
    if not (block.told or block.changes):
        return found
    ordered = np.array(state.instruments[block.instrument].all_units(frozen.quantities), np.int64)
    change = decided(block, filled)
    if change is not None:
        kept = np.array(change.quantities, np.int64)
        found = found._replace(exception=_said_of(change), reasoned=True)
    else:
        kept = held(found, np.array(block.told or [0] * len(ordered), np.int64), ordered)
        found = found._replace(exception=found.exception or _lapsed(state, block, filled))
    own = None if found.policy == DEFAULT else frozen.terms
    return found._replace(quantities=kept, turn=_next(state, frozen, own, kept, ordered))


def changed(block: Block) -> SplitChange | None:
    """A person's last change of the split; None where it was taken back, or there is none."""
    last = block.changes[-1] if block.changes else None
    return None if last is None or last.back else last


def decided(block: Block, filled: int) -> SplitChange | None:
    """The person's split of so many units; None where the policy splits them."""
    last = changed(block)
    return last if last is not None and sum(last.quantities) == filled else None


def _said_of(change: SplitChange) -> str:
    approved = f", approved by {change.approved_by}" if change.approved_by else ""
    return f"changed by {change.user}: {change.reason}{approved}"


def _lapsed(state: State, block: Block, filled: int) -> str:
    """That the last change was of another quantity; nothing where it was taken back, or none."""
    last, quantity = changed(block), state.instruments[block.instrument].quantity
    if last is None:
        return ""
    of = f"of {quantity(sum(last.quantities)):f}, now {quantity(filled):f} are filled"
    return f"the change by {last.user} was {of}"


def held(found: Split, told: Int64, ordered: Int64) -> Int64:
    """The split, as near as can be while nobody loses what it was told of without need."""
    if not told.any():
        return found.quantities
    one = np.array([0, len(ordered)], np.int64)
    return rederive(found.quantities, told, ordered, one, found.lot, found.ties).quantities


class Claim(NamedTuple):
    """What a block's split depends on: units, what is `filled` of them, the lot, what breaks ties, and
    the terms, whose policy is `own`, if the block has one.
    """

    ordered: Int64
    filled: int
    lot: int
    ties: Hash
    terms: Terms
    own: SplitTerms | None
    exception: str


def _claim(state: State, block: Block, frozen: Statement, filled: int, broken: Hash) -> Claim:
    instrument, own = state.instruments[block.instrument], frozen.terms
    ordered = np.array(instrument.all_units(frozen.quantities), np.int64)
    plain = Terms(basis=cents(frozen.amounts)) if frozen.amounts else Terms()
    if own is None:
        return Claim(ordered, filled, instrument.units(instrument.lot), broken, plain, None, "")
    terms, exception = terms_for(state, block, own, ordered), ""
    if terms.method == plain.method:
        terms = dataclasses.replace(terms, basis=plain.basis)
    if 0 < filled < min(own.hold_back, int(ordered.sum())):
        exception = f"allocation policy {own.policy} holds back {filled} of {own.hold_back}"
    return Claim(ordered, filled, own.lot, broken, terms, own, exception)


def fresh(state: State, block: Block, frozen: Statement, filled: int) -> Split:
    """Divide `filled` units, at most what was ordered, by the statement's policy.

    Where that cannot be, pro rata, saying why; less than the policy holds back is divided all the
    same, saying so.
    """
    broken = ties(state, block, frozen.orders, frozen.accounts, frozen.seed)
    claim = _claim(state, block, frozen, filled, broken)
    try:
        (wanted,) = _allocated([claim])
    except AllocationError as error:
        own = frozen.terms
        if own is None:
            raise
        why = f"allocation policy {own.policy} cannot split {filled}: {_said(error, frozen)}"
        claim = _claim(state, block, replace(frozen, terms=None), filled, broken)
        claim = claim._replace(exception=why)
        (wanted,) = _allocated([claim])
    return _split(state, frozen, claim, wanted)


def fresh_all(state: State, filled: Sequence[tuple[Block, Statement, int]]) -> list[Split]:
    """The same of many blocks, in one go for all whose policies work alike."""
    named = [(block, one.orders, one.accounts, one.seed) for block, one, _ in filled]
    broken = all_ties(state, named)
    claims = [_claim(state, *one, keys) for one, keys in zip(filled, broken, strict=True)]
    alike: dict[tuple[object, ...], list[int]] = {}
    for n, claim in enumerate(claims):
        alike.setdefault(_kind(claim.terms), []).append(n)
    found: dict[int, Split] = {}
    for places in alike.values():
        try:
            columns = _allocated([claims[n] for n in places])
        except AllocationError:  # one of them: each says by itself what is wrong with it
            found |= {n: fresh(state, *filled[n]) for n in places}
            continue
        for n, wanted in zip(places, columns, strict=True):
            found[n] = _split(state, filled[n][1], claims[n], wanted)
    return [found[n] for n in range(len(claims))]


def _kind(terms: Terms) -> tuple[object, ...]:
    """What terms have in common that can be one call's."""
    columns = terms.basis, terms.cap, terms.minimum, terms.tier
    return terms.method, terms.rounding, terms.draw, *(one is None for one in columns)


def _allocated(claims: Sequence[Claim]) -> list[Int64]:
    """What each member gets, of claims of one kind."""
    first = claims[0].terms
    offsets = offsets_of(np.array([len(one.ordered) for one in claims], np.int64))
    filled, lot = (np.array([one[n] for one in claims], np.int64) for n in (1, 2))
    ordered, broken = (np.concatenate([one[n] for one in claims]) for n in (0, 3))
    terms = dataclasses.replace(
        first,
        basis=_joined([one.terms.basis for one in claims]),
        cap=_joined([one.terms.cap for one in claims]),
        minimum=_joined([one.terms.minimum for one in claims]),
        tier=_joined([one.terms.tier for one in claims]),
    )
    wanted = allocate(ordered, filled, offsets, lot, broken, terms)
    return np.split(wanted, offsets[1:-1])


def _joined(columns: Sequence[Int64 | None]) -> Int64 | None:
    """One column of all; None where it is none of any."""
    given = [column for column in columns if column is not None]
    return np.concatenate(given) if given else None


def _split(state: State, frozen: Statement, claim: Claim, wanted: Int64) -> Split:
    turn = _next(state, frozen, claim.own, wanted, claim.ordered)
    name = claim.own.policy if claim.own else DEFAULT
    lot = np.array([claim.lot], np.int64)
    return Split(wanted, claim.ties, lot, name, claim.exception, turn)


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
    (found,) = all_ties(state, [(block, orders, accounts, seed)])
    return found


def all_ties(
    state: State, rows: Sequence[tuple[Block, Sequence[str], tuple[str, ...], int]]
) -> list[Hash]:
    """The same of many blocks."""
    if not rows:
        return []
    lengths = np.array([len(accounts) for _, _, accounts, _ in rows])
    accounts = np.concatenate([state.account_axis.numbers(accounts) for _, _, accounts, _ in rows])
    orders = np.array([int(name[1:] or 0) for _, names, _, _ in rows for name in names], np.int64)
    blocks = np.repeat(np.array([int(row[0].block[1:]) for row in rows], np.int64), lengths)
    seeds = np.array([row[3] or days(state.business_date) for row in rows], np.int64)
    found = tie_hash(blocks, (accounts << 32) | orders, np.repeat(seeds, lengths))
    return np.split(found, np.cumsum(lengths)[:-1])
