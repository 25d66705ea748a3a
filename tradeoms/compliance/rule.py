"""What a rule is, what it is shown, and the terms under which it judges."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from tradeoms.model.fields import Override, Severity
from tradeoms.model.orders import Order, Violation
from tradeoms.model.reference import Instrument, Price
from tradeoms.model.state import State


class Stage(StrEnum):
    """When a rule looks."""

    Entry = "entry"
    Routing = "routing"
    Placement = "placement"
    Basket = "basket"
    Cross = "cross"


class Case(Struct, frozen=True, gc=False):
    """What a rule is shown.

    `orders` is one order, or at Stage.Basket all of a basket; `order` is the first of them, and
    `instrument` and `mark` (the price of record, None where there is none) are that order's. At
    Stage.Entry the order is not in the state's pending quantities yet, at Stage.Routing it is. At
    Stage.Placement `order` is what would go to one broker: it has no members. At Stage.Cross `orders`
    are those of both sides, with what of them would be crossed.
    """

    state: State
    now: datetime
    stage: Stage
    orders: tuple[Order, ...]
    order: Order
    instrument: Instrument
    mark: Price | None

    @classmethod
    def of(cls, state: State, stage: Stage, now: datetime, *orders: Order) -> "Case":
        """The case of one order, or of a basket's orders."""
        first = orders[0]
        name = first.instrument
        return cls(
            state, now, stage, orders, first, state.instruments[name], state.prices.get(name)
        )

    def pending_sells(self, account: str, own: int) -> int:
        """Units that other orders of the account would sell, without the `own` of this order."""
        pending = self.state.selling.at(account, self.order.instrument)
        return pending - own if self.stage is Stage.Routing else pending


class Terms(Struct, frozen=True):
    """A rule's row in force: how severe a finding is, who may lift it, the parameters."""

    rule: str
    version: int
    severity: Severity
    override: Override
    parameters: dict[str, Decimal]

    def amount(self, name: str) -> Decimal:
        """A parameter as an exact decimal."""
        return self.parameters[name]

    def whole(self, name: str) -> int:
        """A parameter that is a whole number."""
        return int(self.parameters[name])

    def violation(self, message: str, facts: dict[str, str], account: str = "") -> Violation:
        """A finding of the row's severity."""
        return self._found(self.severity, self.override, message, facts, account)

    def warning(self, message: str, facts: dict[str, str], account: str = "") -> Violation:
        """A finding that warns whatever the row's severity is."""
        return self._found(Severity.Warn, Override.Never, message, facts, account)

    def _found(
        self,
        severity: Severity,
        override: Override,
        message: str,
        facts: dict[str, str],
        account: str,
    ) -> Violation:
        facts = {**facts, "version": str(self.version)}
        return Violation(self.rule, severity, override, message, account, facts)


class Parameter(Struct, frozen=True):
    """A parameter of a rule: its unit, the range it may have (both ends included), an example."""

    name: str
    least: Decimal
    most: Decimal
    unit: str
    example: str
    whole: bool = False


Check = Callable[[Case, Terms], list[Violation]]


class Rule(Struct, frozen=True):
    """One row of the table.

    `always`: runs without a row in force, as BLOCK that nobody may lift.
    `fixed`: BLOCK and override none, whatever a row says.
    """

    name: str
    version: int
    title: str
    source: str
    stages: tuple[Stage, ...]
    check: Check
    parameters: tuple[Parameter, ...] = ()
    always: bool = False
    fixed: bool = False

    def terms(self, state: State) -> Terms | None:
        """The terms in force on the business date; None where the rule does not run.

        A WARN has nothing to lift, so its override is none.
        """
        limit = state.limit(self.name)
        if limit is None:
            return Terms(self.name, self.version, *FINAL, {}) if self.always else None
        severity, override = FINAL if self.fixed else (limit.severity, limit.override)
        if severity is Severity.Warn:
            override = Override.Never
        parameters = {name: Decimal(value) for name, value in limit.parameters.items()}
        return Terms(self.name, self.version, severity, override, parameters)


FINAL = (Severity.Block, Override.Never)
