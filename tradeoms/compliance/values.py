"""What an order is worth, and how numbers are said in messages."""

from decimal import Decimal

from tradeoms.model.fields import Side
from tradeoms.model.orders import Order
from tradeoms.model.reference import Instrument, Price

VERB = {
    Side.Buy: "buy",
    Side.Sell: "sell",
    Side.SellShort: "sell short",
    Side.SellShortExempt: "sell short exempt",
}


def value_price(order: Order, mark: Price | None) -> Decimal | None:
    """The price to value an order at: the highest it may trade at; None where none is known.

    A buy with a limit cannot cost more than the limit. A sell may fetch more than its limit, and a
    stop trades beyond its trigger, so these take the highest of limit, stop and mark; an order with
    neither limit nor stop takes the mark.
    """
    if order.Price is not None and order.Side is Side.Buy:
        return order.Price
    known = [
        price
        for price in (order.Price, order.StopPx, mark.Px if mark else None)
        if price is not None
    ]
    return max(known) if known else None


def notional(order: Order, instrument: Instrument, mark: Price | None) -> Decimal | None:
    """Quantity × price × multiplier in the instrument's currency; None where there is no price. An
    order in money is worth its amount.
    """
    if order.CashOrderQty is not None:
        return order.CashOrderQty
    price = value_price(order, mark)
    return None if price is None else order.OrderQty * price * instrument.multiplier


def said(number: Decimal) -> str:
    """A number in a message: 1,000 or 52.40, all its decimals, never an exponent."""
    return f"{number:,f}"


def percent(part: Decimal) -> str:
    """A part of one as a percentage, with the decimals it needs: 0.05 is 5%."""
    return f"{(part * 100).normalize():f}%"


def fact(number: Decimal) -> str:
    """A number among a violation's facts: 1000 or 52.40."""
    return f"{number:f}"
