"""The blotter on a real server with simulated brokers: from the order to the allocation, by key."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal as D
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from blotter.app import Blotter
from blotter.screens.detail import Detail
from blotter.screens.form import Form
from blotter.screens.preview import Preview
from blotter.screens.route import RouteTicket
from blotter.screens.warnings import Warnings
from tests.blotter.house import PATIENCE, do, process, serve
from tradeoms.bus.client import AsyncClient
from tradeoms.bus.keys import KeyStore
from tradeoms.demo import world
from tradeoms.demo.files import prepare
from tradeoms.model import commands as c
from tradeoms.model.fields import Side
from tradeoms.model.orders import Member, NewOrder


def orders() -> Iterator[c.SubmitOrder]:
    name = next(iter(world.ISINS))
    for account in ("C001", "C002"):
        yield c.SubmitOrder(NewOrder(name, Side.Buy, (Member(account, D(300)),), reference=account))


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await pilot.pause(0.05)


async def route(app: Blotter, pilot: Pilot[None], split: str) -> None:
    """Type a split into the ticket; what is warned about is read and acknowledged."""
    before, rows = len(app._place.rows("placements")), app._place.rows
    await until(pilot, lambda: isinstance(app.screen, RouteTicket))
    app.screen.query_one(Input).insert_text_at_cursor(split)
    await pilot.press("enter")
    await until(pilot, lambda: not isinstance(app.screen, RouteTicket))
    await until(pilot, lambda: isinstance(app.screen, Warnings) or len(rows("placements")) > before)
    if isinstance(app.screen, Warnings):
        await until(pilot, lambda: not app.screen.unseen)  # type: ignore[attr-defined]
        await pilot.press("y")


async def refused(app: Blotter, pilot: Pilot[None], said: dict[str, str], reason: str) -> None:
    """The server's reason stands at the first field, and what was typed is still there."""
    await until(pilot, lambda: isinstance(app.screen, Form) and app.screen.focused is not None)
    form = app.screen
    for name, text in said.items():
        form.query_one(f"#{name}", Input).value = text
    await pilot.press("ctrl+s")
    shown = form.query_one(f"#wrong-{next(iter(said))}")
    await until(pilot, lambda: shown.display and reason in str(shown.render()))
    assert {name: form.query_one(f"#{name}", Input).value for name in said} == said


async def trade(app: Blotter, pilot: Pilot[None]) -> None:
    place = app._place
    await until(pilot, lambda: len(place.rows("orders")) == 2)
    up = lambda: {row.key for row in place.rows("sessions").values() if row.up}  # noqa: E731
    await until(pilot, lambda: up() >= {"ALPHA", "BRAVO"})
    await until(pilot, lambda: len(place.grid.rows) == 2)
    await pilot.press("a", "b")
    await until(pilot, lambda: len(place.rows("blocks")) == 1)
    await pilot.press("2")
    await until(pilot, lambda: place.grid.cursor is not None)
    await pilot.press("r")
    await refused(app, pilot, {"split": "ALPHA rest @ 10.00001"}, "ALPHA Price 10.00001: ")
    app.screen.query_one(Input).value = ""
    await route(app, pilot, "ALPHA rest")
    acknowledged = lambda: [row.OrdStatus for row in place.rows("placements").values()] == ["New"]  # noqa: E731
    await until(pilot, acknowledged)
    await pilot.press("3", "home", "p")
    told = {"LastQty": "9999", "LastPx": "100", "reason": "by telephone"}
    await refused(app, pilot, told, "9999: ")
    await pilot.press(
        "escape", "2", "R"
    )  # ALPHA keeps what it gets: called back, it goes to another
    await route(app, pilot, "BRAVO rest")
    assert [row.OrderQty for row in place.rows("placements").values()] == [D(600), D(600)]
    await until(pilot, lambda: [r.filled for r in place.rows("blocks").values()] == [D(600)])
    await pilot.press("d")
    await until(pilot, lambda: isinstance(app.screen, Preview))
    await pilot.press("y")
    await until(pilot, lambda: len(place.rows("allocations")) == 2)


async def story(app: Blotter, pilot: Pilot[None]) -> None:
    await pilot.press("1", "i")
    await until(pilot, lambda: isinstance(app.screen, Detail))
    shown = lambda: " ".join(entry.text for entry in app.screen._shown)  # noqa: E731
    await until(pilot, lambda: "block allocated" in shown())
    assert "order entered" in shown()
    assert "booked" in shown()
    options = app.screen.query_one(OptionList)
    drawn = lambda: app.export_screenshot().replace("&#160;", " ")  # noqa: E731
    for text, raw in (("placement routed", "|35=D|"), ("booked", "|35=8|")):
        options.highlighted = next(
            n for n, entry in enumerate(app.screen._shown) if text in entry.text
        )
        await until(pilot, lambda raw=raw: raw in drawn())
    await pilot.press("escape")


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_from_order_to_allocation_and_through_a_restart(tmp_path: Path) -> None:
    files = prepare(tmp_path / "house")
    quiet = files.sim.read_text().replace('behaviour = "partials"', 'behaviour = "ack_only"', 1)
    files.sim.write_text(quiet)
    with process("simulators", "--config", str(files.sim)), ExitStack() as first:
        first.enter_context(process(*serve(files)))
        do(files, "olga", *world.reference(), world.opening())
        do(files, "paula", *orders())
        keys = KeyStore(files.home / "keys").credentials("tom")
        app = Blotter(AsyncClient(files.commands, files.streams, keys), "tom", tmp_path)
        async with app.run_test(size=(150, 40)) as pilot:
            await trade(app, pilot)
            await story(app, pilot)
            await asyncio.to_thread(first.close)
            await until(pilot, lambda: "STALE" in app._place.blind)
            before = len(app._messages.lines)
            await pilot.press("2", "u")
            await until(pilot, lambda: len(app._messages.lines) > before)
            assert "not sent" in app._messages.lines[-1].text
            with process(*serve(files)):
                await until(pilot, lambda: not app._place.blind)
                do(files, "paula", next(orders()))
                await until(pilot, lambda: len(app._place.rows("orders")) == 3)
                assert len(app._place.rows("allocations")) == 2
