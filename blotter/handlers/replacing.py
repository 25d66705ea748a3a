"""Asking brokers for another quantity, limit or stop: of one placement, or of many at once."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from blotter import notional
from blotter.handlers.acknowledging import insist, insist_each
from blotter.handlers.deeds import finish, named
from blotter.replacements import ASKS, Wanted, about, foresee
from blotter.screens.preview import Line, Preview, Said, Seen
from blotter.screens.replace import Replacement, ReplaceTicket
from blotter.workplace import Workplace
from tradeoms.model import commands as c
from tradeoms.model.reference import Instrument


async def change(place: Workplace) -> None:
    """Ask the broker for another quantity, limit or stop; of several placements at once."""
    rows = place.grid.targets()
    fit = [row for row in rows if row.LeavesQty]
    if len(fit) < len(rows):
        over = named([row.key for row in rows if not row.LeavesQty])
        place.tell("note", f"replace: {over} left out: has nothing left")
    if len(fit) == 1:
        await _change_one(place, fit[0])
    elif fit:
        await _change_many(place, fit)


async def _change_one(place: Workplace, row: Any) -> None:
    given: Replacement | None = None
    while True:
        at, in_money = notional.price(row, place.rows("prices")), _in_money(place, row)

        given = await place.ask(
            ReplaceTicket(row, at, given, partial(_doubt, place, row), in_money)
        )
        if given is None:
            return
        each = Decimal(1) if in_money else at
        value = notional.amount(given.total, each, notional.currency(row, place.rows("prices")))
        command = _command(row, given, in_money)
        if await insist(place, f"replace {row.key}", command, f"≈ {value}"):
            return


def _in_money(place: Workplace, row: Any) -> bool:
    """Whether its block is in money, so that another amount is asked for."""
    block = place.rows("blocks").get(row.block)
    return block is not None and block.CashOrderQty is not None


def _command(row: Any, wanted: Replacement, in_money: bool) -> c.ReplacePlacement:
    command = c.ReplacePlacement(row.key, wanted.total, wanted.Price, wanted.StopPx)
    if in_money:
        return replace(command, OrderQty=Decimal(0), CashOrderQty=wanted.total)
    return command


def _doubt(place: Workplace, row: Any, total: Decimal) -> str:
    """Whether a quantity that grows was meant as money."""
    prices, at = place.rows("prices"), notional.price(row, place.rows("prices"))
    if at is None or total <= row.OrderQty or _in_money(place, row):
        return ""
    Currency = notional.currency(row, prices)
    return notional.mixed_up(total, at, Currency, place.rows("orders").values(), prices)


async def _change_many(place: Workplace, rows: Sequence[Any]) -> None:
    """One change of all of them, as it would be for each; what became of each afterwards."""
    names = sorted({row.instrument for row in rows})
    found = await place.query("replace", "instruments", instruments=names)
    if found is None:
        return
    known = {
        row["instrument"]: msgspec.convert(row, Instrument, strict=False) for row in found.rows
    }

    def wanted(said: Said) -> list[Wanted]:  # of the rows as they were shown: that is what is sent
        return [foresee(row, said, known[row.instrument], _in_money(place, row)) for row in rows]

    def look(said: Said) -> Seen:
        return _seen(place, wanted(said))

    nothing = look({asked.name: None for asked in ASKS})
    which = named([row.key for row in rows])
    said = await place.ask(
        Preview(f"Replace {which}", nothing.lines, "Replace", ASKS, nothing.note, look=look)
    )
    if said is None:
        return
    fit = [one for one in wanted(said) if not one.left_out]
    if not fit:
        place.tell("note", "replace: nothing would change")
        return
    commands = {
        f"replace {one.row.key}": _command(one.row, one.becomes, one.in_money) for one in fit
    }
    answers = await insist_each(place, f"replace {which}", commands, f"≈ {_worth(place, fit)}")
    await finish(place, "replace: what became of it", answers)


def _seen(place: Workplace, wanted: Sequence[Wanted]) -> Seen:
    fit = [one for one in wanted if not one.left_out]
    doubts = [doubt for one in fit if (doubt := _doubt(place, one.row, one.becomes.total))]
    more = f" And {len(doubts) - 1} more." if len(doubts) > 1 else ""
    note = f"{len(fit)} of {len(wanted)} would change   ≈ {_worth(place, fit)}"
    lines = [Line(one.row.key, about(one), one.left_out) for one in wanted]
    return Seen(lines, note, doubts[0] + more if doubts else "")


def _worth(place: Workplace, wanted: Sequence[Wanted]) -> str:
    """What the orders would be worth, with what is filled of them."""
    prices, amounts = place.rows("prices"), dict[str, Decimal]()
    units = [replace(one.row, OrderQty=one.becomes.total) for one in wanted if not one.in_money]
    for one in (one for one in wanted if one.in_money):
        name = notional.currency(one.row, prices)
        amounts[name] = amounts.get(name, Decimal(0)) + one.becomes.total
    given = [notional.amount(Decimal(1), value, name) for name, value in sorted(amounts.items())]
    return ", ".join([notional.total(units, "OrderQty", prices)] * bool(units) + given)
