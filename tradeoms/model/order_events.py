"""Events of orders, from their entry until a trader blocks them."""

from tradeoms.model.base import Event
from tradeoms.model.orders import Order, OverrideGiven


class OrderEntered(Event, frozen=True, tag=True):
    """An order passed the edge: staged, held for an override, or draft inside a basket."""

    order: Order


class OrderCancelled(Event, frozen=True, tag=True):
    """An order is withdrawn, or has `expired`: it was for a day that is closed."""

    order: str
    reason: str
    expired: bool = False


class ViolationOverridden(Event, frozen=True, tag=True):
    """One person's consent; `released` once the last needed person has given it."""

    order: str
    given: OverrideGiven
    released: bool


class BasketReleased(Event, frozen=True, tag=True):
    """All orders of a basket become visible at once."""

    basket: str
    orders: tuple[str, ...]


class BasketDropped(Event, frozen=True, tag=True):
    """None of a basket's orders becomes visible."""

    basket: str
    orders: tuple[str, ...]
    reason: str


OrderEvent = OrderEntered | OrderCancelled | ViolationOverridden | BasketReleased | BasketDropped
