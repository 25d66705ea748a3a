"""The report of late and changed allocations, of a book in which each kind happens once."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from tests.reports.book import known_book, model_of
from tests.views.house import DAY
from tradeoms.model import commands as c
from tradeoms.model.fields import Side
from tradeoms.model.orders import Member, NewOrder
from tradeoms.reports import REPORTS
from tradeoms.reports.allocation_changes import Line

NOW = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)


def test_each_change_is_a_line_with_its_reason(tmp_path: Path) -> None:
    house = known_book()
    house.do(
        c.SubmitOrder(NewOrder("BOLT", Side.Sell, (Member("A1", Decimal(5)),), strategy="value"))
    )
    house.do(c.JoinBlock("B3", ("O5",), "<late> & same idea"), "trader")
    house.do(c.CancelPlacement("P4"), "trader")
    house.do(c.LeaveBlock("B3", "O5", "withdrawn"), "trader")
    model, engine = model_of(house, tmp_path)
    table, html = REPORTS["allocation-changes"].write(model, DAY, tmp_path / "out", NOW)
    engine.dispose()
    with table.open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(Line.__struct_fields__)
    shown = [(r["block"], r["change"], r["order"], r["account"]) for r in rows]
    assert shown == [("B3", "joined", "O5", "A1"), ("B3", "left", "O5", "A1")]
    assert [(r["before"], r["after"], r["filled"]) for r in rows] == [
        ("0", "5", "12"),
        ("5", "0", "12"),
    ]
    assert [r["reason"] for r in rows] == ["<late> & same idea", "withdrawn"]
    assert {r["user"] for r in rows} == {"trader"}
    assert all(r["statement"] < r["at"] for r in rows)
    assert "&lt;late&gt; &amp; same idea" in html.read_text()


def test_a_day_without_any_says_so(tmp_path: Path) -> None:
    model, engine = model_of(known_book(), tmp_path)
    table, html = REPORTS["allocation-changes"].write(model, DAY, tmp_path / "out", NOW)
    engine.dispose()
    assert table.read_text().count("\n") == 1
    assert "Nothing was changed after the first route" in html.read_text()
