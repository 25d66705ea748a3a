"""The report of crosses: who gave, who took, at which price, who agreed; money that adds up to nothing."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from tests.builders import Desk
from tests.core.crosses import approved, busted, crossing, proposed, sell
from tests.reports.book import HASH
from tests.views.house import DAY
from tradeoms.reports import REPORTS
from tradeoms.reports.crosses import Line
from tradeoms.store import migrate, readmodel
from tradeoms.store.readmodel import ReadModel

NOW = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)


def written(floor: Desk, tmp_path: Path) -> tuple[list[dict[str, str]], str]:
    engine = readmodel.connect(f"sqlite:///{tmp_path}/read.db")
    migrate.upgrade(engine, "readmodel")
    model = ReadModel(engine)
    model.rebuild(floor.state, HASH)
    table, html = REPORTS["crosses"].write(model, DAY, tmp_path / "out", NOW)
    engine.dispose()
    with table.open() as file:
        return list(csv.DictReader(file)), html.read_text()


def test_a_line_for_each_account(tmp_path: Path) -> None:
    floor = crossing()
    approved(floor, sell(floor, ("A1", 100)), floor.order(("A3", 60), ("A4", 70)))
    proposed(floor, sell(floor, ("A2", 5)), floor.order(("A3", 5)), reason="<idea>")
    approved(floor, sell(floor, ("A2", 7)), floor.order(("A4", 7)))
    busted(floor, "X3")
    rows, html = written(floor, tmp_path)
    assert list(rows[0]) == list(Line.__struct_fields__)
    names = ("cross", "state", "side", "account", "quantity", "gross", "commission", "net")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("X1", "approved", "Sell", "A1", "100", "5010.00", "0.00", "5010.00"),
        ("X1", "approved", "Buy", "A3", "46", "2304.60", "0.00", "2304.60"),
        ("X1", "approved", "Buy", "A4", "54", "2705.40", "0.00", "2705.40"),
        ("X2", "proposed", "Sell", "A2", "5", "", "", ""),
        ("X2", "proposed", "Buy", "A3", "5", "", "", ""),
        ("X3", "busted", "Sell", "A2", "7", "", "", ""),
        ("X3", "busted", "Buy", "A4", "7", "", "", ""),
    ]
    assert {(row["price"], row["basis"], row["source"]) for row in rows} == {
        ("50.10", "last sale", "consolidated tape")
    }
    assert [row["answered_by"] for row in rows] == ["carl"] * 3 + [""] * 2 + ["carl"] * 2
    assert {row["proposed_by"] for row in rows} == {"trader"}
    assert "&lt;idea&gt;" in html
    assert "Net in USD" in html
    assert sum(Decimal(r["net"] or 0) * (1 if r["side"] == "Sell" else -1) for r in rows) == 0


def test_a_day_without_any(tmp_path: Path) -> None:
    rows, html = written(crossing(), tmp_path)
    assert rows == []
    assert "Crosses" in html
