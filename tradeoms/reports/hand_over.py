"""The hand-over: trades, allocations and cash of each delivery as CSV, and a control file.

Written from the delivery alone, so that the same number always gives the same bytes, whatever was
answered since.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct, defstruct
from msgspec.structs import fields

from tradeoms.model.deliveries import DeliveryLine
from tradeoms.reports.sheets import write_csv
from tradeoms.store.readmodel import ReadModel
from tradeoms.views.deliveries import DeliveryLineRow

TITLE = "Hand-over"
ZERO = Decimal(0)


#: A line of the delivery with its number; `action` and `version` as in the table `delivery_lines`.
AllocationLine = defstruct(
    "AllocationLine",
    [("line", int), *((field.name, field.type) for field in fields(DeliveryLine))],
    frozen=True,
)


class TradeLine(Struct, frozen=True):
    """The lines of a block with one action, added up."""

    action: str
    block: str
    instrument: str
    Side: str
    trade_date: date
    settle_date: date
    lines: int
    Quantity: Decimal
    gross: Decimal
    commission: Decimal
    net: Decimal
    Currency: str
    fees: Decimal


class CashLine(Struct, frozen=True):
    """By how much an account's cash changes on a day, above zero where it gets money."""

    account: str
    Currency: str
    settle_date: date
    amount: Decimal


class ControlLine(Struct, frozen=True):
    """A total of a file; `sha256` is of its bytes."""

    file: str
    sha256: str
    rows: int
    column: str
    Currency: str
    total: Decimal


SUMMED = {
    AllocationLine: ("AllocQty", "net"),
    TradeLine: ("Quantity", "net"),
    CashLine: ("amount",),
}


def write(model: ReadModel, day: date, folder: Path, now: datetime) -> list[Path]:
    """Write the four files of each delivery of a business date; their paths."""
    with model.reading() as reading:
        found = reading.rows("delivery_lines", business_date=day)
        numbers = sorted(int(row.key) for row in reading.rows("deliveries", business_date=day))
    folder.mkdir(parents=True, exist_ok=True)
    lines: dict[int, list[DeliveryLineRow]] = defaultdict(list)
    for row in sorted(found, key=lambda row: row.line):
        lines[row.delivery].append(row)
    return [path for n in numbers for path in _files(folder, n, lines[n])]


def _files(folder: Path, number: int, rows: Sequence[DeliveryLineRow]) -> Iterator[Path]:
    control: list[ControlLine] = []
    names = AllocationLine.__struct_fields__
    allocations = [AllocationLine(*(getattr(row, name) for name in names)) for row in rows]
    contents: tuple[tuple[str, type[Struct], Sequence[Any]], ...] = (
        ("allocations", AllocationLine, allocations),
        ("trades", TradeLine, _trades(rows)),
        ("cash", CashLine, _cash(rows)),
    )
    for name, kind, lines in contents:
        path = write_csv(folder / f"handover-{number:04}-{name}.csv", kind, lines)
        control += _controls(path, kind, lines)
        yield path
    yield write_csv(folder / f"handover-{number:04}-control.csv", ControlLine, control)


def _controls(path: Path, kind: type[Struct], lines: Sequence[Any]) -> Iterator[ControlLine]:
    """Sums by currency; a file without lines has one total of zero."""
    digest = sha256(path.read_bytes()).hexdigest()
    for column in SUMMED[kind]:
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for line in lines:
            totals[line.Currency] += getattr(line, column)
        for currency, total in sorted(totals.items()) or [("", ZERO)]:
            yield ControlLine(path.name, digest, len(lines), column, currency, total)


def _trades(rows: Sequence[DeliveryLineRow]) -> list[TradeLine]:
    groups: dict[tuple[str, str, date], list[DeliveryLineRow]] = defaultdict(list)
    for row in rows:
        groups[row.block, row.action, row.settle_date].append(row)
    return [_trade(group) for group in groups.values()]


def _trade(group: Sequence[DeliveryLineRow]) -> TradeLine:
    first = group[0]
    return TradeLine(
        action=first.action,
        block=first.block,
        instrument=first.instrument,
        Side=first.Side,
        trade_date=first.trade_date,
        settle_date=first.settle_date,
        lines=len(group),
        Quantity=sum((row.AllocQty for row in group), ZERO),
        gross=sum((row.gross for row in group), ZERO),
        commission=sum((row.commission for row in group), ZERO),
        fees=sum((row.fees for row in group), ZERO),
        net=sum((row.net for row in group), ZERO),
        Currency=first.Currency,
    )


def _cash(rows: Sequence[DeliveryLineRow]) -> list[CashLine]:
    amounts: dict[tuple[str, str, date], Decimal] = defaultdict(Decimal)
    for row in rows:
        gets = (row.Side == "Buy") == (row.action == "cancel")
        amounts[row.account, row.Currency, row.settle_date] += row.net if gets else -row.net
    return [CashLine(*key, amount) for key, amount in sorted(amounts.items())]
