"""What happens to the tax lots of one taxpayer group, as a list of facts in order of booking.

Quantities and amounts are exact: int or Fraction, in any one unit (shares or units at a scale,
dollars or cents). ``date`` is the trade date (T10). An ``amount`` is the whole money of the event:
a purchase's with its costs, a sale's net of them (T8).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

Exact = int | Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Buy:
    """Opens a lot.

    ``acquired`` where it was acquired before it came in here (T1). ``acquisition`` is shared by the
    fills of one purchase (W10); empty: the lot is its own. ``purchase`` is false for gifts,
    inheritances and tax-free exchanges, which replace nothing (W15).
    """

    date: dt.date
    account: str
    symbol: str
    lot: str
    quantity: Exact
    amount: Exact
    acquired: dt.date | None = None
    acquisition: str = ""
    purchase: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sell:
    """Relieves long lots.

    ``lots`` names them (lot -> quantity); they count if ``identified`` no later than ``settle``,
    else the standing method does (T3). ``method`` overrides the standing method.
    """

    date: dt.date
    account: str
    symbol: str
    quantity: Exact
    amount: Exact
    lots: Mapping[str, Exact] | None = None
    method: str = ""
    settle: dt.date | None = None
    identified: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Moves lots to another account of the group; dates and basis stay."""

    date: dt.date
    account: str
    to: str
    symbol: str
    quantity: Exact
    lots: Mapping[str, Exact] | None = None
    method: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SellShort:
    """Opens a short lot."""

    date: dt.date
    account: str
    symbol: str
    lot: str
    quantity: Exact
    amount: Exact


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseShort:
    """Delivers shares of a long lot against a short lot."""

    date: dt.date
    account: str
    symbol: str
    short: str
    deliver: str
    quantity: Exact


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyAcross:
    """A purchase that covers the account's shorts, oldest first, and opens ``lot`` with the rest."""

    date: dt.date
    account: str
    symbol: str
    lot: str
    quantity: Exact
    amount: Exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """``new`` shares for ``old``: also a stock dividend of 5 % as 105 for 100.

    ``cash_in_lieu`` is the money paid for all fractions together, which are thereby sold (C2).
    """

    date: dt.date
    symbol: str
    new: Exact
    old: Exact
    cash_in_lieu: Exact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """``quantity`` of another security for those held: another class, a spin-off, rights (C3).

    Basis goes over by the value per share of each. The new lots are called ``LOT`` + ``suffix``
    and keep their dates.
    """

    date: dt.date
    symbol: str
    new_symbol: str
    quantity: Exact
    value_old: Exact
    value_new: Exact
    suffix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """Rights exercised, one for each new share, at ``price`` a share."""

    date: dt.date
    account: str
    symbol: str
    rights: str
    lot: str
    price: Exact
    quantity: Exact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merger:
    """``new`` shares of ``new_symbol`` for ``old`` ones, with ``cash`` for each old share.

    ``price`` of a new share is needed where there is cash: gain is recognized up to the cash,
    loss is not (26 USC 356); basis is what section 358 leaves.
    """

    date: dt.date
    symbol: str
    new_symbol: str
    new: Exact
    old: Exact
    cash: Exact = 0
    price: Exact = 0


Event = (
    Buy
    | Sell
    | Transfer
    | SellShort
    | CloseShort
    | BuyAcross
    | Split
    | Distribution
    | Exercise
    | Merger
)
