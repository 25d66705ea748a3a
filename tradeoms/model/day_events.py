"""Events around the day."""

from datetime import date

from tradeoms.model.base import Event
from tradeoms.model.days import Close, Waiver


class CheckWaived(Event, frozen=True, tag=True):
    business_date: date
    waiver: Waiver


class DayClosed(Event, frozen=True, tag=True):
    """No new work from here on; what brokers say of the old is booked all the same."""

    close: Close
