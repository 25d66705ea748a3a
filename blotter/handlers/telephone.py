"""Orders given by telephone: parts of blocks, and what brokers report of orders that are not ours yet."""

from collections.abc import Collection, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from blotter import cells, entry, notional, split
from blotter.handlers.acknowledging import insist
from blotter.handlers.blocks import brokers
from blotter.handlers.deeds import about, put
from blotter.handlers.orders import REASON
from blotter.screens.preview import Asked, Line, Preview, Said
from blotter.split import BadSplit, amount
from blotter.workplace import Workplace
from tradeoms.model import commands as c
from tradeoms.model.commands import Problem
from tradeoms.model.fields import OrdType, Side
from tradeoms.model.orders import Member, NewOrder

NOTE = (
    "The broker has it already: order, block and placement are entered under your name and the time"
    " of now. Rules that it breaks are recorded and told, and block nothing."
)


def _side(text: str) -> Side:
    side = entry.SIDES.get(text.lower())
    if side is None:
        raise ValueError("say buy, sell or short")
    return side


def _members(text: str) -> tuple[Member, ...]:
    """`FUND1:600, FUND2:400`."""
    parts = [part.strip().partition(":") for part in text.split(",")]
    wrong = [account for account, _, quantity in parts if not account or not quantity.strip()]
    if wrong:
        raise ValueError(f"“{text}”: say ACCOUNT:QUANTITY, ACCOUNT:QUANTITY")
    return tuple(
        Member(account.strip(), amount(quantity.strip())) for account, _, quantity in parts
    )


OF_SIZE = ("OrderQty", "CashOrderQty", *entry.OF_QUANTITY)
OF_LIMIT = ("Price", "OrdType", *entry.OF_PRICE)
OF_MEMBERS = ("members", "account", "OrderQty", *entry.OF_QUANTITY)
ASKS = (
    Asked("side", "buy, sell, short", _side, takes=("Side",)),
    Asked("instrument", "instrument or Symbol", takes=("instrument", *entry.OF_INSTRUMENT)),
    Asked("accounts", "FUND1:600, FUND2:400", _members, takes=OF_MEMBERS),
    Asked("limit", "limit price, if it has one", amount, needed=False, takes=OF_LIMIT),
    Asked("locate", "for a short sale", needed=False, takes=("locate", *entry.OF_LOCATE)),
    REASON,
)


async def given(place: Workplace) -> None:
    """The report under the cursor tells of an order by telephone."""
    row = place.grid.cursor
    if row is None:
        return
    if row.settled:
        place.tell("note", f"by phone: {row.key} left out: is settled already")
        return
    sides = {side.value: word for word, side in reversed(entry.SIDES.items())}
    first = {"side": sides.get(row.Side, ""), "instrument": row.Symbol}
    asks = [asked._replace(first=first.get(asked.name, "")) for asked in ASKS]

    def make(said: Said) -> c.Command:
        return c.AttachReport(int(row.key), said["reason"], order=_order(place, said))

    send, lines = put(place, f"by phone {row.key}", make), [Line(row.key, _about(row))]
    await place.ask(Preview("An order given by telephone", lines, "Enter", send, asks, NOTE))


def _about(row: Any) -> str:
    words = (row.session, row.kind, row.OrderID, cells.number(row.LastQty), row.Text)
    return cells.printable("  ".join(word for word in words if word))


def _order(place: Workplace, said: Said) -> NewOrder:
    known = {row.instrument: row.Symbol for row in place.rows("orders").values()}
    known |= {row.key: row.Symbol for row in place.rows("prices").values()}
    members = said["accounts"]
    if said["locate"]:
        members = tuple(replace(member, locate=said["locate"]) for member in members)
    return NewOrder(
        entry.instrument(said["instrument"], known),
        said["side"],
        members,
        OrdType.Market if said["limit"] is None else OrdType.Limit,
        said["limit"],
        reason=said["reason"],
    )


def _when(text: str) -> datetime:
    """A time of today."""
    try:
        then = time.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text}”: say 14:30") from None
    if then.tzinfo is not None:
        raise ValueError(f"“{text}”: say the time of your own clock, 14:30")
    now = datetime.now().astimezone()
    told = now.replace(hour=then.hour, minute=then.minute, second=then.second, microsecond=0)
    if told > now:
        raise ValueError(f"“{text}”: is later than now")
    return told


CALLED = (
    "Nothing is sent. Cancel it by telephone and close it (x), enter its fills (p), or attach what the"
    " broker reports of it."
)


def _asks(place: Workplace, block: str) -> tuple[Asked, ...]:
    """Read against what is known, and idle, when it is sent."""

    def broker(text: str) -> str:
        return _route(text, "rest", Decimal(1), brokers(place), "Market").broker

    def quantity(text: str) -> Decimal:
        row = place.rows("blocks")[block]
        return _route("X", text, row.idle, ("X",), row.OrdType).OrderQty

    return (
        Asked("broker", "who was called", broker),
        Asked("quantity", "2500, 10k, or rest: all that is idle", quantity, takes=OF_SIZE),
        Asked("limit", "limit price, where it is not the block's", amount, False, takes=OF_LIMIT),
        Asked("spoke_to", "the person who took it"),
        Asked("when", "14:30, today; empty: now", _when, needed=False, takes=("at",)),
        REASON,
    )


def _route(
    broker: str, quantity: str, idle: Decimal, known: Collection[str], OrdType: str
) -> c.Route:
    for text in (broker, quantity):
        if "," in text or len(text.split()) > 1:
            raise BadSplit(f"“{text}”: one broker, one quantity; a limit has a field of its own")
    (route,) = split.parse(f"{broker} {quantity}", idle, known, OrdType)
    return route


async def call(place: Workplace) -> None:
    """A part of a block that a broker was given by telephone."""
    row = place.grid.cursor
    if row is None:
        return
    if row.idle <= 0:
        place.tell("note", f"by phone: {row.key} left out: nothing is idle")
        return

    async def send(said: Said) -> Sequence[Problem]:
        command = _called(row, said)
        at = notional.price(row, place.rows("prices"))
        value = notional.amount(command.route.OrderQty, at, row.Currency)
        return await insist(place, f"by phone {row.key}", command, f"≈ {value}")

    title = f"By telephone: {row.key} {row.Symbol}"
    lines = [Line(row.key, f"{about(row)}   idle {cells.number(row.idle)}")]
    await place.ask(Preview(title, lines, "Enter", send, _asks(place, row.key), CALLED))


def _called(row: Any, said: Said) -> c.RouteByPhone:
    route = c.Route(said["broker"], said["quantity"])
    if said["limit"] is not None:
        kind = OrdType.Limit if row.OrdType == "Market" else None
        route = replace(route, OrdType=kind, Price=said["limit"])
    return c.RouteByPhone(row.key, route, said["spoke_to"], said["reason"], said["when"])
