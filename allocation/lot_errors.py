"""What the tax-lot book refuses; each refusal names the account and the lot, and changes nothing."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from allocation.errors import AllocationError


class LotError(AllocationError):
    """Base of the refusals of :class:`allocation.book.Book`.

    ``account`` and ``lot`` say where; ``lot`` is a symbol where no single lot is at fault.
    """

    kind = "refused"

    def __init__(self, account: str, lot: str, message: str) -> None:
        super().__init__(f"account {account}, lot {lot}: {message}")
        self.account, self.lot = account, lot


class InsufficientError(LotError):
    """More is disposed of than is open (T6); ``missing`` says how much."""

    kind = "insufficient"

    def __init__(self, account: str, lot: str, missing: Fraction) -> None:
        super().__init__(account, lot, f"{missing} more than is open")
        self.missing = missing


class UnknownLotError(LotError):
    """A lot that the account does not hold."""

    kind = "unknown-lot"

    def __init__(self, account: str, lot: str) -> None:
        super().__init__(account, lot, "not open in this account")


class DuplicateLotError(LotError):
    """A lot's name is taken in its account."""

    kind = "duplicate-lot"

    def __init__(self, account: str, lot: str) -> None:
        super().__init__(account, lot, "the name is taken")


class LotQuantityError(LotError):
    """A quantity, ratio or value that must be positive and is not."""

    kind = "quantity"

    def __init__(self, account: str, lot: str, **values: Fraction) -> None:
        said = ", ".join(f"{name} {value}" for name, value in values.items())
        super().__init__(account, lot, f"{said}: must be positive")


class LotDateError(LotError):
    """A date before that of what it follows."""

    kind = "date"

    def __init__(self, account: str, lot: str, given: date, earliest: date) -> None:
        super().__init__(account, lot, f"{given} is before {earliest}")


class IdentificationError(LotError):
    """Named lots that do not add up to what is sold, or are named twice."""

    kind = "identification"

    def __init__(self, account: str, lots: Mapping[str, Fraction], quantity: Fraction) -> None:
        named = ", ".join(lots)
        total = sum(lots.values(), Fraction(0))
        super().__init__(account, named, f"lots for {total} are named, {quantity} are sold")


class MethodError(LotError):
    """A method of relief that does not exist."""

    kind = "method"

    def __init__(self, account: str, symbol: str, method: str) -> None:
        super().__init__(account, symbol, f"no method of relief is called {method!r}")


class IdentifiedLotsError(AllocationError):
    """In columns: named lots of another pair, or not adding up; ``blocks`` are the disposals."""

    def __init__(self, disposals: Sequence[int]) -> None:
        super().__init__("named lots do not make up the disposal", blocks=disposals)
