"""Orders given by telephone: parts of blocks, and what brokers report of orders that are not ours yet."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from msgspec.structs import replace

from blotter import cells, entry, notional, split
from blotter.handlers.acknowledging import insist
from blotter.handlers.blocks import brokers
from blotter.handlers.deeds import about
from blotter.handlers.orders import REASON
from blotter.screens.preview import Asked, Line, Preview, Said
from blotter.split import BadSplit, amount
from blotter.workplace import Workplace, verdict
from tradeoms.model import commands as c
from tradeoms.model.fields import OrdType, Outcome, Side
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


ASKS = (
    Asked("side", "buy, sell, short", _side),
    Asked("instrument", "instrument or Symbol"),
    Asked("accounts", "FUND1:600, FUND2:400", _members),
    Asked("limit", "limit price, if it has one", amount, needed=False),
    Asked("locate", "for a short sale", needed=False),
    REASON,
)


async def given(place: Workplace) -> None:
    """The report under the cursor tells of an order by telephone; a refused one comes back."""
    row = place.grid.cursor
    if row is None:
        return
    if row.settled:
        place.tell("note", f"by phone: {row.key} left out: is settled already")
        return
    sides = {side.value: word for word, side in reversed(entry.SIDES.items())}
    text: Mapping[str, str] = {"side": sides.get(row.Side, ""), "instrument": row.Symbol}
    lines, note = [Line(row.key, _about(row))], NOTE
    while True:
        asks = [asked._replace(first=text.get(asked.name, "")) for asked in ASKS]
        ticket = Preview("An order given by telephone", lines, "Enter", asks, note)
        said = await place.ask(ticket)
        if said is None:
            return
        command = c.AttachReport(int(row.key), said["reason"], order=_order(place, said))
        answered = await place.send(f"by phone {row.key}", command)
        if answered is None or answered.outcome is Outcome.Done:
            return
        text, note = ticket.text, verdict(answered)


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


CALL = (
    Asked("broker", "who was called"),
    Asked("quantity", "2500, 10k, or rest: all that is idle"),
    Asked("limit", "limit price, where it is not the block's", amount, needed=False),
    Asked("spoke_to", "the person who took it"),
    Asked("when", "14:30, today; empty: now", _when, needed=False),
    REASON,
)
CALLED = (
    "Nothing is sent. Cancel it by telephone and close it (x), enter its fills (p), or attach what the"
    " broker reports of it."
)


async def call(place: Workplace) -> None:
    """A part of a block that a broker was given by telephone; a refused one comes back."""
    row = place.grid.cursor
    if row is None:
        return
    if row.idle <= 0:
        place.tell("note", f"by phone: {row.key} left out: nothing is idle")
        return
    text: Mapping[str, str] = {}
    note = CALLED
    lines = [Line(row.key, f"{about(row)}   idle {cells.number(row.idle)}")]
    while True:
        asks = [asked._replace(first=text.get(asked.name, "")) for asked in CALL]
        ticket = Preview(f"By telephone: {row.key} {row.Symbol}", lines, "Enter", asks, note)
        said = await place.ask(ticket)
        if said is None:
            return
        text = ticket.text
        try:
            command = _called(place, row, said)
        except BadSplit as error:
            note = str(error)
            continue
        value = notional.amount(
            command.route.OrderQty, notional.price(row, place.rows("prices")), row.Currency
        )
        if await insist(place, f"by phone {row.key}", command, f"≈ {value}"):
            return


def _called(place: Workplace, row: Any, said: Said) -> c.RouteByPhone:
    """The command; a BadSplit where broker or quantity make no sense."""
    text = f"{said['broker']} {said['quantity']}"
    route, *others = split.parse(text, row.idle, brokers(place), row.OrdType)
    if others:
        raise BadSplit("one broker at a time")
    if said["limit"] is not None:
        kind = OrdType.Limit if row.OrdType == "Market" else None
        route = replace(route, OrdType=kind, Price=said["limit"])
    return c.RouteByPhone(row.key, route, said["spoke_to"], said["reason"], said["when"])
