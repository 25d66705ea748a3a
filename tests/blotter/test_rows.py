"""Rows in order, whatever is done to them."""

import time
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blotter.columns import TABLES
from blotter.rows import Rows
from tests.blotter.fake import order


class Row(NamedTuple):
    key: str
    value: int | None


def filled(*values: int | None, descending: bool = False) -> Rows:
    rows = Rows(lambda row: row.value, descending)
    rows.apply({f"k{n}": Row(f"k{n}", value) for n, value in enumerate(values)})
    return rows


def keys(rows: Rows) -> list[str]:
    return [row.key for row in rows]


def test_rows_are_in_order_and_none_is_last() -> None:
    assert keys(filled(3, None, 1, 2)) == ["k2", "k3", "k0", "k1"]
    assert keys(filled(3, None, 1, 2, descending=True)) == ["k0", "k3", "k2", "k1"]


def test_an_update_moves_its_row_and_no_other() -> None:
    rows = filled(1, 2, 3)
    assert rows.apply({"k0": Row("k0", 9)})
    assert keys(rows) == ["k1", "k2", "k0"]
    assert rows.position("k0") == 2


def test_the_same_row_again_changes_nothing() -> None:
    assert not filled(1).apply({"k0": Row("k0", 1)})
    assert not filled(1).apply({"unknown": None})


def test_a_row_that_is_gone_is_not_selected_either() -> None:
    rows = filled(1, 2)
    rows.toggle("k0")
    rows.toggle("k1")
    rows.apply({"k0": None})
    assert keys(rows) == ["k1"]
    assert [row.key for row in rows.selection()] == ["k1"]


def test_the_selection_survives_updates_and_another_order() -> None:
    rows = filled(1, 2, 3)
    rows.toggle("k2")
    rows.toggle("k0")
    rows.apply({"k0": Row("k0", 7)})
    assert rows.selection() == [Row("k2", 3), Row("k0", 7)]
    rows.sort(lambda row: row.key, True)
    assert [row.key for row in rows.selection()] == ["k2", "k0"]


def test_select_all_and_none() -> None:
    rows = filled(1, 2)
    rows.select_all()
    assert len(rows.selection()) == 2
    rows.select_all()
    assert rows.selection() == []


changes = st.lists(
    st.dictionaries(
        st.integers(0, 60).map("k{}".format), st.none() | st.integers(-3, 3), max_size=50
    ),
    max_size=12,
)


@given(changes, st.booleans())
def test_any_updates_leave_what_a_sort_would_give(
    batches: list[dict[str, int | None]], descending: bool
) -> None:
    rows, model = Rows(lambda row: row.value, descending), {}
    for batch in batches:
        new = {k: None if value is None else Row(k, value) for k, value in batch.items()}
        rows.apply(new)
        model = {k: row for k, row in (model | new).items() if row is not None}
        expected = sorted(model.values(), key=lambda row: (row.value, row.key), reverse=descending)
        assert list(rows) == expected
        assert [rows.position(rows.key_at(n)) for n in range(len(rows))] == list(range(len(rows)))


@pytest.mark.slow
def test_fifty_thousand_orders() -> None:
    """Printed, not judged: machines differ."""
    column = TABLES[0].columns[0]
    rows = Rows(column.value, True)
    first = {f"O{n}": order(n) for n in range(50_000)}
    changed = [{f"O{n}": order(n, state="in block")} for n in range(0, 50_000, 50)]
    moved = [{f"O{n}": None, f"O{n + 50_000}": order(n + 50_000)} for n in range(1000)]
    for what, batches in (
        ("first", [first]),
        ("all anew", [dict(first)]),
        ("changed", changed),
        ("moved", moved),
    ):
        start = time.perf_counter()
        for batch in batches:
            rows.apply(batch)
        took = time.perf_counter() - start
        count = sum(map(len, batches))
        print(f"{what}: {count:,} rows in {took * 1000:,.0f} ms, {count / took:,.0f} rows/s")
    assert len(rows) == 50_000
