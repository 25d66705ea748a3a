"""Orders and blocks: frozen, replaced whole when something changes."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import fields
from tradeoms.model.statements import ErrorPart as ErrorPart
from tradeoms.model.statements import Moved as Moved
from tradeoms.model.statements import SplitChange as SplitChange
from tradeoms.model.statements import SplitTerms as SplitTerms
from tradeoms.model.statements import Statement as Statement
from tradeoms.model.statements import StatementPart as StatementPart

ZERO = Decimal(0)


class Member(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """One account's quantity in an order: the unit of compliance, allocation and lots.

    CashOrderQty: an amount in the instrument's currency instead; OrderQty is then what it buys or
    sells for as far as is known.
    """

    account: str
    OrderQty: Decimal = ZERO
    locate: str = ""
    CashOrderQty: Decimal | None = None


class NewOrder(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """What a portfolio manager asks for. `reference` is the PM's own key, kept as it came."""

    instrument: str
    Side: fields.Side
    members: tuple[Member, ...]
    OrdType: fields.OrdType = fields.OrdType.Market
    Price: Decimal | None = None
    StopPx: Decimal | None = None
    TimeInForce: fields.TimeInForce = fields.TimeInForce.Day
    desk: str = ""
    strategy: str = ""
    HandlInst: str = "1"
    instructions: str = ""
    reason: str = ""
    discretionary: bool = True
    reference: str = ""


class Violation(Struct, frozen=True, gc=False, omit_defaults=True):
    """A rule that did not pass, with the numbers it saw."""

    rule: str
    severity: fields.Severity
    override: fields.Override
    message: str
    account: str = ""
    facts: dict[str, str] = {}


class OverrideGiven(Struct, frozen=True, gc=False):
    """A person's lifting of a BLOCK on one order, until it expires."""

    rule: str
    person: str
    reason: str
    expires: datetime
    facts: dict[str, str]


class Order(Struct, frozen=True, gc=False, omit_defaults=True):
    """A portfolio manager's order inside the system; `claimed`: the trader who wants to work it.

    `rest_of`: the order of which it is what was not filled when that left its block. CashOrderQty:
    the amount of an order in money, of all its members.
    """

    order: str
    pm: str
    instrument: str
    Side: fields.Side
    members: tuple[Member, ...]
    OrderQty: Decimal
    entered: datetime
    trade_date: date
    OrdType: fields.OrdType = fields.OrdType.Market
    Price: Decimal | None = None
    StopPx: Decimal | None = None
    TimeInForce: fields.TimeInForce = fields.TimeInForce.Day
    desk: str = ""
    strategy: str = ""
    HandlInst: str = "1"
    instructions: str = ""
    reason: str = ""
    discretionary: bool = True
    reference: str = ""
    basket: str = ""
    state: fields.OrderState = fields.OrderState.Staged
    block: str = ""
    arrival: Decimal | None = None
    arrival_source: str = ""
    violations: tuple[Violation, ...] = ()
    overrides: tuple[OverrideGiven, ...] = ()
    CumQty: Decimal = ZERO
    AvgPx: Decimal = ZERO
    claimed: str = ""
    rest_of: str = ""
    CashOrderQty: Decimal | None = None

    @property
    def name(self) -> str:
        """What it is called, as a block has a name."""
        return self.order

    @property
    def is_open(self) -> bool:
        """Whether a trader may still work it by itself."""
        return self.state in (fields.OrderState.Staged, fields.OrderState.Held)


class Block(Struct, frozen=True, gc=False, omit_defaults=True):
    """Orders in the same instrument and side that the trader works as one.

    `told`: units of the statement's members when it was allocated last; `told_parts`: by part of it.
    `trader` opened it, `claimed` is who works it now; empty: every trader may. `cross`: the one that
    it is a side of. CashOrderQty: the amount of orders in money. `changes`: of its split by persons.
    """

    block: str
    trader: str
    instrument: str
    Side: fields.Side
    orders: tuple[str, ...]
    OrderQty: Decimal
    opened: datetime
    trade_date: date
    OrdType: fields.OrdType = fields.OrdType.Market
    Price: Decimal | None = None
    StopPx: Decimal | None = None
    TimeInForce: fields.TimeInForce = fields.TimeInForce.Day
    state: fields.BlockState = fields.BlockState.Open
    placements: tuple[str, ...] = ()
    statement: Statement | None = None
    told: tuple[int, ...] = ()
    told_parts: tuple[tuple[int, ...], ...] = ()
    error: ErrorPart | None = None
    claimed: str = ""
    cross: str = ""
    CashOrderQty: Decimal | None = None
    changes: tuple[SplitChange, ...] = ()

    @property
    def name(self) -> str:
        """What it is called, as an order has a name."""
        return self.block

    @property
    def is_open(self) -> bool:
        """Whether a trader may still work it."""
        return self.state in (fields.BlockState.Open, fields.BlockState.Working)
