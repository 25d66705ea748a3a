"""The price of a cross: what the market says, never what one of the sides says."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from tradeoms.model.crosses import FairPrice
from tradeoms.model.orders import Order
from tradeoms.model.reference import Price


def fair_price(
    price: Price | None, day: date, now: datetime, most_age: timedelta, most_spread: Decimal
) -> FairPrice | str:
    """The last sale of `day`, else the mean of bid and offer; or why there is neither.

    The day is that of the time as its source gave it, in the zone of the market. A quote counts that is
    at most `most_age` old, its spread at most `most_spread` of the mean. Source: 17 CFR 270.17a-7(b).
    """
    if price is None:
        return "there is no price of record"
    if price.last is not None:
        at = moment(price.last_at)
        if at is not None and at.date() == day:
            return FairPrice(price.last, "last sale", price.source, price.last_at)
    if price.bid is None or price.offer is None:
        return f"there is no sale of {day}, and no bid and offer"
    at = moment(price.quoted_at)
    if at is None:
        return f"bid and offer have no time with a zone: {price.quoted_at!r}"
    if abs(now - at) > most_age:
        seconds = abs(now - at) // timedelta(seconds=1)
        most = most_age // timedelta(seconds=1)
        return f"bid and offer are {seconds} s old, at most {most} s"
    mid = (price.bid + price.offer) / 2
    if price.offer - price.bid > most_spread * mid:
        return f"bid {price.bid} and offer {price.offer} are too far apart"
    return FairPrice(mid, "mid", price.source, price.quoted_at, price.bid, price.offer)


def moment(at: str) -> datetime | None:
    """An ISO time; None where it is none, or has no zone."""
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return None
    return None if found.tzinfo is None else found


def beyond_limit(order: Order, Px: Decimal) -> bool:
    """True where the order may not trade at this price."""
    if order.Price is None:
        return False
    return order.Price > Px if order.Side.sells else order.Price < Px
