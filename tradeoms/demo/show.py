"""What the demo shows: progress bars while it works, a table and the checks at its end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from tradeoms.bus.client import Client
from tradeoms.demo import checks, world
from tradeoms.demo.world import CONFIRMING

Update = Callable[[Client], None]
LINE = 3  # columns of words, before those of numbers


@contextmanager
def progress(console: Console) -> Iterator[Update]:
    """Four bars: orders on the blotter, shares filled, orders allocated, accounts affirmed."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:16}"),
        BarColumn(),
        MofNCompleteColumn(),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console) as bars:
        names = ("orders", "shares filled", "orders allocated", "affirmed")
        staged, filled, booked, affirmed = (bars.add_task(name, total=None) for name in names)

        def update(client: Client) -> None:
            orders, blocks = client.tables["orders"].values(), client.tables["blocks"].values()
            total, wanted = len(orders) or None, int(sum(b.OrderQty for b in blocks)) or None
            bars.update(staged, completed=len(orders), total=total)
            bars.update(filled, completed=int(sum(b.filled for b in blocks)), total=wanted)
            bars.update(booked, completed=sum(o.state == "allocated" for o in orders), total=total)
            told = [i for i in client.tables["instructions"].values() if i.broker in CONFIRMING]
            parts = sum(i.accounts for i in told) or None
            bars.update(affirmed, completed=sum(i.affirmed for i in told), total=parts)

        yield update


class Day(Struct, frozen=True):
    """A day's orders, seconds from the first one to the last lot and to the last affirmation."""

    orders: int
    traded: float
    affirmed: float


def summary(
    console: Console,
    stored: checks.Stored,
    day: Day,
    tls: bool,
    reports: list[Path],
) -> None:
    """The run in numbers, broker by broker, the checks, where the report lies."""
    console.print(_numbers(stored, day))
    console.print(_brokers(stored, tls))
    for name, check in checks.CHECKS:
        console.print(
            f"  {'[red]NO [/]' if check(stored) else '[green]yes[/]'} {name}", highlight=False
        )
    for path in reports:
        console.print(f"  report {path}", highlight=False, soft_wrap=True)


def _numbers(stored: checks.Stored, day: Day) -> Table:
    state = stored.state
    accounts = {
        account for allocation in state.allocations.values() for account in allocation.accounts
    }
    table = Table(title="The day in numbers (simulated market)", show_header=False)
    for name, value in (
        ("orders", f"{day.orders:,}"),
        ("blocks", f"{len(state.blocks):,}"),
        ("placements", f"{len(state.placements):,}"),
        ("fills", f"{len(state.executions):,}"),
        ("allocated accounts", f"{len(accounts):,}"),
        ("open lots", f"{int((state.lots['remaining'] > 0).sum()):,}"),
        ("realized gains", f"{state.money(int(state.realized['gain'].sum())):,} USD"),
        ("elapsed", f"{day.traded:.1f} s"),
        ("orders per second", f"{day.orders / day.traded:,.0f}"),
        ("affirmed after", f"{day.affirmed:.1f} s"),
    ):
        table.add_row(name, value)
    return table


def _brokers(stored: checks.Stored, tls: bool) -> Table:
    """From the brokers' own books and the archive of what was said."""
    columns = ("broker", "FIX", "line", "messages", "orders", "fills", "accounts", "affirmed")
    table = Table(title="The brokers, by their own books")
    for n, column in enumerate(columns):
        table.add_column(column, justify="left" if n < LINE else "right")
    for name, version in world.VERSIONS.items():
        book = stored.books[name]
        numbers = (
            stored.spoken[name].versions.total(),
            len(book.orders),
            sum(len(order.executions) for order in book.orders.values()),
            sum(len(one.parts) for one in book.allocations.values()),
            sum(book.affirmed.get(ConfirmID) == "3" for ConfirmID in book.confirmations),
        )
        line = "TLS" if tls and name == world.SECURE else "plain"
        table.add_row(name, version.removeprefix("FIX."), line, *(f"{n:,}" for n in numbers))
    return table
