"""Opening balances as CSV files: read whole, and held against their control totals."""

import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from msgspec import structs

from tradeoms.core.bounds import brief
from tradeoms.core.sheets import Column, Row, at, day, number, one_of, read, text
from tradeoms.model.commands import Problem
from tradeoms.model.fields import OrdType, Side, TimeInForce
from tradeoms.model.openings import OpeningCash, OpeningFile, OpeningLot, OpeningOrder
from tradeoms.model.orders import Member, NewOrder

SIDES = {side.name: side for side in Side}
TYPES = {kind.name: kind for kind in OrdType}
SHEETS: dict[str, dict[str, Column]] = {
    "lots": {
        "account": Column(text),
        "instrument": Column(text),
        "quantity": Column(number),
        "basis": Column(number),
        "acquired": Column(day),
        "holding_from": Column(day, needed=False, default=None),
        "washed": Column(one_of({"yes": True, "no": False}), needed=False, default=False),
    },
    "cash": {
        "account": Column(text),
        "Currency": Column(text),
        "amount": Column(number),
        "value_date": Column(day, needed=False, default=None),
    },
    "orders": {
        "order": Column(text),
        "pm": Column(text),
        "account": Column(text),
        "instrument": Column(text),
        "Side": Column(one_of(SIDES)),
        "OrderQty": Column(number),
        "CumQty": Column(number, needed=False, default=Decimal(0)),
        "OrdType": Column(one_of(TYPES)),
        "Price": Column(number, needed=False, default=None),
        "StopPx": Column(number, needed=False, default=None),
        "locate": Column(text, needed=False),
        "desk": Column(text, needed=False),
        "strategy": Column(text, needed=False),
        "reason": Column(text, needed=False),
        "broker": Column(text, needed=False),
        "OrderID": Column(text, needed=False),
        "ClOrdID": Column(text, needed=False),
    },
    "control": {
        "kind": Column(text),
        "column": Column(text),
        "Currency": Column(text, needed=False),
        "total": Column(number),
    },
}
#: What the control file must have a total of, besides the number of rows.
SUMMED = {"lots": ("quantity", "basis"), "cash": ("amount",), "orders": ("OrderQty",)}
#: What differs between the lines of one order.
OF_MEMBER = ("account", "OrderQty", "locate")
NUMBERED = re.compile(r"(lots|cash|orders)\[(\d+)\]\.(?:members\[(\d+)\]\.)?(.+)")


Lines = dict[str, list[tuple[str, tuple[int, ...]]]]


class Read(NamedTuple):
    """What files hold; `lines` says where row n of a kind stands: its file, and the line of each
    member of an order, one line of anything else.
    """

    lots: tuple[OpeningLot, ...]
    cash: tuple[OpeningCash, ...]
    orders: tuple[OpeningOrder, ...]
    lines: Lines
    problems: list[Problem]

    def placed(self, problem: Problem) -> Problem:
        """The same mistake with file and line in the place of the row's number."""
        found = NUMBERED.fullmatch(problem.field)
        if found is None:
            return problem
        kind, number, member, column = found.groups()
        file, lines = self.lines[kind][int(number)]
        return structs.replace(problem, field=at(file, lines[int(member or 0)], column))


def read_files(files: Iterable[OpeningFile]) -> Read:
    """Lots, cash and orders, with everything that is wrong in the files by themselves."""
    problems: list[Problem] = []
    sheets: dict[str, tuple[str, list[Row]]] = {}
    for n, file in enumerate(files):
        if file.kind not in SHEETS or file.kind in sheets:
            reason = "comes twice" if file.kind in sheets else f"must be one of {', '.join(SHEETS)}"
            problems.append(Problem(f"files[{n}].kind", brief(file.kind), reason))
            continue
        rows, wrong = read(file.name, file.content, SHEETS[file.kind])
        sheets[file.kind] = (file.name, rows)
        problems += wrong
    lines: Lines = {
        kind: [(name, (row.line,)) for row in rows] for kind, (name, rows) in sheets.items()
    }
    cells = {kind: [row.cells for row in rows] for kind, (_, rows) in sheets.items()}
    if not problems:  # totals of what could not be read would only repeat it
        problems += _control_problems(sheets)
    orders, wrong = _orders(*sheets.get("orders", ("", [])), lines)
    return Read(
        tuple(OpeningLot(**row) for row in cells.get("lots", [])),
        tuple(OpeningCash(**row) for row in cells.get("cash", [])),
        orders,
        lines,
        problems + wrong,
    )


def _control_problems(sheets: dict[str, tuple[str, list[Row]]]) -> list[Problem]:
    """Totals that differ, and totals that are not there."""
    if "control" not in sheets:
        return [Problem("files", "", "the control file is missing")]
    file, controls = sheets["control"]
    problems: list[Problem] = []
    seen: set[tuple[str, str, str]] = set()
    for line, row in controls:
        kind, column, currency = row["kind"], row["column"], row["Currency"]
        if (kind, column, currency) in seen:
            problems.append(Problem(f"{file} line {line}", "", "the total stands there twice"))
        seen.add((kind, column, currency))
        summed = column == "rows" or column in SUMMED.get(kind, ())
        if kind not in sheets or not summed or (currency and kind != "cash"):
            reason = "is no total of a file that came"
            problems.append(Problem(at(file, line, "column"), brief(f"{kind} {column}"), reason))
            continue
        own = [r.cells for r in sheets[kind][1] if currency in ("", r.cells.get("Currency"))]
        total = Decimal(len(own)) if column == "rows" else sum((r[column] for r in own), Decimal(0))
        if total != row["total"]:
            reason = f"{sheets[kind][0]} makes {total:f}"
            problems.append(
                Problem(at(file, line, f"{kind} {column}"), f"{row['total']:f}", reason)
            )
    return problems + _uncontrolled(file, sheets, seen)


def _uncontrolled(
    file: str, sheets: dict[str, tuple[str, list[Row]]], seen: set[tuple[str, str, str]]
) -> list[Problem]:
    """Each file needs the number of its rows and its sums; cash a sum of each currency."""
    wanted: list[tuple[str, str, str]] = []
    for kind, (_, rows) in sheets.items():
        if kind == "control":
            continue
        wanted.append((kind, "rows", ""))
        groups = sorted({r.cells["Currency"] for r in rows}) if kind == "cash" else [""]
        wanted += [(kind, column, group) for column in SUMMED[kind] for group in groups]
    return [
        Problem(file, " ".join(part for part in total if part), "this total is missing")
        for total in wanted
        if total not in seen
    ]


def _orders(
    file: str, rows: list[Row], lines: Lines
) -> tuple[tuple[OpeningOrder, ...], list[Problem]]:
    """Lines of the same order are its accounts; `lines` then says where each order stands."""
    orders: list[OpeningOrder] = []
    problems: list[Problem] = []
    begins: list[tuple[str, tuple[int, ...]]] = []
    ordered = sorted(rows, key=lambda row: row.cells["order"])
    for _, group in groupby(ordered, key=lambda row: row.cells["order"]):
        first, *others = group
        for row in others:
            problems += _different(file, first, row)
        problems += _broker_problems(file, first)
        members = tuple(_member(row.cells) for row in (first, *others))
        orders.append(_order(first.cells, members))
        begins.append((file, (first.line, *(row.line for row in others))))
    lines["orders"] = begins
    return tuple(orders), problems


def _different(file: str, first: Row, row: Row) -> list[Problem]:
    return [
        Problem(at(file, row.line, name), brief(value), f"is not that of line {first.line}")
        for name, value in row.cells.items()
        if name not in OF_MEMBER and value != first.cells[name]
    ]


def _broker_problems(file: str, row: Row) -> list[Problem]:
    """An order at a broker is known there by two ids, and nothing of it is filled."""
    cells = row.cells
    problems = [
        Problem(at(file, row.line, name), cells[name], "needs all of broker, OrderID and ClOrdID")
        for name in ("broker", "OrderID", "ClOrdID")
        if bool(cells[name]) != bool(cells["broker"])
    ]
    if cells["broker"] and cells["CumQty"]:
        reason = "is filled in part: cancel it at the broker and bring what is left, without broker"
        problems.append(Problem(at(file, row.line, "CumQty"), str(cells["CumQty"]), reason))
    return problems


def _member(cells: dict[str, Any]) -> Member:
    return Member(cells["account"], cells["OrderQty"], cells["locate"])


def _order(cells: dict[str, Any], members: tuple[Member, ...]) -> OpeningOrder:
    new = NewOrder(
        instrument=cells["instrument"],
        Side=cells["Side"],
        members=members,
        OrdType=cells["OrdType"],
        Price=cells["Price"],
        StopPx=cells["StopPx"],
        TimeInForce=TimeInForce.GoodTillCancel,
        desk=cells["desk"],
        strategy=cells["strategy"],
        reason=cells["reason"],
        reference=cells["order"],
    )
    return OpeningOrder(cells["pm"], new, cells["broker"], cells["OrderID"], cells["ClOrdID"])
