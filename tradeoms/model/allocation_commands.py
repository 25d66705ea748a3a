"""Commands on how blocks are split and where errors go."""

from decimal import Decimal, InvalidOperation

from msgspec import Struct

from tradeoms.model.base import Command
from tradeoms.model.fees import Fee
from tradeoms.model.policies import AllocationPolicy
from tradeoms.model.rate_cards import RateCard


class DefineAllocationPolicies(Command, frozen=True, tag=True):
    """Add policies, or new versions of them; a version that is defined never changes."""

    policies: tuple[AllocationPolicy, ...]


class DefineRateCards(Command, frozen=True, tag=True):
    """Add rate cards of accounts, or new versions of them; a version that is defined never changes."""

    cards: tuple[RateCard, ...]


class DefineFees(Command, frozen=True, tag=True):
    """Add fees and taxes, or new versions of them; a version that is defined never changes."""

    fees: tuple[Fee, ...]


class PayResearch(Command, frozen=True, tag=True):
    """A broker has paid a research provider out of what it collected; below zero: it was paid in."""

    broker: str
    Currency: str
    amount: Decimal
    provider: str
    reason: str


class AveragePrices(Command, frozen=True, tag=True):
    """What follows from a change in a price group: its other blocks get the new average."""

    group: str


FEWEST, MOST = -12, 15  # powers of ten that a quantity typed may have


class AccountQty(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """What an account gets, over all its orders in a block or of `order` alone."""

    account: str
    AllocQty: Decimal
    order: str = ""

    @classmethod
    def typed(cls, text: str) -> "AccountQty":
        """Of ACCOUNT=QUANTITY, or of one order ACCOUNT/ORDER=QUANTITY; ValueError says what is wrong."""
        who, equals, quantity = text.rpartition("=")
        if not equals:
            raise ValueError(f"{text!r}: must be ACCOUNT=QUANTITY")
        try:
            units = Decimal(quantity.replace(",", ""))
        except InvalidOperation:
            units = Decimal("NaN")
        if not units.is_finite():
            raise ValueError(f"{who} {quantity!r} is no number")
        if not FEWEST <= units.adjusted() <= MOST:
            raise ValueError(f"{who} {quantity!r} has more digits than anything that is traded")
        account, _, order = who.partition("/")
        return cls(account, units, order)


class ChangeSplit(Command, frozen=True, tag=True):
    """These accounts get other quantities of what was filled, all others what they have now.

    Nothing may be at work. Once the block is allocated it is allocated anew. Without `quantities`
    the policy's split holds again.
    """

    block: str
    quantities: tuple[AccountQty, ...]
    reason: str


class ApproveSplit(Command, frozen=True, tag=True):
    """Compliance agrees with a split that somebody else has changed.

    `change` is the number of the change that was looked at (`part` of its rows); 0: whichever holds.
    """

    block: str
    reason: str = ""
    change: int = 0


class BookError(Command, frozen=True, tag=True):
    """What brokers filled beyond a block's orders goes to an error account, at the same price.

    Without `account`, to the only error account there is. The block is finished after that as any.
    """

    block: str
    reason: str
    account: str = ""


class MoveToError(Command, frozen=True, tag=True):
    """What `client` got by mistake of an allocated block becomes an error account's, at its cost.

    The client is as it was: without lots, position or commission of it. Of its orders in the block
    the last ones give first, or `order` alone. Without `account` it is the only error account there
    is. Where the block has settled, brokers are told nothing.
    """

    block: str
    client: str
    quantity: Decimal
    reason: str
    account: str = ""
    order: str = ""
