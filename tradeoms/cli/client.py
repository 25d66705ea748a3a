"""Commands for people: orders, blocks, routes, files of commands, tables."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tradeoms.cli.common import DEFAULT, Config, console, content, fail
from tradeoms.cli.connection import Acknowledge, User, connected, number, say, submit
from tradeoms.cli.grid import grids
from tradeoms.model import commands as c
from tradeoms.model import fields
from tradeoms.model.orders import Member, NewOrder

Cash = Annotated[
    bool, typer.Option("--cash", help="Quantities are money, in the instrument's currency.")
]
SIDES = {"buy": fields.Side.Buy, "sell": fields.Side.Sell, "short": fields.Side.SellShort}


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
    submit(c.SubmitOrder(new), user, config, id)


def member(text: str, quantity: str, locate: str, cash: bool = False) -> Member:
    """ACCOUNT or ACCOUNT:QUANTITY, the common quantity where it has none of its own."""
    account, _, own = text.partition(":")
    wanted = number(own or quantity, "quantity")
    if cash:
        return Member(account, locate=locate, CashOrderQty=wanted)
    return Member(account, wanted, locate)


def block(orders: list[str], user: User, config: Config = DEFAULT) -> None:
    """Merge staged orders into blocks."""
    submit(c.BlockOrders(tuple(orders)), user, config)


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
    submit(command, user, config)


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
    submit(command, user, config)


def route_list(
    broker: str,
    blocks: list[str],
    user: User,
    acknowledge: Acknowledge = None,
    config: Config = DEFAULT,
) -> None:
    """Give a broker what is idle of several blocks as one list."""
    command = c.RouteList(broker, tuple(blocks), tuple(acknowledge or ()))
    submit(command, user, config)


def cancel(
    name: Annotated[str, typer.Argument(help="A placement (P…) or an order (O…).")],
    user: User,
    reason: str = "",
    config: Config = DEFAULT,
) -> None:
    """Ask a broker to cancel a placement, or withdraw an order that is in no block."""
    command = c.CancelOrder(name, reason) if name.startswith("O") else c.CancelPlacement(name)
    submit(command, user, config)


def finish(
    blocks: list[str],
    user: User,
    reason: Annotated[
        str, typer.Option(help="Why, where a broker's CumQty is not the sum of our fills.")
    ] = "",
    config: Config = DEFAULT,
) -> None:
    """Done with blocks, all or none: allocate their fills and book lots and cash."""
    one = len(blocks) == 1
    command = c.FinishBlock(blocks[0], reason) if one else c.FinishBlocks(tuple(blocks), reason)
    submit(command, user, config)


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
        found = msgspec.json.decode(content(file), type=list[c.PersonCommand] | c.PersonCommand)
        return list(found) if isinstance(found, list) else [found]
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
    from tradeoms.views import VIEWS

    if table not in VIEWS:
        raise fail(f"there is no table {table}; there are {', '.join(VIEWS)}")
    if unknown := set(column or ()) - set(VIEWS[table].row.__struct_fields__):
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
