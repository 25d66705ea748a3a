"""Events on tax lots besides trades: wash sales, lots that were named."""

from tradeoms.model.base import Event
from tradeoms.model.reference import IdenticalGroup, Identification


class IdenticalDefined(Event, frozen=True, tag=True):
    groups: tuple[IdenticalGroup, ...]


class LotsWashed(Event, frozen=True, tag=True):
    """Losses that shares took over, part of the booking `name`: parallel arrays, one entry a match.

    `quantities` of the lot `lots` leave it with `basis` cents and become the lot `numbers`, whose
    holding period begins `holding_days` earlier and whose basis is higher by `added` (a short lot's
    is lower: `added` is below zero). The loss is row `losses` of the realized table, of which
    `disallowed` cents are deferred, or gone for good where `lost` (the shares are in an IRA).
    """

    name: str
    losses: tuple[int, ...]
    lots: tuple[int, ...]
    quantities: tuple[int, ...]
    basis: tuple[int, ...]
    numbers: tuple[int, ...]
    added: tuple[int, ...]
    holding_days: tuple[int, ...]
    disallowed: tuple[int, ...]
    lost: tuple[bool, ...]


class LotsIdentified(Event, frozen=True, tag=True):
    """Which lots an account's part of an order takes; none: the standing method says so."""

    identification: Identification


TaxEvent = LotsWashed | LotsIdentified | IdenticalDefined
