"""What the demo shows: progress bars while it works, a table and the checks at its end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

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
from tradeoms.demo import checks

Update = Callable[[Client], None]


@contextmanager
def progress(console: Console) -> Iterator[Update]:
    """Three bars: orders on the blotter, shares filled, orders allocated."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:16}"),
        BarColumn(),
        MofNCompleteColumn(),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console) as bars:
        staged, filled, booked = (
            bars.add_task(name, total=None)
            for name in ("orders", "shares filled", "orders allocated")
        )

        def update(client: Client) -> None:
            orders, blocks = client.tables["orders"].values(), client.tables["blocks"].values()
            total, wanted = len(orders) or None, int(sum(b.OrderQty for b in blocks)) or None
            bars.update(staged, completed=len(orders), total=total)
            bars.update(filled, completed=int(sum(b.filled for b in blocks)), total=wanted)
            bars.update(booked, completed=sum(o.state == "allocated" for o in orders), total=total)

        yield update


def summary(
    console: Console, stored: checks.Stored, orders: int, elapsed: float, reports: list[Path]
) -> None:
    """The run in numbers, the checks, where the report lies."""
    state = stored.state
    accounts = {
        account for allocation in state.allocations.values() for account in allocation.accounts
    }
    table = Table(title="The day in numbers (simulated market)", show_header=False)
    for name, value in (
        ("orders", f"{orders:,}"),
        ("blocks", f"{len(state.blocks):,}"),
        ("placements", f"{len(state.placements):,}"),
        ("fills", f"{len(state.executions):,}"),
        ("allocated accounts", f"{len(accounts):,}"),
        ("open lots", f"{int((state.lots['remaining'] > 0).sum()):,}"),
        ("realized gains", f"{state.money(int(state.realized['gain'].sum())):,} USD"),
        ("elapsed", f"{elapsed:.1f} s"),
        ("orders per second", f"{orders / elapsed:,.0f}"),
    ):
        table.add_row(name, value)
    console.print(table)
    for name, check in checks.CHECKS:
        console.print(
            f"  {'[red]NO [/]' if check(stored) else '[green]yes[/]'} {name}", highlight=False
        )
    for path in reports:
        console.print(f"  report {path}", highlight=False, soft_wrap=True)
