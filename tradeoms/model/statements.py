"""A block's statement: its intended split, with the terms of the policy, part by part."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

ZERO = Decimal(0)


class SplitTerms(Struct, frozen=True, gc=False, omit_defaults=True):
    """An allocation policy as it was for one block. `policy` is its name and version.

    `lot`, `minimum` and `hold_back` in the instrument's units; `basis`, `tiers`, `caps` and
    `minimum_values` have one entry a member or none: what the method weighs by, who comes first, the
    most it may get in units, the least that it may be worth in cents. `turn`: whose turn it was.
    """

    policy: str
    method: str
    rounding: str
    lot: int
    minimum: int = 0
    draw: str = "seeded"
    basis: tuple[int, ...] = ()
    tiers: tuple[int, ...] = ()
    turn: int = -1
    caps: tuple[int, ...] = ()
    hold_back: int = 0
    minimum_values: tuple[int, ...] = ()


class StatementPart(Struct, frozen=True, gc=False, omit_defaults=True):
    """A statement as it was until an order joined or left: the quantities of the first members of
    today's, and the terms. `reason` and `user`: of the change that began it; `filled`: of the block
    by then; `day`: the business date.
    """

    frozen_at: datetime
    quantities: tuple[Decimal, ...]
    terms: SplitTerms | None = None
    reason: str = ""
    user: str = ""
    filled: Decimal = ZERO
    day: date | None = None


class PriceGroup(Struct, frozen=True, gc=False):
    """Blocks of a day that share one average price, in the order in which they joined."""

    day: date
    blocks: tuple[str, ...]


class Statement(Struct, frozen=True, gc=False, omit_defaults=True):
    """A block's intended split over its members, frozen with its time before the first route.

    Three parallel tuples, one entry a member: order, account, quantity. `lot_methods` is a fourth,
    empty where all are FIFO. Without `terms` fills are split pro rata. `seed` draws and breaks
    ties; 0 in statements of old. `prices`: everybody's average, or how fills are dealt out; then
    `price_turn` is who was first, where they take turns. `groups`: each member's group of accounts,
    if any rate card is for one. `price_group`: the first of the blocks that share one price.

    Each change after the first route begins another part; a fill is split over those who were
    members when it came. `earlier` are the parts before this one, oldest first. Members are only
    added, at the end; who left without a fill stays with a quantity of zero. `reason`, `user`,
    `filled` and `day` are of the last change.

    `amounts`: of orders in money, another parallel tuple; these are then what fills are split by,
    and `quantities` follow what is known of the block's quantity. `market`: the instrument's
    SecurityExchange, by which fees are levied; empty in statements of old.
    """

    frozen_at: datetime
    orders: tuple[str, ...]
    accounts: tuple[str, ...]
    quantities: tuple[Decimal, ...]
    terms: SplitTerms | None = None
    seed: int = 0
    lot_methods: tuple[str, ...] = ()
    prices: str = "average"
    price_turn: int = -1
    groups: tuple[str, ...] = ()
    price_group: str = ""
    earlier: tuple[StatementPart, ...] = ()
    reason: str = ""
    user: str = ""
    filled: Decimal = ZERO
    day: date | None = None
    amounts: tuple[Decimal, ...] = ()
    market: str = ""

    @property
    def parts(self) -> tuple[StatementPart, ...]:
        """All parts, the one of now last."""
        last = StatementPart(
            self.frozen_at,
            self.quantities,
            self.terms,
            self.reason,
            self.user,
            self.filled,
            self.day,
        )
        return (*self.earlier, last)

    @property
    def first_frozen_at(self) -> datetime:
        """When it was frozen before the first route."""
        return self.earlier[0].frozen_at if self.earlier else self.frozen_at


class SplitChange(Struct, frozen=True, gc=False, omit_defaults=True):
    """A person's split of what was filled, in units of the statement's rows, where it was `before`.

    It holds for as many units as it divides, no others. `back`: it is the policy's, which holds again.
    `day`: the business date. `approved_by`: of compliance, at `approved`.
    """

    quantities: tuple[int, ...]
    before: tuple[int, ...]
    reason: str
    user: str
    at: datetime
    day: date
    back: bool = False
    approved_by: str = ""
    approved: datetime | None = None


class Moved(Struct, frozen=True, gc=False):
    """What a client got by mistake: it is the error account's, as if it had been from the start."""

    order: str
    account: str
    quantity: Decimal
    reason: str
    user: str
    at: datetime


class ErrorPart(Struct, frozen=True, gc=False, omit_defaults=True):
    """The account that gets what was filled beyond a block's orders, up to `quantity`, and what was
    `moved` to it from clients.
    """

    account: str
    quantity: Decimal
    reason: str
    user: str
    moved: tuple[Moved, ...] = ()
