"""The report of reconciliations: what stands, oldest first, and what came and went."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.reports.book import known_book, model_of
from tests.views.house import DAY
from tradeoms.model import commands as c
from tradeoms.reports import REPORTS

NOW = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
HEAD = "ExecID,instrument,Side,LastQty,LastPx"


def test_breaks_with_their_age(tmp_path: Path) -> None:
    house = known_book()
    house.do(c.Reconcile("fills", "QUEEN", DAY, "q.csv", HEAD), "ops")
    first = sorted(house.state.breaks)
    assert len(first) == 2
    house.do(c.OwnBreak(first[0]), "olga")
    house.do(c.OpenDay(DAY + timedelta(4)), "ops")
    extra = f"{HEAD}\nX9,ACME,Buy,5,50"
    house.do(c.Reconcile("fills", "KING", DAY + timedelta(4), "k.csv", extra), "ops")
    house.do(c.Reconcile("fills", "KING", DAY + timedelta(4), "k.csv", HEAD), "ops")
    model, engine = model_of(house, tmp_path)
    name, day = REPORTS["reconciliation"], DAY + timedelta(4)
    table, page = name.write(model, day, tmp_path / "new", NOW)
    engine.dispose()
    lines = [line.split(",") for line in table.read_text().splitlines()]
    age, owner = lines[0].index("age"), lines[0].index("owner")
    assert [(row[0], row[age], row[owner]) for row in lines[1:]] == [
        (first[0], "4", "olga"),
        (first[1], "4", ""),
    ]
    html = page.read_text()
    assert "<td>fills/KING</td>" in html
    assert "X9" in html.partition("<h2>Cleared</h2>")[2]
