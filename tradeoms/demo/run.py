"""The demo from beginning to end: processes, day, orders, trades, report, checks."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tradeoms.bus.client import Client
from tradeoms.bus.keys import KeyStore
from tradeoms.demo import checks, world
from tradeoms.demo.files import SCENES, Run, prepare
from tradeoms.demo.trader import TABLES, Stopped, Trader
from tradeoms.model import commands as c
from tradeoms.model.fields import Outcome

console = Console()


def run(folder: Path) -> int:
    """Run the demo; 0 where every check holds. The last line printed begins with `demo:`."""
    console.print("[bold]tradeoms demo[/] a fictitious asset manager, real closes of", str(world.DAY))
    started = time.monotonic()
    files = prepare(folder)
    try:
        with _process("simulated brokers", ["simulators", "--config", str(files.sim)]):
            with _process("server", ["tradeoms", "serve", "--config", str(files.config)]):
                elapsed, orders, counts = _day(files)
            reports = _report(files)
        stored = checks.load(files)
    except Stopped as reason:
        console.print(f"demo: FAILED {reason}", highlight=False, soft_wrap=True)
        return 1
    failures = _check(stored)
    _table(stored, orders, elapsed, counts)
    for path in reports:
        console.print(f"report: {path}", highlight=False, soft_wrap=True)
    if failures:
        console.print(f"demo: FAILED {'; '.join(failures)}", highlight=False, soft_wrap=True)
        return 1
    total = time.monotonic() - started
    console.print(f"demo: OK {orders} orders, {len(stored.state.executions)} fills, every check holds, {total:.1f} s")
    return 0


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
    if code not in (0, -15):
        raise Stopped(f"{name} ended with {code}")


def _client(files: Run, user: str) -> Client:
    return Client(files.commands, files.streams, KeyStore(files.home / "keys").credentials(user))


def _day(files: Run) -> tuple[float, int, dict[str, int]]:
    """Set up, send, trade; seconds from the first order to the last lot, number of orders, counts."""
    with _client(files, "olga") as olga, _client(files, "carl") as carl, _client(files, "tom") as tom:
        for command in [*world.reference(), world.opening()]:
            _do(olga, command)
        _do(carl, world.limits())
        tom.follow(*TABLES)
        with Progress(
            SpinnerColumn(), TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        ) as progress:
            trader = Trader(tom, _progress(progress))
            trader.connected()
            began = time.monotonic()
            orders = _portfolio_manager(files)
            trader.block(orders)
            trader.work(busts=sum(list(scene.values()).count("bust") for scene in SCENES.values()))
            trader.finish()
            elapsed = time.monotonic() - began
            progress.stop()
        return elapsed, orders, {name: len(tom.tables[name]) for name in TABLES}


def _do(client: Client, command: c.Command) -> None:
    answer = client.submit(command, timeout=60)
    if answer.outcome is not Outcome.Done:
        raise Stopped(f"{answer.command}: {answer.problems}")


def _portfolio_manager(files: Run) -> int:
    """The PM's own process sends the baskets."""
    command = [sys.executable, "-m", "tradeoms.demo.pm", str(files.home), files.commands, files.streams]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Stopped("the portfolio manager's program failed")
    return int(json.loads(done.stdout)["orders"])


def _progress(progress: Progress) -> Any:
    """Three bars: orders on the blotter, shares filled, orders allocated."""
    staged, filled, booked = (progress.add_task(name, total=None) for name in ("orders", "shares filled", "orders allocated"))

    def update(client: Client) -> None:
        orders, blocks = client.tables["orders"].values(), client.tables["blocks"].values()
        progress.update(staged, completed=len(orders), total=len(orders) or None)
        progress.update(filled, completed=int(sum(b.filled for b in blocks)), total=int(sum(b.OrderQty for b in blocks)) or None)
        progress.update(booked, completed=sum(o.state == "allocated" for o in orders), total=len(orders) or None)

    return update


def _report(files: Run) -> list[Path]:
    from tradeoms.reports import daily_blotter

    return daily_blotter.write_from(files.home / "readmodel.db", world.DAY, files.folder / "reports")


def _check(stored: checks.Stored) -> list[str]:
    failures = []
    for name, check in checks.CHECKS:
        reason = check(stored)
        console.print(f"  {'[red]no [/]' if reason else '[green]yes[/]'} {name}", highlight=False)
        failures += [f"{name}: {reason}"] if reason else []
    return failures


def _table(stored: checks.Stored, orders: int, elapsed: float, counts: dict[str, int]) -> None:
    state = stored.state
    accounts = {account for allocation in state.allocations.values() for account in allocation.accounts}
    gains = state.money(int(state.realized["gain"].sum()))
    table = Table(title=f"One day, simulated market of {world.DAY} ({datetime.now(UTC):%Y-%m-%d})", show_header=False)
    for name, value in (
        ("orders", f"{orders:,}"),
        ("blocks", f"{len(state.blocks):,}"),
        ("placements", f"{len(state.placements):,}"),
        ("fills", f"{len(state.executions):,}"),
        ("allocated accounts", f"{len(accounts):,}"),
        ("lots", f"{int((state.lots['remaining'] > 0).sum()):,}"),
        ("realized gains", f"{gains:,} USD"),
        ("elapsed", f"{elapsed:.1f} s"),
        ("orders per second", f"{orders / elapsed:,.0f}"),
        ("journal records", f"{state.seq:,}"),
    ):
        table.add_row(name, value)
    console.print(table)


if __name__ == "__main__":
    os._exit(run(Path(sys.argv[1])))
