"""The daily trade blotter: every allocation of a trade date, one line an account, with totals.

Lines are legal allocations. Fills that no allocation has taken yet are listed apart, so that
nothing of the day is missing.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec import Struct

from tradeoms.reports import chart, page
from tradeoms.store.readmodel import Reading, ReadModel
from tradeoms.views.allocations import AllocationRow
from tradeoms.views.blocks import BlockRow
from tradeoms.views.executions import ExecutionRow
from tradeoms.views.orders import OrderRow

TITLE = "Daily trade blotter"
SIDES = {"Buy": "B", "Sell": "L", "SellShort": "SS", "SellShortExempt": "SSE"}
ZERO = Decimal(0)
PLACES = 8  # decimals of a printed average price


class Line(Struct, frozen=True):
    """An account's trade. `side`: B buy, L long sale, SS short sale, SSE short sale exempt.

    Money to the cent in `currency`. `fees` is what `net` holds besides gross and commission.
    `executed` is the time of the block's last fill, in UTC.
    """

    trade_date: date
    settle_date: date
    executed: str
    block: str
    order: str
    account: str
    side: str
    symbol: str
    security_id: str
    id_source: str
    quantity: Decimal
    avg_price: Decimal
    gross: Decimal
    commission: Decimal
    fees: Decimal
    net: Decimal
    currency: str
    brokers: str
    venues: str
    pm: str
    trader: str
    discretionary: str
    strategy: str


class Total(Struct, frozen=True):
    """Sums over the lines of a currency and side.

    `side` is "all" for the whole currency, where `net` is what sales brought less what buys cost.
    """

    currency: str
    side: str
    lines: int
    quantity: Decimal
    gross: Decimal
    commission: Decimal
    fees: Decimal
    net: Decimal


class Open(Struct, frozen=True):
    """A block whose fills of the day wait for their allocation: their quantity and average."""

    block: str
    trader: str
    side: str
    symbol: str
    state: str
    filled: Decimal
    avg_price: Decimal
    currency: str


class Blotter(Struct, frozen=True):
    """The report before it is a file; true as of journal record `seq`, whose hash is `hash`."""

    day: date
    seq: int
    hash: str
    lines: tuple[Line, ...]
    totals: tuple[Total, ...]
    waiting: tuple[Open, ...]


def blotter(model: ReadModel, day: date) -> Blotter:
    """The trades of a trade date, in order of block, order and account."""
    with model.reading() as reading:
        allocated = reading.rows("allocations", trade_date=day)
        rows = sorted((row for row in allocated if row.AllocQty), key=_place)
        names = {row.block for row in rows}
        orders = {o.key: o for o in reading.any_of("orders", "key", {row.order for row in rows})}
        blocks = {block.key: block for block in reading.any_of("blocks", "key", names)}
        fills = _booked(reading.any_of("executions", "block", names))
        lines = tuple(_line(r, orders[r.order], blocks[r.block], fills[r.block]) for r in rows)
        waiting = _waiting(reading, day)
        return Blotter(day, reading.seq, reading.hash.hex(), lines, totals(lines), waiting)


def _place(row: AllocationRow) -> tuple[int, int, str]:
    return int(row.block[1:]), int(row.order[1:]), row.account


def _booked(executions: Iterable[ExecutionRow]) -> dict[str, list[ExecutionRow]]:
    fills: dict[str, list[ExecutionRow]] = defaultdict(list)
    for execution in executions:
        if execution.effect == "booked":
            fills[execution.block].append(execution)
    return fills


def _line(row: AllocationRow, order: OrderRow, block: BlockRow, fills: list[ExecutionRow]) -> Line:
    paid = row.net - row.gross if row.Side == "Buy" else row.gross - row.net
    return Line(
        trade_date=row.trade_date,
        settle_date=row.settle_date,
        executed=_readable(max((fill.TransactTime for fill in fills), default="")),
        block=row.block,
        order=row.order,
        account=row.account,
        side=SIDES[row.Side],
        symbol=row.Symbol,
        security_id=row.SecurityID,
        id_source=row.SecurityIDSource,
        quantity=row.AllocQty,
        avg_price=row.AvgPx,
        gross=row.gross,
        commission=row.commission,
        fees=paid - row.commission,
        net=row.net,
        currency=row.Currency,
        brokers=_named(fill.broker for fill in fills),
        venues=_named(fill.LastMkt for fill in fills),
        pm=row.pm,
        trader=block.trader,
        discretionary="yes" if order.discretionary else "no",
        strategy=order.strategy,
    )


def _readable(TransactTime: str) -> str:
    """20260302-14:30:00.5 as 2026-03-02 14:30:00.5; anything else as it is."""
    day, dash, time = TransactTime.partition("-")
    if not dash or len(day) != 8 or not day.isdecimal():
        return TransactTime
    return f"{day[:4]}-{day[4:6]}-{day[6:]} {time}"


def _named(names: Iterable[str]) -> str:
    return " ".join(sorted({name for name in names if name}))


def _waiting(reading: Reading, day: date) -> tuple[Open, ...]:
    """Blocks with fills of the day and no allocation, whenever they were opened."""
    fills = _booked(reading.rows("executions", trade_date=day))
    blocks = [b for b in reading.any_of("blocks", "key", fills) if b.state != "allocated"]
    blocks.sort(key=lambda block: int(block.key[1:]))
    return tuple(_open(block, fills[block.key]) for block in blocks)


def _open(block: BlockRow, fills: list[ExecutionRow]) -> Open:
    filled = sum((fill.LastQty for fill in fills), ZERO)
    notional = sum((fill.LastQty * fill.LastPx for fill in fills), ZERO)
    return Open(
        block=block.key,
        trader=block.trader,
        side=SIDES[block.Side],
        symbol=block.Symbol,
        state=block.state,
        filled=filled,
        avg_price=round(notional / filled, PLACES),
        currency=block.Currency,
    )


def totals(lines: Iterable[Line]) -> tuple[Total, ...]:
    """By currency and side, then over each currency."""
    groups: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        groups[line.currency, line.side].append(line)
    found = [_total(currency, side, group) for (currency, side), group in sorted(groups.items())]
    for currency in sorted({total.currency for total in found}):
        mine = [line for line in lines if line.currency == currency]
        found += [_total(currency, "all", mine)]
    return tuple(found)


def _total(currency: str, side: str, lines: list[Line]) -> Total:
    signs = [-1 if side == "all" and line.side == "B" else 1 for line in lines]
    return Total(
        currency=currency,
        side=side,
        lines=len(lines),
        quantity=sum((line.quantity for line in lines), ZERO),
        gross=sum((line.gross for line in lines), ZERO),
        commission=sum((line.commission for line in lines), ZERO),
        fees=sum((line.fees for line in lines), ZERO),
        net=sum((sign * line.net for sign, line in zip(signs, lines, strict=True)), ZERO),
    )


def write(model: ReadModel, day: date, folder: Path, now: datetime) -> list[Path]:
    """Write `daily-blotter-<day>.csv` and `.html` into the folder; their paths."""
    found = blotter(model, day)
    folder.mkdir(parents=True, exist_ok=True)
    table, html = (folder / f"daily-blotter-{day}.{kind}" for kind in ("csv", "html"))
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(Line.__struct_fields__)
        writer.writerows(map(_texts, found.lines))
    charts = [
        (currency, chart.bars(_values(found.lines, currency))) for currency in _currencies(found)
    ]
    html.write_text(
        page.render("daily_blotter.html", title=TITLE, blotter=found, charts=charts, now=now),
        encoding="utf-8",
    )
    return [table, html]


def _texts(line: Line) -> list[str]:
    values = msgspec.structs.astuple(line)
    return [f"{value:f}" if isinstance(value, Decimal) else str(value) for value in values]


def _currencies(found: Blotter) -> list[str]:
    return sorted({line.currency for line in found.lines})


def _values(lines: Iterable[Line], currency: str) -> dict[str, tuple[Decimal, Decimal]]:
    """Gross bought and sold by symbol."""
    values: dict[str, tuple[Decimal, Decimal]] = {}
    for line in lines:
        if line.currency == currency:
            bought, sold = values.get(line.symbol, (ZERO, ZERO))
            buy = line.side == "B"
            values[line.symbol] = (bought + line.gross * buy, sold + line.gross * (not buy))
    return values
