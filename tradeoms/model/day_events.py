"""Events around the day."""

from datetime import date

from tradeoms.model.base import Event
from tradeoms.model.breaks import Break, Reconciliation, Tolerance
from tradeoms.model.days import Close, Waiver
from tradeoms.model.deliveries import Delivery, DeliveryAnswer


class DayOpened(Event, frozen=True, tag=True):
    """`previous`: the day that was open before; None where it is the same, or was not written."""

    business_date: date
    previous: date | None = None


class CheckWaived(Event, frozen=True, tag=True):
    business_date: date
    waiver: Waiver


class DayClosed(Event, frozen=True, tag=True):
    """No new work from here on; what brokers say of the old is booked all the same."""

    close: Close


class Delivered(Event, frozen=True, tag=True):
    delivery: Delivery


class DeliveryAcknowledged(Event, frozen=True, tag=True):
    answer: DeliveryAnswer


class BreaksChanged(Event, frozen=True, tag=True):
    """Breaks as they are from now on: found, owned, explained or cleared."""

    breaks: tuple[Break, ...]


class TolerancesSet(Event, frozen=True, tag=True):
    tolerances: tuple[Tolerance, ...]


class Reconciled(Event, frozen=True, tag=True):
    reconciliation: Reconciliation


DayEvent = (
    DayOpened
    | CheckWaived
    | DayClosed
    | Delivered
    | DeliveryAcknowledged
    | BreaksChanged
    | Reconciled
    | TolerancesSet
)
