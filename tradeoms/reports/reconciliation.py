"""Reconciliations and breaks, by age: what differs, since when, who looks after it."""

from datetime import date, datetime
from pathlib import Path

from tradeoms.reports.sheets import sheet, write_csv, write_page
from tradeoms.store.readmodel import ReadModel
from tradeoms.views.breaks import BreakRow
from tradeoms.views.reconciliations import ReconciliationRow

TITLE = "Reconciliation"
NOTE = "Amounts are theirs less ours. Cleared breaks are those first seen on the day of the report."


def write(model: ReadModel, day: date, folder: Path, now: datetime) -> list[Path]:
    """Write `reconciliation-<day>.csv`, the breaks that stand, and `.html`; their paths."""
    with model.reading() as reading:
        every = reading.rows("breaks")
        done = sorted(reading.rows("reconciliations"), key=lambda row: row.key)
        facts = {"As of record": str(reading.seq), "Hash": reading.hash.hex()}
    stand = sorted((b for b in every if b.state != "cleared"), key=lambda b: (-b.age, b.key))
    gone = sorted(
        (b for b in every if b.state == "cleared" and b.since == day), key=lambda b: b.key
    )
    folder.mkdir(parents=True, exist_ok=True)
    table, html = (folder / f"reconciliation-{day}.{kind}" for kind in ("csv", "html"))
    write_csv(table, BreakRow, stand)
    sheets = [
        sheet("Files", ReconciliationRow, done),
        sheet("Breaks", BreakRow, stand, NOTE),
        sheet("Cleared", BreakRow, gone),
    ]
    return [table, write_page(html, TITLE, f"Business date {day}", facts, sheets, now)]
