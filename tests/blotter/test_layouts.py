"""Layouts: what changes them, what is kept of them, and what a bad file does."""

from decimal import Decimal as D
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from blotter.columns import TABLES
from blotter.layouts import (
    Kept,
    Layout,
    Shown,
    Sort,
    Store,
    first,
    fitted,
    moved,
    resized,
    sorted_by,
    toggled,
    without,
)
from blotter.rows import Head, Rows
from blotter.view import select
from tests.blotter.fake import order

ORDERS = TABLES[0]
SMALL = Layout((Shown("key", 7), Shown("Side", 8), Shown("pm", 5)), 1, (Sort("key"),))


def names(layout: Layout) -> list[str]:
    return [shown.name for shown in layout.columns]


def test_columns_move_grow_and_hide() -> None:
    assert names(moved(SMALL, "pm", -1)) == ["key", "pm", "Side"]
    assert names(moved(SMALL, "pm", 1)) == ["key", "Side", "pm"]
    assert names(moved(SMALL, "key", -5)) == ["key", "Side", "pm"]
    assert resized(SMALL, "pm", 2).columns[2] == Shown("pm", 7)
    assert resized(SMALL, "pm", -9).columns[2] == Shown("pm", 3)
    assert names(without(SMALL, "Side")) == ["key", "pm"]
    only = replace(SMALL, columns=SMALL.columns[:1])
    assert without(only, "key") == only
    symbol = next(column for column in ORDERS.columns if column.name == "Symbol")
    assert toggled(SMALL, symbol).columns[-1] == Shown("Symbol", 8)
    assert names(toggled(toggled(SMALL, symbol), symbol)) == names(SMALL)


def test_sorting_turns_round_and_goes_on() -> None:
    assert sorted_by(SMALL, "key").sort == (Sort("key", True),)
    assert sorted_by(SMALL, "pm").sort == (Sort("pm"),)
    both = sorted_by(SMALL, "pm", also=True)
    assert both.sort == (Sort("key"), Sort("pm"))
    assert sorted_by(both, "pm", also=True).sort == (Sort("key"), Sort("pm", True))


def test_what_the_table_no_longer_has_is_left_out_and_named() -> None:
    bad = Layout(
        (Shown("gone", 5), Shown("pm", 5000)), 9, (Sort("lost"),), "gone:1", ("nowhere", "pm")
    )
    layout, problems = fitted(bad, ORDERS)
    assert layout == Layout((Shown("pm", 120),), 1, first(ORDERS).sort, "", ("pm",))
    assert len(problems) == 4
    assert "filter gone:1" in problems[-1]


def test_kept_and_read_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "new", "to/m")
    kept = Kept(now={"orders": SMALL}, named={"orders": {"mine": SMALL}}, seen={"alerts/1": "why"})
    store.write(kept)
    assert Store(tmp_path / "new", "to/m").read() == (kept, ())
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["layouts-to_m.json"]


@pytest.mark.parametrize("data", [b"{", b'{"now": 3}', b'{"version": 1, "what": 1}', b"\xff\xfe"])
def test_a_bad_file_is_set_aside(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "layouts-tom.json"
    for n in range(2):
        path.write_bytes(data)
        kept, (problem,) = Store(tmp_path, "tom").read()
        assert kept == Kept()
        assert "set aside as" in problem
        assert (tmp_path / f"layouts-tom.json.bad{n or ''}").read_bytes() == data
    assert not path.exists()


def test_the_same_is_not_written_twice(tmp_path: Path) -> None:
    store = Store(tmp_path, "tom")
    store.write(Kept())
    (tmp_path / "layouts-tom.json").unlink()
    store.write(Kept())
    assert not list(tmp_path.iterdir())
    assert msgspec.json.decode(msgspec.json.encode(Kept()), type=Kept) == Kept()


def arranged(layout: Layout, *rows: object) -> Rows:
    table = Rows(lambda row: row.key)
    select(table, ORDERS, layout)
    table.apply({row.key: row for row in rows})
    return table


def test_several_columns_sort_each_its_own_way() -> None:
    rows = [
        order(1, Symbol="KO", OrderQty=D(5), Price=None),
        order(2, Symbol="KO", OrderQty=D(9), Price=D(1)),
        order(3, Symbol="AA", OrderQty=D(7), Price=D(2)),
        order(4, Symbol="KO", OrderQty=D(9), Price=D(3)),
    ]

    def keys(*sort: Sort) -> list[str]:
        return [row.key for row in arranged(replace(SMALL, sort=sort), *rows)]

    assert keys(Sort("Symbol"), Sort("OrderQty", True), Sort("Price")) == ["O3", "O2", "O4", "O1"]
    assert keys(Sort("Symbol", True), Sort("OrderQty")) == ["O1", "O4", "O2", "O3"]
    assert keys(Sort("Symbol", True), Sort("Price", True)) == ["O4", "O2", "O1", "O3"]
    assert keys(Sort("Symbol", True), Sort("Price")) == ["O2", "O4", "O1", "O3"]


GROUPED = replace(
    SMALL,
    columns=(*SMALL.columns, Shown("OrderQty", 9), Shown("value", 9)),
    group=("Symbol", "Side"),
)


def test_groups_have_heads_with_sums_that_follow_every_update() -> None:
    a = order(1, Symbol="KO", Side="Buy", OrderQty=D(5), Price=D(2))
    b = order(2, Symbol="KO", Side="Buy", OrderQty=D(7), Price=D(2))
    x = order(3, Symbol="AA", Side="Sell", OrderQty=D(1), Price=D(3))
    rows = arranged(GROUPED, a, b, x)
    assert [rows.line(n) for n in range(rows.height)] == [
        Head(("AA", "Sell"), 1, (D(1), D(3)), False, False),
        "O3",
        Head(("KO", "Buy"), 2, (D(12), D(24)), False, False),
        "O1",
        "O2",
    ]
    rows.apply({"O1": replace(a, OrderQty=D(6)), "O3": None})
    assert rows.line(0) == Head(("KO", "Buy"), 2, (D(13), D(26)), False, False)
    assert rows.height == 3
    rows.apply({"O2": replace(b, Side="Sell", Currency="EUR")})
    assert [rows.line(n).group for n in (0, 2)] == [("KO", "Buy"), ("KO", "Sell")]
    rows.apply({"O1": replace(a, Side="Sell")})
    assert rows.line(0).mixed
    assert rows.line(0).sums[0] == D(12)
    assert rows.height == 3


def test_closed_groups_stay_closed_and_can_be_selected() -> None:
    rows = arranged(GROUPED, *(order(n, Symbol=s) for n, s in enumerate("ABAB", 1)))
    group = rows.line(0).group
    rows.close(group, True)
    assert rows.position("O1") == 0
    rows.apply({"O9": order(9, Symbol="A", Side=order(1).Side)})
    assert rows.line(0).closed
    assert rows.line(0).size >= 2
    rows.toggle_group(group)
    assert "O9" in rows.selected
    rows.toggle_group(group)
    assert rows.selected == {}
    rows.close_all(True)
    assert rows.height == len({(row.Symbol, row.Side) for row in rows})


def test_a_filter_hides_rows_and_what_is_hidden_is_not_selected() -> None:
    layout = replace(SMALL, filter="orderqty>10")
    rows = arranged(layout, order(1, OrderQty=D(11)), order(2, OrderQty=D(9)))
    assert [row.key for row in rows] == ["O1"]
    assert (len(rows), rows.total) == (1, 2)
    rows.select_all()
    rows.apply({"O1": order(1, OrderQty=D(1)), "O2": order(2, OrderQty=D(99))})
    assert [row.key for row in rows] == ["O2"]
    assert rows.selected == {}
