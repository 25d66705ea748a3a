"""Events on reference data, prices of record and balances of day one."""

from datetime import date

from tradeoms.model.base import Event
from tradeoms.model.brokers import Broker
from tradeoms.model.openings import OpeningCash, OpeningLot, OpeningOrder
from tradeoms.model.reference import Account, Instrument, Limit, Price, Restriction


class InstrumentsDefined(Event, frozen=True, tag=True):
    instruments: tuple[Instrument, ...]


class AccountsDefined(Event, frozen=True, tag=True):
    accounts: tuple[Account, ...]


class BrokersDefined(Event, frozen=True, tag=True):
    brokers: tuple[Broker, ...]


class HolidaysSet(Event, frozen=True, tag=True):
    Currency: str
    days: tuple[date, ...]


class LimitsSet(Event, frozen=True, tag=True):
    limits: tuple[Limit, ...]


class Restricted(Event, frozen=True, tag=True):
    restrictions: tuple[Restriction, ...]


class PricesMarked(Event, frozen=True, tag=True):
    """`day`: whose prices of record these are; without one, of the day that was open."""

    prices: tuple[Price, ...]
    day: date | None = None


class OpeningBooked(Event, frozen=True, tag=True):
    """Balances of day one. `digest` tells whether the same batch, or content, comes again."""

    batch: str
    lots: tuple[OpeningLot, ...]
    cash: tuple[OpeningCash, ...]
    orders: tuple[OpeningOrder, ...] = ()
    digest: str = ""


ReferenceEvent = (
    InstrumentsDefined
    | AccountsDefined
    | BrokersDefined
    | HolidaysSet
    | LimitsSet
    | Restricted
    | PricesMarked
    | OpeningBooked
)
