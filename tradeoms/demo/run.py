"""The demo from beginning to end: processes, day, orders, trades, report, checks."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from tradeoms.app import write_report
from tradeoms.bus.client import Client
from tradeoms.bus.keys import KeyStore
from tradeoms.config import load
from tradeoms.demo import checks, show, world
from tradeoms.demo.files import SCENES, Run, prepare
from tradeoms.demo.trader import TABLES, Stopped, Trader
from tradeoms.model import commands as c
from tradeoms.model.fields import Outcome

BUSTS = sum(list(scene.values()).count("bust") for scene in SCENES.values())
Hook = Callable[[], object]


def nothing() -> None:
    """A hook that does nothing."""


class Demo:
    """One run. `ready` is called when orders may be watched, `stay` before the server is stopped."""

    def __init__(
        self, folder: Path, console: Console, ready: Hook = nothing, stay: Hook = nothing
    ) -> None:
        self.files = prepare(folder.absolute())
        self._console, self._ready, self._stay = console, ready, stay

    def run(self) -> int:
        """0 where every check holds; the last line printed begins with `demo:`."""
        started = time.monotonic()
        self._console.print(
            f"[bold]tradeoms demo[/]: a fictitious asset manager on the real closes of {world.DAY}"
        )
        try:
            with _process("the brokers", ["simulators", "--config", str(self.files.sim)]):
                with _process(
                    "the server", ["tradeoms", "serve", "--config", str(self.files.config)]
                ):
                    day = self._day()
                    self._stay()
                reports = write_report(
                    load(self.files.config),
                    "daily-blotter",
                    world.DAY,
                    self.files.folder / "reports",
                )
            stored = checks.load(self.files)
        except Stopped as stopped:
            return self._end(f"FAILED {stopped}", 1)
        show.summary(self._console, stored, day, self.files.papers is not None, reports)
        failures = [
            f"{name}: {reason}" for name, check in checks.CHECKS if (reason := check(stored))
        ]
        if failures:
            return self._end(f"FAILED {'; '.join(failures)}", 1)
        fills, total = len(stored.state.executions), time.monotonic() - started
        return self._end(
            f"OK {day.orders} orders, {fills} fills, {len(checks.CHECKS)} checks hold, {total:.1f} s",
            0,
        )

    def _end(self, text: str, code: int) -> int:
        self._console.print(f"demo: {text}", highlight=False, markup=False, soft_wrap=True)
        return code

    def _day(self) -> show.Day:
        """Set up, send, trade, wait for the brokers' middle offices."""
        with self._client("olga") as olga, self._client("carl") as carl, self._client("tom") as tom:
            for command in [*world.reference(), world.opening()]:
                _do(olga, command)
            _do(carl, world.limits())
            tom.follow(*TABLES)
            with show.progress(self._console) as update:
                trader = Trader(tom, update)
                trader.connected()
                self._ready()
                began = time.monotonic()
                orders = self._portfolio_manager()
                trader.block(orders)
                trader.work(BUSTS)
                trader.finish()
                traded = time.monotonic() - began
                trader.affirm()
                return show.Day(orders, traded, time.monotonic() - began)

    def _client(self, user: str) -> Client:
        return client(self.files, user)

    def _portfolio_manager(self) -> int:
        """The PM's own process sends the baskets; the number of their orders."""
        files = self.files
        command = [
            sys.executable,
            "-m",
            "tradeoms.demo.pm",
            str(files.home),
            files.commands,
            files.streams,
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise Stopped("the portfolio manager's program failed")
        return int(json.loads(done.stdout)["orders"])


def client(files: Run, user: str) -> Client:
    """A connection with a user's key."""
    return Client(files.commands, files.streams, KeyStore(files.home / "keys").credentials(user))


def _do(client: Client, command: c.Command) -> None:
    answer = client.submit(command, timeout=60)
    if answer.outcome is not Outcome.Done:
        raise Stopped(f"{answer.command}: {answer.problems}")


@contextmanager
def _process(name: str, module: list[str]) -> Iterator[None]:
    """A child process that has said `ready`; stopped at the end, and its failure is ours."""
    child = subprocess.Popen([sys.executable, "-m", *module], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        if child.stdout.readline().strip() != "ready":
            raise Stopped(f"{name} did not start")
        yield
    finally:
        child.terminate()
        code = child.wait(30)
        child.stdout.close()
    if code:
        raise Stopped(f"{name} ended with {code}")


def with_blotter(folder: Path) -> int:
    """Open the trader's blotter here while the demo runs beside it; it ends when the blotter is left."""
    from blotter.app import run as open_blotter

    ready, left, codes = threading.Event(), threading.Event(), [1]
    printed = folder.with_name(f"{folder.name}.txt")
    printed.parent.mkdir(parents=True, exist_ok=True)
    with printed.open("w") as out:
        demo = Demo(folder, Console(file=out, width=100), ready.set, left.wait)

        def play() -> None:
            codes[0] = demo.run()
            ready.set()

        thread = threading.Thread(target=play, name="demo")
        thread.start()
        ready.wait()
        if thread.is_alive():
            open_blotter(
                demo.files.commands,
                demo.files.streams,
                KeyStore(demo.files.home / "keys").credentials("tom"),
            )
        left.set()
        thread.join()
    Console().print(printed.read_text(), markup=False, highlight=False)
    return codes[0]
