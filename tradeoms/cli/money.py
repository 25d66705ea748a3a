"""Commands about what accounts have and what it is worth: positions, profit and loss, prices, rates."""

from datetime import datetime
from typing import Annotated, Any

import typer

from tradeoms.cli.common import DEFAULT, Config, console, fail
from tradeoms.cli.connection import User, followed, number, submit
from tradeoms.cli.grid import grids
from tradeoms.model import commands as c
from tradeoms.model.reference import Price, Rate

Accounts = Annotated[list[str] | None, typer.Option("--account", "-A", help="Only these accounts.")]
Instruments = Annotated[
    list[str] | None, typer.Option("--instrument", "-i", help="Only these instruments.")
]
Source = Annotated[str, typer.Option(help="Who says so; it is kept in the journal.")]
#: The columns that a line of a terminal has room for; `watch` prints all.
SHOWN = {
    "positions": (
        *("account", "instrument", "quantity", "start", "traded", "settled"),
        *("buying", "selling", "Px", "market_value", "Currency"),
    ),
    "ladder": (
        *("account", "Currency", "day", "opening"),
        *("bought", "sold", "commission", "fees", "other", "balance"),
    ),
    "pnl": (
        *("account", "instrument", "quantity", "day", "unrealized"),
        *("realized_short", "realized_long", "Currency"),
        *("base_day", "base_unrealized", "base"),
    ),
}


def show(config: Config, user: str, table: str, **wanted: list[str] | None) -> list[Any]:
    """Print the rows of a table whose fields are among what is wanted, by key; return them."""
    every, seq = followed(table, user, config)
    rows = [
        row
        for row in every
        if all(not names or getattr(row, field) in names for field, names in wanted.items())
    ]
    console.print(f"{table} as of record {seq}: {len(rows)} rows", highlight=False)
    if rows:
        console.print(*grids(rows, console.width, SHOWN[table]), sep="\n")
    return rows


def positions(
    user: User,
    account: Accounts = None,
    instrument: Instruments = None,
    config: Config = DEFAULT,
) -> None:
    """Print positions: what the day began with, traded, settled, open."""
    show(config, user, "positions", account=account, instrument=instrument)


def pnl(
    user: User,
    account: Accounts = None,
    instrument: Instruments = None,
    config: Config = DEFAULT,
) -> None:
    """Print profit and loss by position, and what it comes to in each account currency."""
    rows = show(config, user, "pnl", account=account, instrument=instrument)
    for base in sorted({row.base for row in rows}):
        mine = [row for row in rows if row.base == base]
        parts = [
            _total(mine, name, title)
            for name, title in (
                ("base_day", "day"),
                ("base_unrealized", "unrealized"),
                ("base_realized_short", "realized short-term"),
                ("base_realized_long", "long-term"),
            )
        ]
        console.print(f"{base}: {', '.join(parts)}", highlight=False, soft_wrap=True)


def ladder(
    user: User,
    account: Accounts = None,
    currency: Annotated[list[str] | None, typer.Option(help="Only these currencies.")] = None,
    config: Config = DEFAULT,
) -> None:
    """Print the cash ladder: what each account will have on each settlement day."""
    show(config, user, "ladder", account=account, Currency=currency)


def _total(rows: list[Any], name: str, title: str) -> str:
    """A sum, and of how many rows the amount is not known."""
    known = [value for row in rows if (value := getattr(row, name)) is not None]
    missing = len(rows) - len(known)
    text = f"{title} {sum(known):,}"
    return f"{text} without {missing} that cannot be known" if missing else text


def _pairs(texts: list[str], form: str) -> list[tuple[str, str]]:
    """NAME=NUMBER each."""
    found = [text.partition("=") for text in texts]
    if bad := next((text for text, (_, sign, _) in zip(texts, found, strict=True) if not sign), ""):
        raise fail(f"{bad!r} is not {form}")
    return [(name, value) for name, _, value in found]


def mark(
    prices: Annotated[list[str], typer.Argument(help="INSTRUMENT=PRICE, one or several.")],
    user: User,
    source: Source,
    at: Annotated[str, typer.Option(help="When it was true, such as 2022-12-28T21:00:00Z.")] = "",
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day before the open one, for a late close."),
    ] = None,
    adv: Annotated[
        list[str] | None,
        typer.Option(help="INSTRUMENT=VOLUME, the average daily volume of one that is priced."),
    ] = None,
    config: Config = DEFAULT,
) -> None:
    """Set prices of record, and average daily volumes."""
    volumes = dict(_pairs(adv or [], "INSTRUMENT=VOLUME"))
    priced = _pairs(prices, "INSTRUMENT=PRICE")
    if unknown := sorted(volumes.keys() - dict(priced).keys()):
        raise fail(f"--adv {unknown[0]}: say its price too")
    found = tuple(
        Price(
            *(name, number(value, "price"), source, at),
            ADV=number(volumes[name], "volume") if name in volumes else None,
        )
        for name, value in priced
    )
    submit(c.MarkPrices(found, day.date() if day else None), user, config)


def rates(
    rates: Annotated[list[str], typer.Argument(help="EUR/USD=1.0842, one or several.")],
    user: User,
    source: Source,
    day: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day of the rates.")],
    config: Config = DEFAULT,
) -> None:
    """Set rates of record: what one unit of the first currency is in the second."""
    found = []
    for pair, value in _pairs(rates, "EUR/USD=RATE"):
        Currency, _, base = pair.partition("/")
        found.append(Rate(Currency, base, number(value, "rate"), source, day.date()))
    submit(c.SetRates(tuple(found)), user, config)


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    for command in (positions, pnl, ladder, mark, rates):
        app.command()(command)
