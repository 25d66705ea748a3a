"""Two states compared in everything that they hold, for tests of replay, snapshots and crashes."""

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from tradeoms.model import events as e
from tradeoms.model.columns import Axis, Grid, Table
from tradeoms.model.state import State
from tradeoms.store import snapshots

DERIVED = ("in_force",)  # kept for speed, made anew from the rest when missing
#: What is only said of work, and looks nothing up.
SAID = frozenset(
    {
        *("answers", "answer_days", "counters", "alerts", "closes", "deliveries", "breaks"),
        *("settled_reports", "unmatched", "waivers", "lots", "rest_of", "baskets"),
    }
)


def same(state: State, other: State) -> None:
    """Assert that two states are equal to the last digit, cell and order of keys."""
    assert vars(state).keys() == vars(other).keys()
    for name in vars(state).keys() - set(DERIVED):
        value = getattr(state, name)
        _same(name, value, getattr(other, name))


def dangling(state: State, records: list[e.Record]) -> list[str]:
    """Where a state still names work that has left memory, as a key, a value or a part of either."""
    gone = [r.event for r in records if isinstance(r.event, e.WorkRetired)]
    names = {name for event in gone for name in (*event.left_blocks, *event.left_orders)}
    plain = {name: getattr(state, name) for name in snapshots.Plain.__struct_fields__}
    return list(_naming(msgspec.to_builtins(plain, str_keys=True), names, "state"))


def _naming(value: Any, names: set[str], path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            if key not in SAID:
                yield from _naming(str(key), names, f"{path} key")
                yield from _naming(one, names, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _naming(one, names, path)
    elif isinstance(value, str) and names & {*value.replace("|", "/").split("/")}:
        yield f"{path}: {value}"


def _same(name: str, a: Any, b: Any) -> None:
    assert type(a) is type(b), name
    if isinstance(a, Axis):
        assert (a.names, a.index) == (b.names, b.index), name
    elif isinstance(a, Grid):
        assert (a.rows.names, a.columns.names) == (b.rows.names, b.columns.names), name
        live = np.s_[: len(a.rows.names), : len(a.columns.names)]
        np.testing.assert_array_equal(a.cells[live], b.cells[live], name, strict=True)
        for grid in (a, b):
            assert np.count_nonzero(grid.cells) == np.count_nonzero(grid.cells[live]), name
    elif isinstance(a, Table):
        assert a.size == b.size, name
        assert a._columns.keys() == b._columns.keys(), name
        for column in a._columns:
            np.testing.assert_array_equal(a[column], b[column], f"{name}.{column}", strict=True)
    else:
        assert a == b, name
        # Equal decimals may differ in their digits (1.0 and 1.00), equal dicts in their order.
        assert _text(a) == _text(b), name


def _text(value: Any) -> str:
    if isinstance(value, set | frozenset):
        return repr(sorted(value))
    if isinstance(value, dict):
        return repr([(key, _text(entry)) for key, entry in value.items()])
    return repr(value)
