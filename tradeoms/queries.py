"""Questions that a reader answers, true as of one sequence number."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from tradeoms.core.blocks import idle
from tradeoms.core.checklist import findings
from tradeoms.core.context import Refusal, refuse
from tradeoms.core.expected import expected_relief
from tradeoms.core.foretelling import foretell
from tradeoms.core.halts import in_force
from tradeoms.core.merging import suggestions, unlike
from tradeoms.core.opposite import candidates
from tradeoms.core.orders import foreseen
from tradeoms.core.previewing import preview
from tradeoms.core.retiring import reasons
from tradeoms.model import commands as c
from tradeoms.model.orders import ZERO, NewOrder
from tradeoms.reader import Reader

PREVIEWED = (
    *(c.BookCorporateAction, c.TransferLots, c.GiftLots),
    *(c.ImportActions, c.ReverseAction),
)
COUNTED = ("orders", "blocks", "placements", "executions", "alerts")


def state_of(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG001
    """Where the log stands: sequence number, business date, how many of each thing there are."""
    state = reader.state
    counts = {name: len(getattr(state, name)) for name in COUNTED}
    return [{"seq": state.seq, "business_date": state.business_date.isoformat()} | counts]


def block_idle(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """What of a block may still be routed. ValueError without the argument `block`."""
    name = arguments.get("block")
    block = reader.state.blocks.get(name) if isinstance(name, str) else None
    if block is None:
        raise ValueError(f"block = {name!r}: the name of a block is needed")
    return [{"block": block.block, "idle": str(idle(reader.state, block))}]


def checklist(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG001
    """What would be found if the open day were closed now, in the order of the checks."""
    return [msgspec.structs.asdict(found) for found in findings(reader.state)]


def kept(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG001
    """Why work is still in memory: the reason, how many blocks, or orders in none, and one of them."""
    found: dict[str, list[str]] = {}
    for name, why in reasons(reader.state):
        found.setdefault(why, []).append(name)
    return [{"why": why, "count": len(names), "example": names[0]} for why, names in found.items()]


def merges(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """Staged orders that may be merged, with each other or into a working block; for the trader
    `user`, if given, nothing that is another's.
    """
    return [
        {
            "block": found.block.block if found.block else "",
            "orders": [order.order for order in found.orders],
            "instrument": found.orders[0].instrument,
            "Side": found.orders[0].Side.name,
            "OrdType": found.orders[0].OrdType.name,
            "Price": _text(found.orders[0].Price),
            "TimeInForce": found.orders[0].TimeInForce.name,
            "OrderQty": str(sum((order.OrderQty for order in found.orders), ZERO)),
        }
        for found in suggestions(reader.state, str(arguments.get("user", "")))
    ]


def may_merge(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """Why each of `orders` may not be in one block with the first of them; empty where it may.

    ValueError where one is unknown.
    """
    state, names = reader.state, arguments.get("orders")
    if not isinstance(names, list) or not names or not all(str(n) in state.orders for n in names):
        raise ValueError(f"orders = {names!r}: names of orders are needed")
    first = state.orders[str(names[0])]
    return [{"order": n, "reason": unlike(state, state.orders[str(n)], first)} for n in names]


def halts(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG001
    """Halts that nobody has lifted, and who would let work go on already."""
    return [
        {
            "halt": known.halt,
            "what": known.what,
            "by": known.user,
            "reason": known.reason,
            "at": known.at.isoformat(sep=" ", timespec="seconds"),
            "consents": [consent.user for consent in known.consents],
        }
        for known in in_force(reader.state)
    ]


def crosses(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """What of the unrouted orders could cross in the house now, by instrument: which orders, at which
    price, else the `reason` why not; `left_out` names the others. For the trader `user`, if given,
    nothing that is another's.
    """
    return [
        {
            "instrument": found.instrument,
            "buys": [order.order for order in found.buys],
            "sells": [order.order for order in found.sells],
            "OrderQty": str(found.OrderQty),
            "Px": _text(found.price.Px if found.price else None),
            "basis": found.price.basis if found.price else "",
            "source": found.price.source if found.price else "",
            "at": found.price.at if found.price else "",
            "reason": found.reason,
            "left_out": dict(found.left_out),
        }
        for found in candidates(reader.state, datetime.now(UTC), str(arguments.get("user", "")))
    ]


def policies(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG001
    """Every version of every allocation policy."""
    versions = reader.state.allocation_policies.values()
    return [msgspec.to_builtins(policy) for rows in versions for policy in rows]


def cards(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG001
    """Every version of every rate card of accounts."""
    versions = reader.state.rate_cards.values()
    return [msgspec.to_builtins(row.card) for rows in versions for row in rows]


def fees(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG001
    """Every version of every fee and tax."""
    versions = reader.state.fees.values()
    return [msgspec.to_builtins(row.fee) for rows in versions for row in rows]


def _text(price: Decimal | None) -> str:
    return "" if price is None else str(price)


def relief(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """Lots, gains and deferred losses of a sale, before it is sent.

    Of `account`, `instrument`, `quantity`, and if given `price` and `method`; ValueError says what is
    wrong with them.
    """
    texts = {name: arguments.get(name, "") for name in ("account", "instrument", "method")}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise ValueError(f"{name} = {value!r}: must be text")
    price = arguments.get("price")
    rows = expected_relief(
        reader.state,
        texts["account"],
        texts["instrument"],
        _decimal("quantity", arguments.get("quantity")),
        None if price in (None, "") else _decimal("price", price),
        texts["method"],
    )
    return [msgspec.structs.asdict(row) for row in rows]


def headroom(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """What compliance would say of an `order`, before it is sent: `room` within each limit in force,
    and each `finding`, worst first.

    Amounts are text. ValueError says what is wrong with the order.
    """
    try:
        new = msgspec.convert(arguments.get("order"), NewOrder, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"order: {error}") from None
    found, rooms = foreseen(reader.state, new, datetime.now(UTC))
    rows = [("room", room) for room in rooms] + [("finding", one) for one in found]
    return [{"kind": kind} | msgspec.to_builtins(row) for kind, row in rows]


def preview_of(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """What a corporate action, a transfer, a gift or a reversal would do: `command`, as it would be sent.

    ValueError says all that is wrong with it.
    """
    try:
        command = msgspec.convert(arguments.get("command"), c.PersonCommand)
    except msgspec.ValidationError as error:
        raise ValueError(f"command: {error}") from None
    if not isinstance(command, PREVIEWED):
        raise ValueError(f"command: {type(command).__name__} cannot be tried")
    try:
        rows = preview(reader.state, command, str(arguments.get("user", "")), datetime.now(UTC))
    except Refusal as refusal:
        raise _wrong(refusal) from None
    return [msgspec.structs.asdict(row) for row in rows]


def allocation(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """What finishing `block` would book for each account, and why it would be refused to `user`; of
    `accounts` alone where some are given, and then `left_out` are how many rows of others.

    ValueError where there is nothing to allocate.
    """
    state, accounts = reader.state, set(arguments.get("accounts", ()))
    name, user = str(arguments.get("block", "")), str(arguments.get("user", ""))
    block = state.blocks.get(name)
    orders = [state.orders[order] for order in block.orders] if block and accounts else []
    if orders and accounts.isdisjoint(m.account for order in orders for m in order.members):
        raise _wrong(refuse("block", name, "unknown block"))
    try:
        found = msgspec.to_builtins(foretell(state, name, user, datetime.now(UTC)))
    except Refusal as refusal:
        raise _wrong(refusal) from None
    return [_narrowed(found, accounts)]


def _narrowed(found: dict[str, Any], accounts: set[str]) -> dict[str, Any]:
    """What is said of the whole split may name accounts of others: they hear only that it is."""
    rows = [row for row in found["rows"] if not accounts or row["account"] in accounts]
    left_out = len(found["rows"]) - len(rows)
    if left_out:
        unusual = "the split is not the policy's own" if found["exception"] else ""
        refused = (
            found["refused"].replace(found["exception"], unusual) if unusual else found["refused"]
        )
        found |= {"exception": unusual, "alerts": [], "rows": rows, "refused": refused}
    return found | {"left_out": left_out}


def instruments(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """The reference data of `instruments`. ValueError names what is unknown."""
    state, names = reader.state, arguments.get("instruments")
    rows = names if isinstance(names, list) else []
    unknown = [str(name) for name in rows if str(name) not in state.instruments]
    if not rows or unknown:
        raise ValueError(f"instruments = {unknown or names!r}: names of instruments are needed")
    return [msgspec.to_builtins(state.instruments[str(name)]) for name in rows]


def _wrong(refusal: Refusal) -> ValueError:
    return ValueError("\n".join(map(str, refusal.problems)))


def _decimal(name: str, value: Any) -> Decimal:
    try:
        return Decimal(value if isinstance(value, str | int) else "")
    except InvalidOperation:
        raise ValueError(f"{name} = {value!r}: a decimal as text is needed") from None


QUERIES: dict[str, Callable[[Reader, dict[str, Any]], list[Any]]] = {
    "state": state_of,
    "idle": block_idle,
    "checklist": checklist,
    "merges": merges,
    "may_merge": may_merge,
    "policies": policies,
    "cards": cards,
    "fees": fees,
    "relief": relief,
    "headroom": headroom,
    "preview": preview_of,
    "allocation": allocation,
    "instruments": instruments,
    "halts": halts,
    "kept": kept,
    "crosses": crosses,
}
