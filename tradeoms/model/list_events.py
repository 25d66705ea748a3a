"""Events about orders that a broker is given as one list."""

from tradeoms.model.base import Event
from tradeoms.model.lists import ListStatus, OrderList


class ListRouted(Event, frozen=True, tag=True):
    """The placements before it are one list; the gateway sends it once this is on disk."""

    order_list: OrderList


class ListReported(Event, frozen=True, tag=True):
    """The broker's word on a list as a whole; what it means for an order is an event of its own."""

    ListID: str
    status: ListStatus


ListEvent = ListRouted | ListReported
