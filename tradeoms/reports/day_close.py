"""The close of a day: when, by whom, what was found, who let it pass."""

from datetime import date, datetime
from pathlib import Path

from tradeoms.reports.sheets import sheet, write_csv, write_page
from tradeoms.store.readmodel import ReadModel
from tradeoms.views.closes import CloseRow, FindingRow

TITLE = "Close of the day"
NOTE = "What has nobody in waived_by only warns. A day that was opened again has several closes."


def write(model: ReadModel, day: date, folder: Path, now: datetime) -> list[Path]:
    """Write `day-close-<day>.csv`, the findings, and `.html` into the folder; their paths."""
    with model.reading() as reading:
        closes = sorted(reading.rows("closes", business_date=day), key=lambda row: int(row.key))
        found = sorted(reading.rows("findings", business_date=day), key=_place)
        facts = {"As of record": str(reading.seq), "Hash": reading.hash.hex()}
    folder.mkdir(parents=True, exist_ok=True)
    table, html = (folder / f"day-close-{day}.{kind}" for kind in ("csv", "html"))
    write_csv(table, FindingRow, found)
    sheets = [sheet("Closes", CloseRow, closes), sheet("Findings", FindingRow, found, NOTE)]
    return [table, write_page(html, TITLE, f"Business date {day}", facts, sheets, now)]


def _place(row: FindingRow) -> tuple[int, int]:
    close, _, number = row.key.partition("/")
    return int(close), int(number)
