"""A new order as typed: fields of text, checked all at once, as a NewOrder."""

import re
from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from blotter.split import BadSplit, amount
from tradeoms.model.commands import Problem
from tradeoms.model.fields import OrdType, Side
from tradeoms.model.orders import Member, NewOrder
from tradeoms.views.prices import PriceRow

_MONEY = re.compile(r"(?P<for>for\s+)?(?P<money>\S+)\s*(?P<Currency>[A-Za-z]{3})")

SIDES = {
    "buy": Side.Buy,
    "b": Side.Buy,
    "sell": Side.Sell,
    "s": Side.Sell,
    "short": Side.SellShort,
    "ss": Side.SellShort,
}
TYPES = {
    "market": OrdType.Market,
    "limit": OrdType.Limit,
    "stop": OrdType.Stop,
    "stoplimit": OrdType.StopLimit,
}


class Field(NamedTuple):
    """One line of the ticket; what the server calls it, and the rules that speak of it."""

    name: str
    hint: str
    takes: tuple[str, ...]


#: Rules that speak of how much is ordered, and of the price.
OF_QUANTITY = ("oversell", "order_quantity", "order_value", "cash_cover")
OF_PRICE = ("price_collar",)
OF_INSTRUMENT = ("restricted_list",)
OF_LOCATE = ("short_sale",)

FIELDS = (
    Field("account", "account", ("account",)),
    Field("instrument", "instrument or Symbol", ("instrument", *OF_INSTRUMENT)),
    Field("side", "buy, sell, short", ("Side",)),
    Field(
        "quantity",
        "2500, 10k, 1m USD: units worth it; for 1m USD: in money",
        ("OrderQty", "CashOrderQty", "members", *OF_QUANTITY),
    ),
    Field("type", "market, limit, stop, stoplimit; empty: by the price", ("OrdType",)),
    Field("price", "limit price", ("Price", *OF_PRICE)),
    Field("stop", "stop price", ("StopPx",)),
    Field("locate", "for a short sale", ("locate", *OF_LOCATE)),
)


def described(field: str, value: str, reason: str) -> str:
    """A problem on one line: the field, the value as given, the reason."""
    return f"{' '.join(word for word in (field, value) if word)}: {reason}".removeprefix(": ")


def read(
    text: Mapping[str, str], instruments: Mapping[str, str], prices: Mapping[str, PriceRow]
) -> tuple[NewOrder | None, list[Problem]]:
    """The order, or everything that is wrong with it. `instruments`: name -> Symbol, as known.

    `prices` by instrument turn a quantity given as money into units.
    """
    problems: list[Problem] = []
    known = prices.get(instrument(text["instrument"], instruments))
    quantity, in_money = _quantity(text, known, problems), text["quantity"].startswith("for ")
    price, stop = _amount("price", text, problems), _amount("stop", text, problems)
    side = SIDES.get(text["side"].lower())
    kind = _type(text["type"].lower(), price, stop)
    needed = ("account", "instrument", "quantity")
    problems += [Problem(name, "", "is needed") for name in needed if not text[name]]
    if side is None:
        problems.append(Problem("side", "", "say buy, sell or short"))
    if kind is None:
        problems.append(Problem("type", "", f"say {', '.join(TYPES)}"))
    if problems or side is None or kind is None or quantity is None:
        return None, problems
    name = instrument(text["instrument"], instruments)
    member = Member(text["account"], quantity, text["locate"])
    if in_money:
        member = Member(text["account"], locate=text["locate"], CashOrderQty=quantity)
    return NewOrder(name, side, (member,), kind, price, stop), []


def instrument(text: str, instruments: Mapping[str, str]) -> str:
    """The instrument whose name or Symbol was typed; else the text, and the server decides."""
    if text in instruments:
        return text
    named = [name for name, Symbol in instruments.items() if Symbol.upper() == text.upper()]
    return named[0] if len(named) == 1 else text


def _type(text: str, price: Decimal | None, stop: Decimal | None) -> OrdType | None:
    if text:
        return TYPES.get(text)
    if stop is not None:
        return OrdType.Stop if price is None else OrdType.StopLimit
    return OrdType.Market if price is None else OrdType.Limit


def _quantity(
    text: Mapping[str, str], price: PriceRow | None, problems: list[Problem]
) -> Decimal | None:
    """As typed; an amount of money with its currency becomes whole units at the price of record,
    unless the order is to be `for` it.
    """
    match = _MONEY.fullmatch(text["quantity"])
    if match is None:
        return _amount("quantity", text, problems)
    if price is None or price.Currency.upper() != match["Currency"].upper():
        known = f"the price is in {price.Currency}" if price else "there is no price"
        problems.append(Problem("quantity", "", known))
        return None
    money = _amount("quantity", {"quantity": match["money"]}, problems)
    if match["for"]:
        return money
    units = None if money is None else (money / price.Px).quantize(Decimal(1), ROUND_DOWN)
    if units == 0:
        problems.append(Problem("quantity", "", f"is less than one unit at {price.Px}"))
    return units or None


def _amount(name: str, text: Mapping[str, str], problems: list[Problem]) -> Decimal | None:
    if not text[name]:
        return None
    try:
        return amount(text[name])
    except BadSplit as error:
        problems.append(Problem(name, "", str(error)))
        return None
