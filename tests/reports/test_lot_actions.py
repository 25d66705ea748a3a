"""The report of corporate actions, transfers and gifts."""

import csv
from datetime import UTC, datetime
from pathlib import Path

from tests.core.corporate import corporate, transfer
from tests.reports.book import known_book, model_of
from tests.views.house import DAY
from tradeoms.model import commands as c
from tradeoms.reports import REPORTS

NOW = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)


def test_bookings_of_a_day_with_each_account_s_line(tmp_path: Path) -> None:
    house = known_book()
    house.do(transfer(account="A1", quantity=7, instrument="BOLT"), "ops")
    house.do(transfer("T-2", account="A2", quantity=7, instrument="BOLT"), "ops")
    house.do(c.ReverseAction("L2", "not <theirs>"), "ops")
    model, engine = model_of(house, tmp_path)
    table, html = REPORTS["lot-actions"].write(model, DAY, tmp_path / "out", NOW)
    engine.dispose()
    with table.open() as file:
        rows = [(r["action"], r["account"], r["change"]) for r in csv.DictReader(file)]
    assert rows == [("L1", "A1", "-7")]
    assert table.name == f"lot-actions-{DAY}.csv"
    page = html.read_text("utf-8")
    assert "not &lt;theirs&gt;" in page
    assert corporate("split", new=2).reference not in page
