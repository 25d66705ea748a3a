"""Commissions and fees of a day by broker, and the research accounts as they stand."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from msgspec import Struct

from tradeoms.reports.sheets import sheet, write_csv, write_page
from tradeoms.store.readmodel import ReadModel
from tradeoms.views.bills import BillRow, FeeRow
from tradeoms.views.research import ResearchPaymentRow, ResearchRow

TITLE = "Commissions"
NOTE = "Execution and research are billed separately; basis_points are of what was traded."
ACCOUNTS = "What brokers hold for research: collected with commissions, less what they paid out."
FEES = "What markets and states take, billed by the brokers on top of their commission."
ZERO = Decimal(0)


class Total(Struct, frozen=True):
    """What one broker billed in one currency for blocks of the day."""

    broker: str
    Currency: str
    blocks: int
    gross: Decimal
    execution: Decimal
    research: Decimal
    basis_points: Decimal | None
    fees: Decimal


class FeeTotal(Struct, frozen=True):
    """What one fee took in one currency of blocks of the day."""

    fee: str
    Currency: str
    bills: int
    gross: Decimal
    amount: Decimal


def write(model: ReadModel, day: date, folder: Path, now: datetime) -> list[Path]:
    """Write `commissions-<day>.csv`, a bill a line, and `.html` with totals and research accounts."""
    with model.reading() as reading:
        found = sorted(reading.rows("bills", trade_date=day), key=_place)
        taken = reading.rows("fees", trade_date=day)
        accounts = sorted(reading.rows("research"), key=lambda row: row.key)
        paid = sorted(reading.rows("research_payments", day=day), key=lambda row: int(row.key))
        facts = {"As of record": str(reading.seq), "Hash": reading.hash.hex()}
    folder.mkdir(parents=True, exist_ok=True)
    table, html = (folder / f"commissions-{day}.{kind}" for kind in ("csv", "html"))
    write_csv(table, BillRow, found)
    sheets = [
        sheet("Brokers", Total, list(totals(found)), NOTE),
        sheet("Fees", FeeTotal, list(fee_totals(taken)), FEES),
        sheet("Research accounts", ResearchRow, accounts, ACCOUNTS),
        sheet("Paid for research on the day", ResearchPaymentRow, paid),
        sheet("Bills", BillRow, found),
    ]
    return [table, write_page(html, TITLE, f"Trade date {day}", facts, sheets, now)]


def _place(row: BillRow) -> tuple[str, int]:
    return row.broker, int(row.block[1:])


def totals(bills: Iterable[BillRow]) -> Iterator[Total]:
    """By broker and currency."""
    groups: dict[tuple[str, str], list[BillRow]] = {}
    for row in bills:
        groups.setdefault((row.broker, row.Currency), []).append(row)
    for (broker, Currency), rows in sorted(groups.items()):
        gross, execution, research, fees = (
            sum((getattr(row, name) for row in rows), ZERO)
            for name in ("gross", "execution", "research", "fees")
        )
        points = (execution + research) * 10_000 / gross if gross else None
        shown = points.quantize(Decimal("0.01"), ROUND_HALF_UP) if points is not None else None
        yield Total(broker, Currency, len(rows), gross, execution, research, shown, fees)


def fee_totals(rows: Iterable[FeeRow]) -> Iterator[FeeTotal]:
    """By fee, with its version, and currency."""
    groups: dict[tuple[str, str], list[FeeRow]] = {}
    for row in rows:
        groups.setdefault((row.fee, row.Currency), []).append(row)
    for (fee, Currency), own in sorted(groups.items()):
        gross, amount = (sum((getattr(r, n) for r in own), ZERO) for n in ("gross", "amount"))
        yield FeeTotal(fee, Currency, len(own), gross, amount)
