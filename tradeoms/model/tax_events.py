"""Events on tax lots besides trades: wash sales, lots that were named."""

from tradeoms.model.base import Event
from tradeoms.model.identifications import Identification
from tradeoms.model.reference import IdenticalGroup


class IdenticalDefined(Event, frozen=True, tag=True):
    groups: tuple[IdenticalGroup, ...]


class LotsWashed(Event, frozen=True, tag=True):
    """Losses that shares took over, part of the booking `name`: parallel arrays, one entry a match.

    `quantities` of the lot `lots` leave it with `basis` cents and become the lot `numbers`, whose
    holding period begins `holding_days` earlier and whose basis is higher by `added` (a short lot's
    is lower: `added` is below zero). The loss is row `losses` of the realized table, of which
    `disallowed` cents are deferred, or gone for good where `lost` (the shares are in an IRA).
    A short's loss may also go into a plain sale: rows `short_losses` and `sales` of the realized table,
    `sold` units of each and `carried` cents. Where a loss counts in parts of a share, `matched` and
    `short_matched` are how many of these were matched; else there are none.
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
    short_losses: tuple[int, ...] = ()
    sales: tuple[int, ...] = ()
    sold: tuple[int, ...] = ()
    carried: tuple[int, ...] = ()
    matched: tuple[int, ...] = ()
    short_matched: tuple[int, ...] = ()

    @property
    def rows(self) -> tuple[int, ...]:
        """Rows of the realized table that are others now."""
        return (*self.losses, *self.short_losses, *self.sales)


class HoldingsChanged(Event, frozen=True, tag=True):
    """What section 1233 says of the booking `name`, or of balances of day one: identical shares and short sales were set
    against each other, or a short was closed. `quantities` of the lots `closed` became the lots `opened`, columns
    of new rows, of which the first has the number `start`: the same but for `against`, `old` and
    `holding_from`.
    """

    name: str
    start: int
    closed: tuple[int, ...]
    quantities: tuple[int, ...]
    opened: dict[str, tuple[int, ...]]

    @property
    def opened_numbers(self) -> range:
        """The numbers of the lots that were opened."""
        return range(self.start, self.start + len(self.closed))


class LotsIdentified(Event, frozen=True, tag=True):
    """Which lots an account's part of an order takes; none: the standing method says so."""

    identification: Identification


TaxEvent = LotsWashed | HoldingsChanged | LotsIdentified | IdenticalDefined
