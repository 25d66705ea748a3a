"""Pairs of an account and an instrument as row numbers, and sums of columnar tables over them."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradeoms.model.columns import Int64s, Table
from tradeoms.model.state import State

Mask = NDArray[np.bool_]


class Pairs(NamedTuple):
    """Row numbers of accounts and of instruments, (n,) each."""

    accounts: Int64s
    instruments: Int64s

    def numbers(self, state: State) -> Int64s:
        """One number a pair."""
        return self.accounts * len(state.instrument_axis.names) + self.instruments


def key(account: str, instrument: str) -> str:
    """The key of a pair's row."""
    return f"{account}/{instrument}"


def keys(state: State, pairs: Pairs) -> list[str]:
    """Keys of pairs."""
    accounts, instruments = state.account_axis.names, state.instrument_axis.names
    columns = pairs.accounts.tolist(), pairs.instruments.tolist()
    return [key(accounts[a], instruments[i]) for a, i in zip(*columns, strict=True)]


def of_keys(state: State, wanted: Iterable[str]) -> Pairs:
    """The pairs behind keys; KeyError for a key that no pair has."""
    found = np.array([_numbers(state, one) for one in wanted], np.int64).reshape(-1, 2)
    return Pairs(found[:, 0], found[:, 1])


def _numbers(state: State, wanted: str) -> tuple[int, int]:
    """A name may itself have a slash in it."""
    accounts, instruments = state.account_axis.index, state.instrument_axis.index
    at = wanted.find("/")
    while at >= 0:
        account, instrument = accounts.get(wanted[:at]), instruments.get(wanted[at + 1 :])
        if account is not None and instrument is not None:
            return account, instrument
        at = wanted.find("/", at + 1)
    raise KeyError(wanted)


def unique(state: State, numbers: Int64s) -> Pairs:
    """The different pairs among numbers (below zero: none), in the order of the accounts."""
    found = np.unique(numbers)
    return Pairs(*np.divmod(found[found >= 0], len(state.instrument_axis.names) or 1))


def of_table(state: State, table: Table) -> Int64s:
    """The pair of each row of a table; -1 where it has no instrument."""
    numbers = Pairs(table["account"], table["instrument"]).numbers(state)
    return np.where(table["instrument"] < 0, -1, numbers)


def found_in(
    state: State, pairs: Pairs, table: Table, rows: Mask | None = None
) -> tuple[Int64s, Int64s]:
    """Where the pairs are among the table's `rows`: places in `pairs`, numbers of rows, (m,) each."""
    numbers = of_table(state, table)
    places = np.arange(table.size) if rows is None else np.flatnonzero(rows)
    wanted, mine = pairs.numbers(state), numbers[places]
    order = np.argsort(wanted)
    found = np.searchsorted(wanted[order], mine)
    found[found == len(wanted)] = 0
    hit = wanted[order][found] == mine if len(wanted) else np.zeros(len(mine), np.bool_)
    return order[found[hit]] if len(wanted) else found[hit], places[hit]


def summed(state: State, pairs: Pairs, table: Table, values: Int64s, rows: Mask) -> Int64s:
    """For each pair the sum of `values` over the table's `rows` of it, int64 (n,)."""
    sums = np.zeros(len(pairs.accounts), np.int64)
    places, numbers = found_in(state, pairs, table, rows)
    np.add.at(sums, places, values[numbers])
    return sums
