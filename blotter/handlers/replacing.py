"""Asking brokers for another quantity, limit or stop: of one placement, or of many at once."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from blotter import notional
from blotter.handlers.acknowledging import insist, insist_each
from blotter.handlers.deeds import became, named, of_many
from blotter.replacements import ASKS, Wanted, about, foresee
from blotter.screens.preview import Line, Preview, Said, Seen
from blotter.screens.replace import Replacement, ReplaceTicket
from blotter.workplace import Reply, Workplace
from tradeoms.model import commands as c
from tradeoms.model.commands import Problem
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
    prices = place.rows("prices")
    at, in_money = notional.price(row, prices), _in_money(place, row)

    async def send(wanted: Replacement) -> Sequence[Problem]:
        each = Decimal(1) if in_money else at
        value = notional.amount(wanted.total, each, notional.currency(row, prices))
        command = _command(row, wanted, in_money)
        return await insist(place, f"replace {row.key}", command, f"≈ {value}")

    await place.ask(ReplaceTicket(row, at, partial(_doubt, place, row), in_money, send))


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

    left = list(rows)

    def wanted(said: Said) -> list[Wanted]:  # of the rows as they were shown: that is what is sent
        return [foresee(row, said, known[row.instrument], _in_money(place, row)) for row in left]

    def look(said: Said) -> Seen:
        return _seen(place, wanted(said))

    async def send(said: Said) -> Sequence[Problem]:
        """Rows that are done are not sent again."""
        fit = [one for one in wanted(said) if not one.left_out]
        if not fit:
            return (Problem("", "", "nothing would change"),)
        replies = await _replace(place, fit)
        left[:] = [row for row in left if row.key not in replies or not replies[row.key].done]
        screen.relist(became([one.row for one in fit], replies))
        if len(left) < len(rows):
            place.grid.clear_selection()
        return of_many(replies, len(fit))

    nothing = look({asked.name: None for asked in ASKS})
    title = f"Replace {named([row.key for row in rows])}"
    screen = Preview(title, nothing.lines, "Replace", send, ASKS, nothing.note, look=look)
    await place.ask(screen)


async def _replace(place: Workplace, fit: Sequence[Wanted]) -> dict[str, Reply]:
    names = [one.row.key for one in fit]
    commands = {
        f"replace {one.row.key}": _command(one.row, one.becomes, one.in_money) for one in fit
    }
    value = f"≈ {_worth(place, fit)}"
    answers = await insist_each(place, f"replace {named(names)}", commands, value)
    return {name: answers[f"replace {name}"] for name in names}


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
