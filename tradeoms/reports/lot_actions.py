"""Corporate actions, transfers and gifts that were booked or reversed on a day, with their totals."""

from datetime import date, datetime
from pathlib import Path

from tradeoms.reports.sheets import sheet, write_csv, write_page
from tradeoms.store.readmodel import ReadModel
from tradeoms.views.lot_actions import ActionLineRow, LotActionRow

TITLE = "Corporate actions, transfers and gifts"
NOTE = "before and after are of all accounts concerned, when it was booked. What is reversed has no lines."
LINES = "change and cash are as they are now, after corrections of earlier trades."


def write(model: ReadModel, day: date, folder: Path, now: datetime) -> list[Path]:
    """Write `lot-actions-<day>.csv`, a line an account, and `.html` with the bookings; their paths."""
    with model.reading() as reading:
        found = {row.key: row for row in reading.rows("lot_actions", booked=day)}
        found |= {row.key: row for row in reading.rows("lot_actions", reversed_on=day)}
        bookings = sorted(found.values(), key=lambda row: int(row.key[1:]))
        lines = sorted(reading.any_of("action_lines", "action", set(found)), key=_place)
        facts = {"As of record": str(reading.seq), "Hash": reading.hash.hex()}
    folder.mkdir(parents=True, exist_ok=True)
    table, html = (folder / f"lot-actions-{day}.{kind}" for kind in ("csv", "html"))
    write_csv(table, ActionLineRow, lines)
    sheets = [
        sheet("Bookings", LotActionRow, bookings, NOTE),
        sheet("Accounts", ActionLineRow, lines, LINES),
    ]
    return [table, write_page(html, TITLE, f"Business date {day}", facts, sheets, now)]


def _place(row: ActionLineRow) -> tuple[int, str, str]:
    return int(row.action[1:]), row.account, row.instrument
