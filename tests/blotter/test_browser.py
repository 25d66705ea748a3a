"""The web blotter in a real browser, against a real server."""

import asyncio
import os
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from tests.blotter.browser import CHROMIUM, Page, browser
from tests.blotter.house import PATIENCE, do
from tradeoms.bus.client import Client
from tradeoms.bus.keys import KeyStore
from tradeoms.demo import world
from tradeoms.demo.files import Run, free_ports
from tradeoms.model import commands as c
from tradeoms.model.fields import Side
from tradeoms.model.orders import Member, NewOrder

ROOT = Path(__file__).parents[2]
#: Where the picture is kept.
PICTURES = Path(os.environ.get("ARTEFACTS", ROOT / "build" / "artefacts"))
INSTRUMENT = next(iter(world.ISINS))
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium, which is not installed")


@contextmanager
def served(house: Run, port: int, folder: Path) -> Iterator[str]:
    """`tradeoms blotter --web`, as a person starts it; where it is, as it has said."""
    more = {"TRADEOMS_WEB__PORT": str(port), "TRADEOMS_BLOTTER": str(folder)}
    command = (sys.executable, "-m", "tradeoms", "blotter", "--web", "--user", "tina")
    child = subprocess.Popen(
        (*command, "--config", str(house.config)),
        env=os.environ | more, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout
    try:
        said = child.stdout.readline().strip()
        assert said.startswith(f"the blotter of tina: http://127.0.0.1:{port}/?token=")
        yield said.rpartition(" ")[2]
    finally:
        child.terminate()
        child.wait(PATIENCE)
        child.stdout.close()


async def route(page: Page) -> None:
    await page.shows("O1 ")
    await page.key("2")
    await page.shows("working")
    await page.key("r")
    await page.shows("Route B1")
    for key in [*"BRAVO rest", "Enter"]:
        await page.key(key)


def filled(house: Run) -> Decimal:
    """How much the server says is filled, once that is all."""
    keys = KeyStore(house.home / "keys").credentials("tina")
    deadline = time.monotonic() + PATIENCE
    with Client(house.commands, house.streams, keys) as client:
        client.follow("placements")
        while time.monotonic() < deadline:
            for row in client.tables["placements"].values():
                if row.CumQty and not row.LeavesQty:
                    return Decimal(row.CumQty)
            list(client.poll(0.5))
    raise AssertionError("nothing was filled")


def keep(picture: bytes) -> None:
    """What it looked like, for a person to see."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / "web-blotter.png").write_bytes(picture)


def colours(picture: bytes) -> int:
    """How many different bytes the pixels of a PNG hold: an empty page has few."""
    data, at = b"", 8
    while at < len(picture):
        size = int.from_bytes(picture[at : at + 4], "big")
        if picture[at + 4 : at + 8] == b"IDAT":
            data += picture[at + 8 : at + 8 + size]
        at += size + 12
    return len(set(zlib.decompress(data)))


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_key_in_the_browser_routes_an_order(house: Run, tmp_path: Path) -> None:
    order = NewOrder(INSTRUMENT, Side.Buy, (Member("C001", Decimal(300)),))
    do(house, "tina", c.SubmitOrder(order), c.BlockOrders(("O1",)))
    (port,) = free_ports(1)
    with served(house, port, tmp_path) as address:
        async with browser() as page:
            await page.do("Page.navigate", url=address)
            await route(page)
            assert await asyncio.to_thread(filled, house) == 300
            await page.shows("route B1: done")
            picture = await page.picture()
            keep(picture)
            assert colours(picture) > 50
