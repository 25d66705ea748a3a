"""How the fills of a block are divided over its accounts; a new method is a function and a row.

Every method takes
    ordered: int64 (n_values,), each account's order, >= 0;
    filled: int64 (n_blocks,), each block's filled quantity, at most the sum of its orders;
    offsets: int64 (n_blocks + 1,);
    lot: int64 (n_blocks,), quantity of one lot, >= 1; all quantities in the same unit;
    ties: int64 or uint64 (n_values,), distinct within a block, lower first;
    basis: int64 (n_values,), >= 0, or None: what the method weighs or sorts by, as it says;
    split: how shares are rounded, a row of :data:`allocation.rounding.ROUNDING`;
and returns int64 (n_values,) with block sums ``filled`` and ``0 <= result <= ordered``.

Errors: as :mod:`allocation.rounding`, and OverfillError (more fills than orders), NoRoomError
(those with a weight have too small orders), BasisError.
"""

from typing import Protocol

from allocation.exact import Int64, Ties
from allocation.methods.pro_rata import pro_rata
from allocation.methods.sequential import drift, lottery, priority, rotation
from allocation.methods.weighted import equal, fixed, nav, percentage
from allocation.rounding import Rounding


class Method(Protocol):
    """The one signature of all methods."""

    def __call__(
        self,
        ordered: Int64,
        filled: Int64,
        offsets: Int64,
        lot: Int64,
        ties: Ties,
        basis: Int64 | None = ...,
        split: Rounding = ...,
    ) -> Int64: ...


METHODS: dict[str, Method] = {
    "pro_rata": pro_rata,
    "nav": nav,
    "equal": equal,
    "percentage": percentage,
    "fixed": fixed,
    "priority": priority,
    "rotation": rotation,
    "lottery": lottery,
    "drift": drift,
}
