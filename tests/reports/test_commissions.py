"""The report of commissions, of a book with a research part."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from tests.core.after import OPS
from tests.core.test_fees import fee
from tests.core.test_fees import house as taxed
from tests.core.test_rate_cards import CENT, MEMBERS, traded
from tests.core.test_rate_cards import house as billed
from tests.reports.book import known_book, model_of
from tests.views.house import DAY
from tradeoms.model import commands as c
from tradeoms.model.brokers import CommissionSchedule, CommissionTier
from tradeoms.model.fields import Side
from tradeoms.reports import REPORTS
from tradeoms.reports.commissions import fee_totals, totals

D = Decimal
NOW = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)


def test_each_bill_is_a_line_and_brokers_add_up(tmp_path: Path) -> None:
    house = known_book()
    part = CommissionSchedule(tiers=(CommissionTier(D(0), D("0.01")),))
    queen = replace(house.state.brokers["QUEEN"], research=part)
    house.do(c.DefineBrokers((queen,)), "ops")
    before = len(house.state.executions)
    house.do(c.CancelPlacement("P4"), "trader")
    assert len(house.state.executions) == before
    model, engine = model_of(house, tmp_path)
    table, html = REPORTS["commissions"].write(model, DAY, tmp_path / "out", NOW)
    with table.open() as file:
        rows = list(csv.DictReader(file))
    shown = [(r["broker"], r["block"], r["gross"], r["execution"], r["research"]) for r in rows]
    assert shown == [
        ("KING", "B1", "5010.00", "1.25", "0.00"),
        ("QUEEN", "B1", "2861.40", "0.71", "0.00"),  # routed before it billed for research
        ("QUEEN", "B2", "400.00", "0.13", "0.00"),
    ]
    found = list(totals(model.rows("bills")))
    engine.dispose()
    assert [(one.broker, one.blocks, one.execution, one.basis_points) for one in found] == [
        ("KING", 1, D("1.25"), D("2.50")),
        ("QUEEN", 1, D("0.13"), D("3.25")),
        ("QUEEN", 1, D("0.71"), D("2.48")),
    ]
    assert "Research accounts" in html.read_text()


def test_fees_are_totals_of_their_own(tmp_path: Path) -> None:
    floor = taxed(fee(sells=True), fee("levy", schedule=CENT, sells=True, per="placement"))
    traded(floor, *MEMBERS, Side=Side.Sell)
    model, engine = model_of(floor, tmp_path)  # type: ignore[arg-type]
    table, html = REPORTS["commissions"].write(model, DAY, tmp_path / "out", NOW)
    with table.open() as file:
        (row,) = csv.DictReader(file)
    found = list(fee_totals(model.rows("fees")))
    (total,) = totals(model.rows("bills"))
    nets = [(r.gross, r.commission, r.fees, r.net) for r in model.rows("allocations")]
    engine.dispose()
    assert row["fees"] == "260.26"
    assert total.fees == D("260.26")
    assert [(one.fee, one.gross, one.amount) for one in found] == [
        ("levy/1", D("50050.00"), D("10.01")),
        ("sec/1", D("50050.00"), D("250.25")),
    ]
    assert all(net == gross - costs - fees for gross, costs, fees, net in nets)
    assert "What markets and states take" in html.read_text()


def test_research_accounts_and_payments_are_shown(tmp_path: Path) -> None:
    floor = billed()
    traded(floor, *MEMBERS)
    floor.done(c.PayResearch("KING", "USD", D("7.51"), "Deep <Dives>", "March"), OPS)
    model, engine = model_of(floor, tmp_path)  # type: ignore[arg-type]
    _, html = REPORTS["commissions"].write(model, DAY, tmp_path / "out", NOW)
    (account,), (paid,) = model.rows("research"), model.rows("research_payments")
    engine.dispose()
    assert (account.key, account.collected, account.paid, account.balance) == (
        *("KING/USD", D("10.01"), D("7.51")),
        D("2.50"),
    )
    assert (paid.broker, paid.provider, paid.amount) == ("KING", "Deep <Dives>", D("7.51"))
    assert "Deep &lt;Dives&gt;" in html.read_text()
