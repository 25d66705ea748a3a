"""What finishing blocks would allocate to each account, as the server foretells it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from blotter import cells

Foretold = Mapping[str, Any]
MOST = 500  # accounts of a block that are shown; the others are counted
MONEY = ("commission", "fees", "net")


def sums(found: Sequence[Foretold]) -> str:
    """What all accounts of all blocks get and pay together, by currency."""
    total: dict[str, dict[str, Decimal]] = {}
    for one in found:
        own = total.setdefault(one["Currency"], dict.fromkeys(MONEY, Decimal(0)))
        for name in MONEY:
            own[name] += sum(Decimal(row[name]) for row in one["rows"])
    return "\n".join(
        f"together: net {cells.number(own['net'])}, commission {cells.number(own['commission'])}"
        f"{', fees ' + cells.number(own['fees']) if own['fees'] else ''} {Currency}"
        for Currency, own in total.items()
    )


def table(found: Sequence[Foretold]) -> RenderableType:
    """A block below the other, each with what is unusual about it before its accounts."""
    return Group(*(part for one in found for part in (_head(one), _accounts(one))))


def _head(one: Foretold) -> Text:
    """The block, what of it is not as usual, and whose rule splits it."""
    text = Text(
        f"{one['block']} at {cells.average(Decimal(one['AvgPx']))} {one['Currency']}", "bold"
    )
    text.append(f"  by {cells.printable(one['policy'])}, settles {one['settle_date']}", "not bold")
    told = [one["exception"]] if one["exception"] else []
    notes = [*told, *(a for a in one["alerts"] if not (one["exception"] and one["exception"] in a))]
    for note in notes:
        text.append(f"\nEXCEPTION: {cells.printable(note)}")
    if one["refused"]:
        text.append(f"\nREFUSED NOW: {cells.printable(one['refused'])}")
    return text


def _accounts(one: Foretold) -> Table:
    fees = any(Decimal(row["fees"]) for row in one["rows"])
    titles = ["account", "ordered", "gets", "AvgPx", "commission", *["fees"] * fees, "net"]
    body = Table(box=None, padding=(0, 1, 0, 0))
    for title in titles:
        left = title == "account"
        body.add_column(title, justify="left" if left else "right", no_wrap=not left)
    for row in one["rows"][:MOST]:
        money = ("commission", *["fees"] * fees, "net")
        sizes = [cells.number(Decimal(row[name])) for name in ("OrderQty", "AllocQty")]
        paid = [cells.number(Decimal(row[name])) for name in money]
        who = f"{row['account']} {row['order'] or 'error'}"
        body.add_row(cells.printable(who), *sizes, cells.average(Decimal(row["AvgPx"])), *paid)
    if (more := len(one["rows"]) - MOST) > 0:
        body.add_row(f"and {cells.count(more, 'account')} more")
    if one["left_out"]:
        body.add_row(f"and {one['left_out']:,} that are not yours")
    return body
