"""Rows as XLSX: numbers are numbers, dates are dates, texts never formulas."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from blotter.column import Column, Kind

DIGITS = 15  # that a spreadsheet keeps of a number; a longer one goes as text, exactly
WIDEST = 60


def as_xlsx(title: str, columns: Sequence[Column], rows: Iterable[Any]) -> bytes:
    """One sheet: names in a frozen line with filters, a line for each row. Times are UTC."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title[:31])
        style = cache(lambda form: book.add_format({"num_format": form}))
        bold = book.add_format({"bold": True})
        for place, column in enumerate(columns):
            sheet.set_column(place, place, min(column.width + 2, WIDEST))
            sheet.write_string(0, place, _heading(column), bold)
        last = 0
        for last, row in enumerate(rows, 1):
            for place, column in enumerate(columns):
                _write(sheet, last, place, column.raw(row), style)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, max(len(columns) - 1, 0))
    return out.getvalue()


def _heading(column: Column) -> str:
    return f"{column.name} (UTC)" if column.kind is Kind.Clock else column.name


def _write(sheet: Worksheet, line: int, place: int, value: Any, style: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_string(line, place, "yes" if value else "no")
    elif isinstance(value, Decimal | int):
        _number(sheet, line, place, Decimal(value), style)
    elif isinstance(value, datetime):
        at = value.astimezone(UTC).replace(tzinfo=None)
        sheet.write_datetime(line, place, at, style("yyyy-mm-dd hh:mm:ss.000"))
    elif isinstance(value, date):
        sheet.write_datetime(line, place, value, style("yyyy-mm-dd"))
    else:
        sheet.write_string(line, place, str(value))


def _number(sheet: Worksheet, line: int, place: int, value: Decimal, style: Any) -> None:
    digits, exponent = value.as_tuple()[1:]
    if len(digits) > DIGITS or not isinstance(exponent, int):
        sheet.write_string(line, place, f"{value:f}")
        return
    form: Format = style(f"#,##0.{'0' * -exponent}" if exponent < 0 else "#,##0")
    sheet.write_number(line, place, value, form)
