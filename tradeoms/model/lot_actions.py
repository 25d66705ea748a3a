"""What changes tax lots without a trade: corporate actions, transfers and gifts."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from msgspec import Struct

from tradeoms.model.identifications import NamedLot

ZERO = Decimal(0)


class ActionKind(StrEnum):
    """What an issuer does; docs/corporate-actions.md says what each does to lots."""

    Split = "split"
    StockDividend = "stock_dividend"
    Merger = "merger"
    SpinOff = "spin_off"
    Rights = "rights"
    Exercise = "exercise"


class CorporateAction(
    Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True, tag=True
):
    """What an issuer does to everybody's shares, before the first trade of `day`.

    `new` shares (of `new_instrument`, where there is one) for `old`; a stock dividend's are on top of
    those held. `fraction_price`: money for one new share, at which what is no whole one is sold.
    A merger's `cash` is money for one old share, `price` what a new one was worth that day; without
    new shares it is a sale for cash, as is all of it where it is `taxable`. `value_old` and
    `value_new`, per share, divide the basis of a spin-off or of rights, or `basis_percent` says how
    much of it is the new shares'. Exercised are `quantity` rights of one `account`, for `price` a new
    share. Money is there on `payable`.
    """

    kind: ActionKind
    instrument: str
    day: date
    new: Decimal = ZERO
    old: Decimal = Decimal(1)
    new_instrument: str = ""
    fraction_price: Decimal | None = None
    cash: Decimal = ZERO
    price: Decimal | None = None
    value_old: Decimal | None = None
    value_new: Decimal | None = None
    basis_percent: Decimal | None = None
    payable: date | None = None
    taxable: bool = False
    account: str = ""
    quantity: Decimal | None = None

    @property
    def shares(self) -> Fraction:
        """How many of its own shares one becomes."""
        more = self.kind is ActionKind.StockDividend
        if more or self.kind is ActionKind.Split:
            return Fraction(self.new) / Fraction(self.old) + more
        return Fraction(1)


class ArrivedLot(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A lot that comes from outside, with its dates; `basis` is money for the whole lot.

    After a wash sale its holding period began at `holding_from`, and it takes over no other loss.
    """

    quantity: Decimal
    basis: Decimal
    acquired: date
    holding_from: date | None = None
    washed: bool = False


class LotTransfer(
    Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True, tag=True
):
    """Lots that go from an `account` to another on a day; an empty one is outside the firm.

    Which ones: the `lots` that are named, else `quantity` by `method`, else by the account's standing
    one. From outside come `arrived`. A gift has the `value` of a share on that day.
    `average`: the account relieves such lots at their average cost, which is struck before any leave;
    where `to` is the account itself, none do: it changes its method. That is the server's to say.
    """

    instrument: str
    day: date
    account: str = ""
    to: str = ""
    quantity: Decimal | None = None
    method: str = ""
    lots: tuple[NamedLot, ...] = ()
    arrived: tuple[ArrivedLot, ...] = ()
    value: Decimal | None = None
    average: bool = False

    @property
    def is_average(self) -> bool:
        """Whether it is no transfer, but an average that is struck for good."""
        return self.average and self.account == self.to


Terms = CorporateAction | LotTransfer


class Control(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """What all accounts together must hold: `before` of the instrument, `after` of what there is
    afterwards (a merger's or spin-off's new shares).
    """

    before: Decimal | None = None
    after: Decimal | None = None


class Total(Struct, frozen=True, gc=False):
    """An account's units of an instrument before and after, and the cents that it got."""

    account: str
    instrument: str
    before: int
    after: int
    cents: int


class LotAction(Struct, frozen=True, gc=False, omit_defaults=True):
    """A corporate action, transfer or gift that is booked; `reference` is what its source calls it.

    `totals` are those of its booking: busts and late trades of before its day change them later.
    `reversed_by`: who took it back. `averaging`: accounts that relieved lots of the instrument by their
    average when it was booked.
    """

    action: str
    terms: Terms
    reference: str
    reason: str
    user: str
    at: datetime
    booked: date
    totals: tuple[Total, ...] = ()
    reversed_by: str = ""
    reversed_for: str = ""
    reversed_at: datetime | None = None
    reversed_on: date | None = None
    averaging: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """As the columns of lots keep it: below zero, blocks being above."""
        return booking_number(self.action)

    @property
    def instruments(self) -> tuple[str, ...]:
        """The instruments whose lots it changes."""
        new = getattr(self.terms, "new_instrument", "")
        return (self.terms.instrument, new) if new else (self.terms.instrument,)

    @property
    def buys(self) -> bool:
        """Whether its lots are purchases, which take over losses that wait."""
        if isinstance(self.terms, CorporateAction):
            return self.terms.kind is ActionKind.Exercise or self.terms.taxable
        return bool(self.terms.arrived) and self.terms.value is None


def booking_number(name: str) -> int:
    """As the columns of lots keep a block, or an action, which is below zero."""
    return -int(name[1:]) if name.startswith("L") else int(name[1:])


def booking_name(number: int) -> str:
    """The block or action behind a number."""
    return f"B{number}" if number >= 0 else f"L{-number}"
