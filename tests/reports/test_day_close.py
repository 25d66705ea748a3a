"""The report of a close: what was found, and who let it pass."""

from datetime import UTC, datetime
from pathlib import Path

from tests.reports.book import known_book, model_of
from tests.views.house import DAY
from tradeoms.model import commands as c
from tradeoms.reports import REPORTS

NOW = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)


def test_findings_are_written_with_who_let_them_pass(tmp_path: Path) -> None:
    house = known_book()
    house.do(c.WaiveCheck("open placements", "<b>told</b> by KING"), "ops")
    house.do(c.WaiveCheck("unanswered requests", "seen"), "ops")
    assert house.do(c.CloseDay(DAY), "otto").outcome == "done"
    model, engine = model_of(house, tmp_path)
    table, page = REPORTS["day-close"].write(model, DAY, tmp_path / "new", NOW)
    engine.dispose()
    lines = table.read_text().splitlines()
    assert lines[0] == "key,business_date,check,subject,text,waived_by,reason"
    assert lines[1] == (
        "1/0,2026-03-02,open placements,P4,KING may still fill 18 of 30,ops,<b>told</b> by KING"
    )
    assert any(',working overnight,B3,"12 of 30 are filled' in line for line in lines)
    html = page.read_text()
    assert "&lt;b&gt;told&lt;/b&gt; by KING" in html
    assert "<td>otto</td>" in html


def test_a_day_without_a_close_has_none(tmp_path: Path) -> None:
    model, engine = model_of(known_book(), tmp_path)
    table, page = REPORTS["day-close"].write(model, DAY, tmp_path / "new", NOW)
    engine.dispose()
    assert len(table.read_text().splitlines()) == 1
    assert "None." in page.read_text()
