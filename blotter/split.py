"""How a trader writes a split: `ALPHA 500, BRAVO 25%, CHARLY 2k @ 10.25, DELTA rest`."""

import re
from collections.abc import Collection
from decimal import ROUND_DOWN, Decimal, InvalidOperation, Overflow

from tradeoms.model.commands import Route
from tradeoms.model.fields import OrdType

REST = "rest"
_SUFFIXES = {"k": Decimal(1000), "m": Decimal(1000000)}
MOST, PLACES = Decimal(10) ** 15, 12  # the server takes no more, neither units nor money
_PART = re.compile(r"(?P<broker>\S+)\s+(?P<quantity>[^\s@]+)(?:\s*@\s*(?P<price>\S+))?")


class BadSplit(ValueError):
    """The text cannot be sent; the message says why."""


def parse(text: str, idle: Decimal, brokers: Collection[str], OrdType: str) -> tuple[Route, ...]:
    """The routes of a text for a block with `idle` to give and an OrdType by FIX's name.

    Raises:
        BadSplit: with what is wrong in words for the trader.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise BadSplit("name at least one broker and quantity")
    names = {broker.upper(): broker for broker in brokers}
    wanted = [_part(part, names, idle) for part in parts]
    sizes = _sizes([quantity for _, quantity, _ in wanted], idle)
    routes = tuple(
        _route(broker, size, price, OrdType)
        for (broker, _, price), size in zip(wanted, sizes, strict=True)
        if size  # a small share of little is nothing: the others take what there is
    )
    if not routes:
        raise BadSplit(f"{text.strip()} of {idle:,f} is nothing")
    return routes


def _part(
    text: str, names: dict[str, str], idle: Decimal
) -> tuple[str, Decimal | None, Decimal | None]:
    match = _PART.fullmatch(text)
    if match is None:
        raise BadSplit(f"“{text}”: write BROKER QUANTITY, or BROKER rest")
    broker = match["broker"]
    if broker.upper() not in names:
        known = ", ".join(sorted(names.values())) or "none"
        raise BadSplit(f"unknown broker {broker}; known: {known}")
    price = amount(match["price"]) if match["price"] else None
    return names[broker.upper()], _quantity(match["quantity"], idle), price


def _quantity(text: str, idle: Decimal) -> Decimal | None:
    """None for the rest. A share of what is idle is rounded down, to whole units if it is whole."""
    if text.lower() == REST:
        return None
    if not text.endswith("%"):
        return amount(text)
    percent = amount(text[:-1])
    if percent > 100:
        raise BadSplit(f"“{text}” is more than all")
    whole = idle.quantize(Decimal(1)) if idle == idle.to_integral_value() else idle
    return (whole * percent / 100).quantize(whole, ROUND_DOWN)


def amount(text: str) -> Decimal:
    """A positive number as typed; 2k is 2000, 1.5m is 1500000."""
    factor = _SUFFIXES.get(text[-1:].lower())
    try:
        value = Decimal(text[:-1]) * factor if factor else Decimal(text)
    except (InvalidOperation, Overflow):
        raise BadSplit(f"“{text}” is not a number") from None
    if not value.is_finite() or value <= 0:
        raise BadSplit(f"“{text}” is not above zero")
    if value > MOST or value != round(value, PLACES):
        raise BadSplit(f"“{text}” has more digits than anything that is traded")
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


def _sizes(quantities: list[Decimal | None], idle: Decimal) -> list[Decimal]:
    """Each part's quantity; `rest` gets what the others leave."""
    if quantities.count(None) > 1:
        raise BadSplit("only one broker can have the rest")
    rest = idle - sum((q for q in quantities if q is not None), Decimal(0))
    if rest < 0:
        raise BadSplit(f"that is {-rest:,f} more than the idle {idle:,f}")
    if rest == 0 and None in quantities:
        raise BadSplit("there is no rest: the others take all that is idle")
    return [rest if q is None else q for q in quantities]


def _route(broker: str, quantity: Decimal, price: Decimal | None, block: str) -> Route:
    """A price turns a market order into a limit order; of another block the type stays."""
    if price is None:
        return Route(broker, quantity)
    return Route(broker, quantity, OrdType.Limit if block == "Market" else None, price)
