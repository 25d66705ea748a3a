"""Late and changed allocations: every change of a statement after the first route, and every split
that was not what the statement said, with who did it, when and why.
"""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from tradeoms.reports import page
from tradeoms.store.readmodel import Reading, ReadModel
from tradeoms.views.blocks import BlockRow
from tradeoms.views.statement_changes import StatementChangeRow

TITLE = "Allocation changes"
#: Alerts about a block that say that its allocation is not what was written before the trade.
EXCEPTIONS = (
    *("split by exception", "split not approved", "reopened"),
    *("trade error", "own price"),
)


class Line(Struct, frozen=True):
    """One change. `change`: joined, left, split changed or taken back, or the exception; `filled`: of the block by then.

    `statement` is when the block's first statement was frozen. Times are UTC. Of an exception there
    is no order or account, and `reason` is what was said of it.
    """

    trade_date: date
    block: str
    change: str
    order: str
    account: str
    pm: str
    side: str
    symbol: str
    before: str
    after: str
    filled: str
    user: str
    reason: str
    at: str
    statement: str
    approved_by: str
    approved: str


class Changes(Struct, frozen=True):
    """The report before it is a file; true as of journal record `seq`, whose hash is `hash`."""

    day: date
    seq: int
    hash: str
    lines: tuple[Line, ...]


def changes(model: ReadModel, day: date) -> Changes:
    """The changes of a business day, and the exceptions of what was allocated or changed on it."""
    with model.reading() as reading:
        changed = sorted(reading.rows("statement_changes", trade_date=day), key=_place)
        names = {row.block for row in changed}
        names |= {row.block for row in reading.rows("allocations", trade_date=day)}
        lines = [*map(_changed, changed), *_exceptions(reading, names, day)]
        return Changes(day, reading.seq, reading.hash.hex(), tuple(lines))


def _place(row: StatementChangeRow) -> tuple[int, int, int, str]:
    return int(row.block[1:]), row.part, int(row.order[1:]), row.account


def _changed(row: StatementChangeRow) -> Line:
    return Line(
        trade_date=row.trade_date,
        block=row.block,
        change=row.change,
        order=row.order,
        account=row.account,
        pm=row.pm,
        side=row.Side,
        symbol=row.Symbol,
        before=f"{row.before:f}",
        after=f"{row.after:f}",
        filled=f"{row.filled:f}",
        user=row.user,
        reason=row.reason,
        at=_time(row.at),
        statement=_time(row.frozen_at),
        approved_by=row.approved_by,
        approved=_time(row.approved),
    )


def _exceptions(reading: Reading, names: set[str], day: date) -> Iterator[Line]:
    blocks: dict[str, BlockRow] = {row.key: row for row in reading.any_of("blocks", "key", names)}
    told = reading.any_of("alerts", "subject", names)
    for row in sorted(told, key=lambda row: (int(row.subject[1:]), int(row.key))):
        if row.kind in EXCEPTIONS:
            block = blocks[row.subject]
            yield Line(
                trade_date=day,
                block=block.key,
                change=row.kind,
                order="",
                account="",
                pm=block.pms,
                side=block.Side,
                symbol=block.Symbol,
                before="",
                after="",
                filled="",
                user="",
                reason=row.text,
                at=_time(row.at),
                statement=_time(block.frozen_at),
                approved_by="",
                approved="",
            )


def _time(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(sep=" ", timespec="milliseconds")


def write(model: ReadModel, day: date, folder: Path, now: datetime) -> list[Path]:
    """Write `allocation-changes-<day>.csv` and `.html` into the folder; their paths."""
    found = changes(model, day)
    folder.mkdir(parents=True, exist_ok=True)
    table, html = (folder / f"allocation-changes-{day}.{kind}" for kind in ("csv", "html"))
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(Line.__struct_fields__)
        writer.writerows(msgspec.structs.astuple(line) for line in found.lines)
    html.write_text(
        page.render(
            "lines.html",
            title=TITLE,
            found=found,
            names=Line.__struct_fields__[1:],
            rows=[msgspec.structs.astuple(line)[1:] for line in found.lines],
            nothing="Nothing was changed after the first route, and every split is the statement's.",
            now=now,
        ),
        encoding="utf-8",
    )
    return [table, html]
