"""Commands that say what things are worth: rates of record."""

from tradeoms.model.base import Command
from tradeoms.model.reference import Rate


class SetRates(Command, frozen=True, tag=True):
    """Rates of record of days up to the open one; a pair's rate of the same day is replaced.

    A rate holds until the pair's next one. Where a pair has none, its inverse is used, else the two
    rates through a third currency.
    """

    rates: tuple[Rate, ...]
