"""What this package refuses, each refusal naming the blocks, accounts or pairs at fault."""

from collections.abc import Callable, Sequence
from typing import Self

_SHOWN = 5


def _listed(name: str, indices: Sequence[int]) -> str:
    """Render the first few indices for a message; the error itself carries all of them."""
    if not indices:
        return ""
    more = ", ..." if len(indices) > _SHOWN else ""
    return f" ({name} {', '.join(map(str, indices[:_SHOWN]))}{more})"


class AllocationError(ValueError):
    """Base of all refusals.

    ``blocks`` are indices into the per-block arrays of the refused call, ``accounts`` indices
    into its per-account arrays; both are empty where they do not apply.
    """

    def __init__(
        self, message: str, *, blocks: Sequence[int] = (), accounts: Sequence[int] = ()
    ) -> None:
        super().__init__(message + _listed("blocks", blocks) + _listed("accounts", accounts))
        self.message = message
        self.blocks = tuple(blocks)
        self.accounts = tuple(accounts)

    def where(self, block: Callable[[int], int], account: Callable[[int], int]) -> Self:
        """The same refusal, of a part of a call, with the numbers that the caller knows."""
        blocks = dict.fromkeys(map(block, self.blocks))
        return type(self)(
            self.message, blocks=list(blocks), accounts=sorted(map(account, self.accounts))
        )


class ColumnsError(AllocationError):
    """Arrays of the wrong dtype or length, or offsets that do not partition their values."""


class NegativeQuantityError(AllocationError):
    """A weight, total, lot size or lot quantity below the smallest value it may have."""


class NoWeightError(AllocationError):
    """Something is to be split over a block whose weights are all zero."""


class OverfillError(AllocationError):
    """A block was filled beyond the sum of its orders."""


class NoRoomError(AllocationError):
    """The orders, caps or fixed quantities of a block cannot hold what was filled."""


class BasisError(AllocationError):
    """What a method weighs by is missing, or does not fit the orders."""


class MarginsError(AllocationError):
    """Fills and accounts of an each-price split do not add up to the same quantity."""


class GroupError(AllocationError):
    """Blocks that may not share one average price: not side by side, or of both sides."""


class ScheduleError(AllocationError):
    """A commission schedule that contradicts itself."""


class MinimumError(AllocationError):
    """A block got too little to give anybody, or all of it, in pieces of the minimum or more."""


class AmountOverflowError(AllocationError):
    """A sum or a result would leave the range documented in :data:`allocation.exact.LIMIT`."""


class OversellError(AllocationError):
    """Open lots cannot meet what is disposed of.

    ``pairs`` are the (account, instrument) keys that fall short and ``missing`` the quantity
    each of them lacks, in the same order and in the unit of the lots.
    """

    def __init__(self, pairs: Sequence[int], missing: Sequence[int]) -> None:
        super().__init__("open lots do not cover the disposals" + _listed("pairs", pairs))
        self.pairs = tuple(pairs)
        self.missing = tuple(missing)
