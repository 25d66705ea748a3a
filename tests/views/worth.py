"""What things are worth in the random firm: rates of record, closes that come late."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tradeoms.model import commands as c
from tradeoms.model.reference import Price, Rate

if TYPE_CHECKING:
    from tests.views.house import House


def rate(house: "House") -> None:
    """A rate of some day, in one direction or the other."""
    day = house.state.business_date - timedelta(house.random.randint(-1, 400))
    value = Decimal(house.random.randint(900, 1300)).scaleb(-3)
    pair = house.random.choice((("EUR", "USD"), ("USD", "EUR")))
    house.send(c.SetRates((Rate(*pair, value, "desk", day),)), "ops")


def close(house: "House") -> None:
    """A close of the last day that comes late."""
    name = house.random.choice(list(house.state.instruments))
    Px = Decimal(house.random.randint(4500, 5500)).scaleb(-2)
    house.send(c.MarkPrices((Price(name, Px, "late", ""),), house.state.last_date), "ops")


ACTIONS: dict[Callable[["House"], None], int] = {rate: 2, close: 1}
