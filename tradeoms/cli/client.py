"""Commands for people: orders, blocks, routes, tables, the blotter. All go over the bus with the user's key."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from tradeoms.cli.common import DEFAULT, Config, console, fail, settings_of
from tradeoms.cli.grid import grids
from tradeoms.config import Settings
from tradeoms.model import commands as c
from tradeoms.model import fields
from tradeoms.model.events import Answered
from tradeoms.model.orders import Member, NewOrder
from tradeoms.views import VIEWS

User = Annotated[
    str, typer.Option("--user", "-u", help="Whose key to use.", envvar="TRADEOMS_USER")
]
Acknowledge = Annotated[
    list[str] | None, typer.Option("--acknowledge", "-a", help="A warning's rule, once it is read.")
]
Cash = Annotated[
    bool, typer.Option("--cash", help="Quantities are money, in the instrument's currency.")
]
SIDES = {"buy": fields.Side.Buy, "sell": fields.Side.Sell, "short": fields.Side.SellShort}


@contextmanager
def connected(config: Path, user: str) -> Iterator[Any]:
    """A client with the user's key; every failure is a line and exit 2."""
    settings = settings_of(config)
    from tradeoms.bus.client import BusRefused, Client, NoAnswer

    client = Client(settings.bus.commands, settings.bus.streams, credentials(settings, user))
    try:
        with client:
            yield client
    except (BusRefused, NoAnswer) as error:
        raise fail(error) from None


def credentials(settings: Settings, user: str) -> Any:
    """The user's keys; a bare name where the server speaks plain text on loopback."""
    from tradeoms.bus.keys import Credentials, KeyStore

    if settings.bus.insecure:
        return Credentials(user)
    try:
        return KeyStore(settings.home / "keys").credentials(user)
    except FileNotFoundError as error:
        text = f"user {user} has no key: {error.filename} is missing"
        raise fail(f"{text}; make one with: tradeoms keys new {user} --role ROLE") from None


def say(answer: Answered) -> None:
    """Print what became of a command; exit 1 where it was refused."""
    if answer.outcome is fields.Outcome.Done:
        console.print(f"{answer.command}: done {' '.join(answer.ids)}".rstrip(), highlight=False)
        for found in answer.violations:
            held = "held, " if found.severity is fields.Severity.Block else ""
            text = f"  {held}{found.rule} ({found.severity.value}): {found.message}"
            console.print(text, style="yellow", markup=False, highlight=False)
        return
    for problem in answer.problems:
        value = f" = {problem.value!r}" if problem.value else ""
        fail(f"{answer.command}: {problem.field}{value}: {problem.reason}")
    raise typer.Exit(1)


def number(text: str, what: str) -> Decimal:
    """A number as typed; exit 2 where it is none."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise fail(f"{what} {text!r} is no number") from None


def order(
    side: Annotated[str, typer.Argument(help="buy, sell or short.")],
    quantity: str,
    instrument: str,
    account: Annotated[
        list[str], typer.Option(help="An account, or ACCOUNT:QUANTITY for several.")
    ],
    user: User,
    limit: Annotated[str, typer.Option(help="Limit price.")] = "",
    stop: Annotated[str, typer.Option(help="Stop price.")] = "",
    tif: Annotated[
        fields.TimeInForce, typer.Option(help="0 day, 1 GTC, 3 IOC, 4 FOK.")
    ] = fields.TimeInForce.Day,
    locate: Annotated[str, typer.Option(help="Locate id of a short sale.")] = "",
    cash: Cash = False,
    reason: str = "",
    id: Annotated[str, typer.Option(help="Command id: the same id again does nothing twice.")] = "",
    config: Config = DEFAULT,
) -> None:
    """Send an order as a portfolio manager, for a quantity or, with --cash, an amount of money."""
    if side.lower() not in SIDES:
        raise fail(f"side {side!r} must be one of {', '.join(SIDES)}")
    members = tuple(member(text, quantity, locate, cash) for text in account)
    kinds = {(False, False): "1", (True, False): "2", (False, True): "3", (True, True): "4"}
    new = NewOrder(
        instrument=instrument,
        Side=SIDES[side.lower()],
        members=members,
        OrdType=fields.OrdType(kinds[bool(limit), bool(stop)]),
        Price=number(limit, "limit") if limit else None,
        StopPx=number(stop, "stop") if stop else None,
        TimeInForce=tif,
        reason=reason,
    )
    with connected(config, user) as client:
        say(client.submit(c.SubmitOrder(new), id))


def member(text: str, quantity: str, locate: str, cash: bool = False) -> Member:
    """ACCOUNT or ACCOUNT:QUANTITY, the common quantity where it has none of its own."""
    account, _, own = text.partition(":")
    wanted = number(own or quantity, "quantity")
    if cash:
        return Member(account, locate=locate, CashOrderQty=wanted)
    return Member(account, wanted, locate)


def block(orders: list[str], user: User, config: Config = DEFAULT) -> None:
    """Merge staged orders into blocks."""
    with connected(config, user) as client:
        say(client.submit(c.BlockOrders(tuple(orders))))


def route(
    block: str,
    routes: Annotated[list[str], typer.Argument(help="BROKER:QUANTITY, one or several.")],
    user: User,
    cash: Cash = False,
    acknowledge: Acknowledge = None,
    config: Config = DEFAULT,
) -> None:
    """Send parts of a block to brokers; parts of a block in money with --cash."""
    parts = [text.partition(":") for text in routes]
    wanted = [(broker, number(quantity, "quantity")) for broker, _, quantity in parts]
    found = [c.Route(b, CashOrderQty=q) if cash else c.Route(b, q) for b, q in wanted]
    command = c.RouteBlock(block, tuple(found), tuple(acknowledge or ()))
    with connected(config, user) as client:
        say(client.submit(command))


def replace(
    placement: str,
    quantity: Annotated[str, typer.Argument(help="The new total, with what is filled.")],
    user: User,
    limit: Annotated[str, typer.Option(help="Limit price, where it has one.")] = "",
    stop: Annotated[str, typer.Option(help="Stop price, where it has one.")] = "",
    cash: Cash = False,
    acknowledge: Acknowledge = None,
    config: Config = DEFAULT,
) -> None:
    """Ask a broker for another quantity, limit or stop of a placement."""
    total = number(quantity, "quantity")
    command = c.ReplacePlacement(
        placement,
        Decimal(0) if cash else total,
        number(limit, "limit") if limit else None,
        number(stop, "stop") if stop else None,
        tuple(acknowledge or ()),
        total if cash else None,
    )
    with connected(config, user) as client:
        say(client.submit(command))


def route_list(
    broker: str,
    blocks: list[str],
    user: User,
    acknowledge: Acknowledge = None,
    config: Config = DEFAULT,
) -> None:
    """Give a broker what is idle of several blocks as one list."""
    command = c.RouteList(broker, tuple(blocks), tuple(acknowledge or ()))
    with connected(config, user) as client:
        say(client.submit(command))


def cancel(
    name: Annotated[str, typer.Argument(help="A placement (P…) or an order (O…).")],
    user: User,
    reason: str = "",
    config: Config = DEFAULT,
) -> None:
    """Ask a broker to cancel a placement, or withdraw an order that is in no block."""
    command = c.CancelOrder(name, reason) if name.startswith("O") else c.CancelPlacement(name)
    with connected(config, user) as client:
        say(client.submit(command))


def finish(
    blocks: list[str],
    user: User,
    reason: Annotated[
        str, typer.Option(help="Why, where a broker's CumQty is not the sum of our fills.")
    ] = "",
    config: Config = DEFAULT,
) -> None:
    """Done with blocks, all or none: allocate their fills and book lots and cash."""
    command = c.FinishBlocks(tuple(blocks), reason)
    with connected(config, user) as client:
        say(client.submit(c.FinishBlock(blocks[0], reason) if len(blocks) == 1 else command))


def send(
    files: Annotated[
        list[Path], typer.Argument(help="JSON files: one command or a list of commands each.")
    ],
    user: User,
    config: Config = DEFAULT,
) -> None:
    """Send commands from JSON files, such as reference data, limits and opening balances."""
    commands = [command for file in files for command in _read(file)]
    with connected(config, user) as client:
        for command in commands:
            say(client.submit(command))


def _read(file: Path) -> list[c.Command]:
    try:
        found = msgspec.json.decode(file.read_bytes(), type=list[c.PersonCommand] | c.PersonCommand)
        return list(found) if isinstance(found, list) else [found]
    except FileNotFoundError:
        raise fail(f"{file}: there is no such file") from None
    except msgspec.DecodeError as error:
        raise fail(f"{file}: {error}") from None


def watch(
    table: str,
    user: User,
    once: Annotated[bool, typer.Option("--once", help="Print the table as it is and end.")] = False,
    column: Annotated[
        list[str] | None, typer.Option(help="Only this column; may come again.")
    ] = None,
    config: Config = DEFAULT,
) -> None:
    """Print a table, then every change as it comes."""
    if table in VIEWS and (unknown := set(column or ()) - set(VIEWS[table].row.__struct_fields__)):
        raise fail(f"{table} has no column {', '.join(sorted(unknown))}")
    with connected(config, user) as client:
        client.follow(table)
        rows = list(client.tables[table].values())
        console.print(
            f"{table} as of record {client.seq[table]}: {len(rows)} rows", highlight=False
        )
        if rows:
            console.print(*grids(rows, console.width, column or ()), sep="\n")
        while not once:
            for change in client.poll(1.0):
                text = "gone" if change.row is None else msgspec.json.encode(change.row).decode()
                console.print(f"{change.key} {text}", highlight=False, markup=False)


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    for command in (order, block, route, route_list, replace, cancel, finish, send, watch):
        app.command()(command)
