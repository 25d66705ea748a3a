"""Draws docs/pictures from the real program: python docs/pictures.py.

A server, three simulated brokers that take their time, the demo's accounts and orders; some blocks are
routed; then the real blotter is opened on it and its screen saved.
"""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blotter.app import Blotter
from tradeoms.bus.client import AsyncClient, Client
from tradeoms.bus.keys import KeyStore
from tradeoms.demo import pm, world
from tradeoms.demo.files import Run, prepare
from tradeoms.model import commands as c
from tradeoms.model.fields import Outcome

OUT = Path(__file__).parent / "pictures"
SIZE = (150, 42)
SLOW = "\n[delays]\nfill = 1500\n"  # milliseconds; so that something is at work in the picture
ROUTED = 24  # blocks; the others stay open
PATIENCE = 60  # seconds
SEEN = ("price_collar", "order_value", "duplicate_order")  # warnings that the trader has read
#: Name of the picture -> the keys that lead to it from the one before.
SCREENS = {
    "blotter": ("2", "home", *["down"] * 16, "space", "space"),
    "groups": ("escape", "home", "right", "g", "f", *["down"] * 3, "f", "down", "down", "f"),
    "route": (
        *("G", "slash", *"state", "colon", *"open", "enter", "a", "r"),
        *(*"ALPHA", "space", *"40", "percent_sign", "comma", "space", *"BRAVO", "space", *"rest"),
    ),
    "timeline": ("escape", "escape", "backspace", "end", "i"),
}


def main() -> None:
    """Play a morning, take the pictures."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        files = prepare(Path(folder) / "house")
        files.sim.write_text(files.sim.read_text() + SLOW)
        with (
            _process("simulators", "--config", str(files.sim)),
            _process("tradeoms", "serve", "--config", str(files.config)),
            _client(files, "tom") as tom,
        ):
            _morning(files, tom)
            asyncio.run(_draw(files))


def _morning(files: Run, tom: Client) -> None:
    """Everything up to a few fills on the first blocks."""
    with _client(files, "olga") as olga, _client(files, "carl") as carl:
        _do(olga, *world.reference(), world.opening())
        _do(carl, world.limits())
    tom.follow("orders", "blocks", "executions", "sessions")
    sessions, orders, executions = (tom.tables[n] for n in ("sessions", "orders", "executions"))
    tom.until(lambda: sum(row.up for row in sessions.values()) == len(world.BROKERS), PATIENCE)
    wanted = _rebalance(files)
    tom.until(lambda: len(orders) == wanted, PATIENCE)
    _do(tom, c.BlockOrders(tuple(sorted(orders, key=lambda name: int(name[1:])))))
    blocks = tom.tables["blocks"]
    tom.until(lambda: all(row.state == "in block" for row in orders.values()), PATIENCE)
    names = sorted(blocks, key=lambda name: int(name[1:]))
    _route(tom, names[: ROUTED // 2])
    tom.until(lambda: len(executions) > ROUTED * 3, PATIENCE)
    _route(tom, names[ROUTED // 2 : ROUTED])
    tom.until(lambda: len(executions) > ROUTED * 4, PATIENCE)


def _rebalance(files: Run) -> int:
    """The portfolio manager's orders; their number."""
    with _client(files, "paula") as paula:
        paula.follow("positions", "cash", "prices")
        baskets = [pm.rebalance(paula, model) for model in world.MODELS]
        _do(paula, *baskets)
    return sum(len(basket.orders) for basket in baskets)


def _route(tom: Client, names: list[str]) -> None:
    """Thirds to each broker; every third block only in part."""
    for number, name in enumerate(names):
        third = tom.tables["blocks"][name].OrderQty // 3
        brokers = world.BROKERS[: 2 if number % 3 == 2 else 3]
        routes = tuple(c.Route(broker, third) for broker in brokers)
        _do(tom, c.RouteBlock(name, routes, acknowledged=SEEN))


async def _draw(files: Run) -> None:
    credentials = KeyStore(files.home / "keys").credentials("tom")
    app = Blotter(AsyncClient(files.commands, files.streams, credentials), credentials.user)
    async with app.run_test(size=SIZE) as pilot:
        for _ in range(PATIENCE):
            await pilot.pause(0.25)
            if app._place.rows("blocks"):  # noqa: SLF001
                break
        for name, keys in SCREENS.items():
            await pilot.press(*keys)
            await pilot.pause(1)
            drawing = app.export_screenshot(title="tradeoms blotter")
            # Some viewers drop the spaces before right-aligned numbers unless they are told not to.
            drawing = drawing.replace("<svg ", '<svg xml:space="preserve" ', 1)
            (OUT / f"{name}.svg").write_text(drawing)


def _do(client: Client, *commands: c.Command) -> None:
    for answer in client.submit_all(list(commands)):
        if answer.outcome is not Outcome.Done:
            raise SystemExit(f"{answer.command}: {answer.problems}")


def _client(files: Run, user: str) -> Client:
    return Client(files.commands, files.streams, KeyStore(files.home / "keys").credentials(user))


@contextmanager
def _process(*module: str) -> Iterator[None]:
    """A child process that has said `ready`."""
    child = subprocess.Popen([sys.executable, "-m", *module], stdout=subprocess.PIPE, text=True)
    try:
        if not child.stdout or child.stdout.readline().strip() != "ready":
            raise SystemExit(f"{module[0]} did not start")
        yield
    finally:
        child.terminate()
        child.wait(30)


if __name__ == "__main__":
    main()
