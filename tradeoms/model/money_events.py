"""Events about what things are worth."""

from tradeoms.model.base import Event
from tradeoms.model.reference import Rate


class RatesSet(Event, frozen=True, tag=True):
    rates: tuple[Rate, ...]
