"""Brokers and what they bill."""

from decimal import Decimal

from msgspec import Struct

from tradeoms.model.fields import Disputes, Handling


class CommissionTier(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """From `start` units of quantity, or money of value, on, `rate` holds."""

    start: Decimal
    rate: Decimal


class CommissionSchedule(
    Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True
):
    """What a broker bills for a placement, rounded once to the cent.

    `basis` unit: rates are money for each unit filled; value: basis points of what it is worth. The
    first tier starts at 0. `sliced`: each rate holds for its slice alone, else the last one reached
    for all. `flat` is added; `minimum` and `maximum` bound the bill.
    """

    basis: str = "unit"
    tiers: tuple[CommissionTier, ...] = (CommissionTier(Decimal(0), Decimal(0)),)
    sliced: bool = True
    flat: Decimal = Decimal(0)
    minimum: Decimal | None = None
    maximum: Decimal | None = None


class Broker(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A sell-side firm and the FIX session that reaches it.

    `chained_requests`: it takes a request while another one waits for its answer. `disputes`: what
    becomes of a fill that does not fit its CumQty. `answer_seconds`: how long it may take to
    answer. `knows_mass_status`: it answers one question (AF) with all of our open orders.
    `knows_mass_cancel`: it cancels all of our orders on its session when asked once (q), which the
    kill switch then does. `knows_lists`: it takes many orders in one message (E). What its
    file denies (`supports`) is not asked, whatever stands here.
    `allocations`: whether allocation instructions (J) go to it over FIX, by hand or by themselves.
    `confirmations`: whether it confirms over FIX (AK), and what matches is affirmed by itself. What
    it confirms may differ from ours by `money_tolerance` (the net, a sum, by twice as much) and by
    `price_tolerance`. `commission`: its schedule, in the place of `commission_per_share`; `research`:
    what it bills for research besides. `knows_price_groups`: it books several blocks at one average.
    """

    broker: str
    name: str
    session: str
    commission_per_share: Decimal = Decimal(0)
    knows_status_requests: bool = True
    chained_requests: bool = False
    disputes: Disputes = Disputes.Book
    answer_seconds: int = 30
    knows_mass_status: bool = False
    knows_mass_cancel: bool = False
    knows_lists: bool = False
    allocations: Handling = Handling.Manual
    confirmations: Handling = Handling.Manual
    money_tolerance: Decimal = Decimal("0.01")
    price_tolerance: Decimal = Decimal("0.0001")
    commission: CommissionSchedule | None = None
    research: CommissionSchedule | None = None
    knows_price_groups: bool = False
