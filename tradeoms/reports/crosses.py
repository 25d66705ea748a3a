"""Crosses of a day: who gave and took what, at which price and where that came from, who agreed; also
what was only proposed, and what was taken back.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from tradeoms.reports.sheets import sheet, write_csv, write_page
from tradeoms.store.readmodel import ReadModel
from tradeoms.views.allocations import AllocationRow
from tradeoms.views.crosses import CrossPartRow, CrossRow

TITLE = "Crosses"
NOTE = "Gross, commission and net are empty where nothing was traded, or all was taken back."


class Line(Struct, frozen=True):
    """One account's part of a cross; money as it was booked."""

    trade_date: date
    cross: str
    state: str
    side: str
    symbol: str
    order: str
    account: str
    quantity: Decimal
    price: Decimal
    basis: str
    source: str
    priced: str
    bid: Decimal | None
    offer: Decimal | None
    gross: Decimal | None
    commission: Decimal | None
    net: Decimal | None
    currency: str
    pms: str
    proposed_by: str
    proposed: datetime
    answered_by: str
    answered: datetime | None
    busted_by: str
    warnings: str


def write(model: ReadModel, day: date, folder: Path, now: datetime) -> list[Path]:
    """Write `crosses-<day>.csv`, a line an account, and `.html` into the folder; their paths."""
    with model.reading() as reading:
        crosses = sorted(reading.rows("crosses", trade_date=day), key=lambda row: int(row.key[1:]))
        parts = reading.rows("cross_parts", trade_date=day)
        booked = reading.any_of("allocations", "block", {part.block for part in parts})
        facts = {"As of record": str(reading.seq), "Hash": reading.hash.hex()}
    lines = _lines(crosses, parts, booked)
    folder.mkdir(parents=True, exist_ok=True)
    table, html = (folder / f"crosses-{day}.{kind}" for kind in ("csv", "html"))
    write_csv(table, Line, lines)
    sheets = [sheet("Crosses", CrossRow, crosses), sheet("Accounts", Line, lines, NOTE)]
    facts |= {f"Net in {name}": f"{total:f}" for name, total in _nets(lines).items()}
    return [table, write_page(html, TITLE, f"Trade date {day}", facts, sheets, now)]


def _lines(
    crosses: Iterable[CrossRow], parts: Iterable[CrossPartRow], booked: Iterable[AllocationRow]
) -> list[Line]:
    """By cross, those who sell first."""
    known = {row.key: row for row in crosses}
    money = {(row.block, row.order, row.account): row for row in booked}
    ordered = sorted(parts, key=lambda p: (int(p.cross[1:]), p.Side != "Sell", p.order, p.account))
    return [
        _line(known[part.cross], part, money.get((part.block, part.order, part.account)))
        for part in ordered
    ]


def _line(cross: CrossRow, part: CrossPartRow, booked: AllocationRow | None) -> Line:
    return Line(
        trade_date=part.trade_date,
        cross=cross.key,
        state=cross.state,
        side=part.Side,
        symbol=part.Symbol,
        order=part.order,
        account=part.account,
        quantity=part.OrderQty,
        price=cross.Px,
        basis=cross.basis,
        source=cross.source,
        priced=cross.priced,
        bid=cross.bid,
        offer=cross.offer,
        gross=booked.gross if booked else None,
        commission=booked.commission if booked else None,
        net=booked.net if booked else None,
        currency=cross.Currency,
        pms=cross.pms,
        proposed_by=cross.proposed_by,
        proposed=cross.proposed,
        answered_by=cross.answered_by,
        answered=cross.answered,
        busted_by=cross.busted_by,
        warnings=cross.warnings,
    )


def _nets(lines: Iterable[Line]) -> dict[str, Decimal]:
    """What sales brought less what purchases cost, by currency: nothing, or it was no cross."""
    nets: dict[str, Decimal] = {}
    for line in lines:
        if line.net is not None:
            net = line.net if line.side == "Sell" else -line.net
            nets[line.currency] = nets.get(line.currency, Decimal(0)) + net
    return nets
