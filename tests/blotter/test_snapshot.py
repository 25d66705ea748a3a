"""How it looks. After a wanted change: pytest tests/blotter/test_snapshot.py --snapshot-update"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from decimal import Decimal
from decimal import Decimal as D
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from blotter.app import Blotter
from blotter.columns import TABLES
from tests.blotter.fake import AT, DAY, FakeLink, order, refused, world
from tests.blotter.test_headroom import COLLAR, ROOM
from tradeoms.bus.client import Result
from tradeoms.model.commands import Problem
from tradeoms.model.fields import Override, Severity
from tradeoms.model.orders import Violation
from tradeoms.views import VIEWS

Compare = Callable[..., bool]
Hands = Callable[[Pilot[None]], Awaitable[None]]


def _press(*keys: str) -> Hands:
    async def hands(pilot: Pilot[None]) -> None:
        await pilot.pause(0.3)
        for key in keys:
            await pilot.press(key)
            for entry in pilot.app.screen.query(Input):
                entry.cursor_blink = False
        await pilot.pause(0.2)

    return hands


def _blotter() -> Blotter:
    """With prices of many lengths, and ages that stand still."""
    link = world()
    link.first["orders"] += [order(90, state="held", blocks="oversell", Price=D("1415.1234"))]
    return Blotter(link, "tom")


def _warned() -> Blotter:
    app = _blotter()
    rules = {"order_value": 3, "price_collar": 14}
    violations = tuple(
        Violation(rule, Severity.Warn, Override.One, f"{rule} says so", f"F{n}", {"limit": "5"})
        for rule, count in rules.items()
        for n in range(count)
    )
    hard = Violation("oversell", Severity.Block, Override.Never, "300 are held", "F1")
    problems = [Problem(rule, "", "no") for rule in (*rules, "oversell")]
    app._link.answers = [refused(*problems, violations=(*violations, hard))]  # type: ignore[attr-defined]
    return app


KEYS = dict(zip((t.name for t in TABLES), "1234567890", strict=False))
KEYS |= {"alerts": "minus", "unmatched": "equals_sign"}


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_orders(snap_compare: Compare, theme: str) -> None:
    keys = ("down", "space", "down", "space", *(["t"] if theme == "light" else []))
    assert snap_compare(_blotter(), terminal_size=(120, 30), run_before=_press(*keys))


@pytest.mark.parametrize("size", [(80, 24), (240, 60), (120, 40)])
def test_blocks(snap_compare: Compare, size: tuple[int, int]) -> None:
    # Hidden: the ages, for they depend on today.
    assert snap_compare(
        _blotter(), terminal_size=size, run_before=_press("2", *["right"] * 15, "h")
    )


@pytest.mark.parametrize("table", ["lots", "sessions", "compliance", "unmatched", "prices"])
def test_other_tables(snap_compare: Compare, table: str) -> None:
    size = (90, 24)
    assert snap_compare(_blotter(), terminal_size=size, run_before=_press(KEYS[table]))


#: The tables of which no other test here has a picture.
OTHERS = [t.name for t in TABLES if t.name not in {*list(KEYS)[:2], "lots", "prices", "sessions"}]
OTHERS = [name for name in OTHERS if name not in ("compliance", "unmatched")]


def _row(kind: Any, n: int) -> Any:
    """The n-th row: every field has a value of its kind, so that every column shows one."""
    values: dict[Any, Any] = {
        Decimal: D(1234567 * n) / 100, Decimal | None: D(89 * n) / 8, int: n, bool: n % 2 == 1,
        datetime: AT, datetime | None: AT, date: DAY, date | None: DAY,
    }  # fmt: skip
    fields = msgspec.structs.fields(kind)
    row = {f.name: values.get(f.type, f"{f.name[:8]}{n}") for f in fields}
    return kind(**row | ({"Side": ("Buy", "Sell", "SellShort")[n % 3]} if "Side" in row else {}))


@pytest.mark.parametrize("table", OTHERS)
def test_tables_with_all_columns(snap_compare: Compare, table: str) -> None:
    view = next(t for t in TABLES if t.name == table).source
    kind = VIEWS[view].row
    app = Blotter(FakeLink(**{view: [_row(kind, n) for n in range(1, 6)]}), "tom")
    hands = _press()

    async def show(pilot: Pilot[None]) -> None:
        pilot.app.action_perform(f"show_{table}")  # type: ignore[attr-defined]
        await hands(pilot)

    assert snap_compare(app, terminal_size=(110, 24), run_before=show)


def test_groups_and_a_bad_filter(snap_compare: Compare) -> None:
    keys = ("right", "g", "right", "g", "slash", *"side", "colon", *"buy", "space", *"qty")
    hands = _press(*keys, "greater_than_sign", "x")
    assert snap_compare(_blotter(), terminal_size=(100, 30), run_before=hands)


def test_route_at_80_by_24(snap_compare: Compare) -> None:
    split = (*"ALPHA", "space", *"2k", "comma", "space", *"CHARLY", "space", *"rest")
    hands = _press("2", "end", "r", *split)
    assert snap_compare(_blotter(), terminal_size=(80, 24), run_before=hands)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_ticket_at_80_by_24(snap_compare: Compare, theme: str) -> None:
    typed = (
        *"FUND1",
        "enter",
        *"aapl",
        "enter",
        *"sell",
        "enter",
        *"2500",
        "enter",
        "enter",
        *"190",
    )
    hands = _press(*(["t"] if theme == "light" else []), "s", *typed)
    app = _blotter()
    app._link.known = {"headroom": Result("1", 41, (ROOM, COLLAR))}  # type: ignore[attr-defined]
    assert snap_compare(app, terminal_size=(80, 24), run_before=hands)


def test_warnings(snap_compare: Compare) -> None:
    hands = _press("2", "end", "r", *"ALPHA", "space", *"rest", "enter")

    async def waits(pilot: Pilot[None]) -> None:
        await hands(pilot)
        await pilot.pause(0.3)
        pilot.app._messages.display = False  # type: ignore[attr-defined]  # they have times of day
        await pilot.pause(0.2)

    assert snap_compare(_warned(), terminal_size=(100, 34), run_before=waits)
