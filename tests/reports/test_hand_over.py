"""The files of a delivery: lines, sums and hashes, and the same bytes whenever they are written."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from tests.reports.book import known_book, model_of
from tests.views.house import DAY
from tradeoms.model import commands as c
from tradeoms.reports import REPORTS

NOW = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
TRADES = """action,block,instrument,Side,trade_date,settle_date,lines,Quantity,gross,commission,net,Currency,fees
new,B1,ACME,Buy,2026-03-02,2026-03-03,3,157,7871.40,1.96,7873.36,USD,0.00
new,B2,CORN,SellShort,2026-03-02,2026-03-03,1,10,400.00,0.13,399.87,EUR,0.00
"""
CASH = """account,Currency,settle_date,amount
A1,USD,2026-03-03,-5014.88
A2,USD,2026-03-03,-2507.44
A3,USD,2026-03-03,-351.04
A4,EUR,2026-03-03,399.87
"""


def test_the_files_add_up_and_are_always_the_same(tmp_path: Path) -> None:
    house = known_book()
    house.do(c.Deliver(), "ops")
    model, engine = model_of(house, tmp_path)
    first = REPORTS["hand-over"].write(model, DAY, tmp_path / "one", NOW)
    engine.dispose()
    assert [path.name for path in first] == [
        f"handover-0001-{name}.csv" for name in ("allocations", "trades", "cash", "control")
    ]
    assert first[1].read_text() == TRADES
    assert first[2].read_text() == CASH
    control = first[3].read_text().splitlines()
    digest = sha256(first[1].read_bytes()).hexdigest()
    assert f"handover-0001-trades.csv,{digest},2,net,USD,7873.36" in control
    assert f"handover-0001-trades.csv,{digest},2,net,EUR,399.87" in control
    assert any(line.endswith(",4,AllocQty,USD,157") for line in control)
    text = "line,status,reason\n1,rejected,why\n2,accepted,\n3,accepted,\n4,accepted,"
    assert house.do(c.AcknowledgeDelivery(1, "a.csv", text), "ops").outcome == "done"
    (tmp_path / "later").mkdir()
    model, engine = model_of(house, tmp_path / "later")
    second = REPORTS["hand-over"].write(model, DAY, tmp_path / "two", NOW)
    engine.dispose()
    assert [path.read_bytes() for path in second] == [path.read_bytes() for path in first]


def test_lines_in_the_table_say_what_became_of_them(tmp_path: Path) -> None:
    house = known_book()
    house.do(c.Deliver(), "ops")
    text = "line,status,reason\n1,rejected,why\n2,accepted,\n3,accepted,\n4,accepted,"
    house.do(c.AcknowledgeDelivery(1, "a.csv", text), "ops")
    model, engine = model_of(house, tmp_path)
    rows = {row.key: (row.status, row.reason) for row in model.rows("delivery_lines")}
    (delivery,) = model.rows("deliveries")
    (found,) = model.rows("breaks")
    engine.dispose()
    assert rows["1/1"] == ("rejected", "why")
    assert rows["1/4"] == ("accepted", "")
    assert (delivery.state, delivery.new, delivery.rejected) == ("rejected", 4, 1)
    assert (found.key, found.age, found.state) == ("delivery/accounting/B1/O1/A1", 0, "open")


def test_an_empty_delivery_has_files_too(tmp_path: Path) -> None:
    house = known_book()
    for _ in range(2):
        house.do(c.Deliver(), "ops")
    model, engine = model_of(house, tmp_path)
    files = REPORTS["hand-over"].write(model, DAY, tmp_path / "one", NOW)
    engine.dispose()
    assert len(files) == 8
    assert len(files[4].read_text().splitlines()) == 1
    assert files[7].read_text().splitlines()[1].endswith(",0,AllocQty,,0")
