"""What a taxpayer group decides once about its tax lots."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules of one book; the defaults are the law's where it speaks.

    ``wash``: section 1091 is applied (W1-W18).
    ``scope``: lots are relieved in the account that sells (T2), or from all as one pool.
    ``fifo_key``: what first-in means: acquisition (T1) or booking date.
    ``same_lot_ok``: shares of one acquisition may replace each other (against W10).
    ``ira_last``: a purchase in an IRA replaces only what no taxable purchase does (W13).
    ``tack``: a replacement takes over the holding period of what it replaces (W7).
    ``identical``: symbol -> group of substantially identical securities (W14); default: itself.
    ``iras``: accounts whose purchases destroy a loss (W13).
    ``exempt``: accounts of dealers and of section 475 traders: neither washed nor replacing (W17).
    """

    wash: bool = False
    scope: Literal["account", "global"] = "account"
    fifo_key: Literal["acq", "booking"] = "acq"
    same_lot_ok: bool = False
    ira_last: bool = False
    tack: bool = True
    identical: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    iras: frozenset[str] = frozenset()
    exempt: frozenset[str] = frozenset()
