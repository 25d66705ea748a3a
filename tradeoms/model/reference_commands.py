"""Commands that bring reference data, limits, prices of record and opening balances."""

from datetime import date

from tradeoms.model.base import Command
from tradeoms.model.brokers import Broker
from tradeoms.model.openings import OpeningCash, OpeningLot
from tradeoms.model.reference import Account, Instrument, Limit, Price, Restriction


class DefineInstruments(Command, frozen=True, tag=True):
    """Add or replace instruments."""

    instruments: tuple[Instrument, ...]


class DefineAccounts(Command, frozen=True, tag=True):
    """Add or replace accounts."""

    accounts: tuple[Account, ...]


class DefineBrokers(Command, frozen=True, tag=True):
    """Add or replace brokers."""

    brokers: tuple[Broker, ...]


class SetHolidays(Command, frozen=True, tag=True):
    """Days on which a currency does not settle."""

    Currency: str
    days: tuple[date, ...]


class SetLimits(Command, frozen=True, tag=True):
    """Put compliance limits in force from their effective dates on."""

    limits: tuple[Limit, ...]


class Restrict(Command, frozen=True, tag=True):
    """Add to the restricted list."""

    restrictions: tuple[Restriction, ...]


class MarkPrices(Command, frozen=True, tag=True):
    """Prices of record: what collars and values are measured against until the next ones.

    `day`: the open one, or the one before it for a close that comes late or is corrected.
    """

    prices: tuple[Price, ...]
    day: date | None = None


class BookOpening(Command, frozen=True, tag=True):
    """Lots and cash that accounts own on day one. `batch` makes a repeated import harmless."""

    batch: str
    lots: tuple[OpeningLot, ...] = ()
    cash: tuple[OpeningCash, ...] = ()
