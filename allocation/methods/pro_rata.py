"""Pro rata to the orders, in whole lots: the default legal split of a block's fills.

Source: SMC Capital, SEC no-action letter of 5 September 1995 (a partial fill is allocated pro
rata to the allocation statement).
"""

from allocation.checks import check_fills
from allocation.exact import Int64, Ties
from allocation.proportional import check_lot, proportional, required
from allocation.rounding import Rounding, largest_remainder


def pro_rata(
    ordered: Int64,
    filled: Int64,
    offsets: Int64,
    lot: Int64,
    ties: Ties,
    basis: Int64 | None = None,
    split: Rounding = largest_remainder,
) -> Int64:
    """Split what each block filled in proportion to its orders, or to ``basis`` where it is given.

    Whole lots are rounded by ``split``, an extra lot only where the account's order has room for
    it. Lots nobody has such room for go pro rata to those with room. The odd rest goes to one
    account whose order can hold it, the one furthest below its share; only if no single account
    can hold it is it spread pro rata to the room left. Arguments and errors: the package.
    """
    check_fills(ordered, filled, offsets, ties)
    check_lot(lot, len(filled))
    if basis is not None:
        return proportional(
            required(basis, offsets, "weight"), ordered, filled, offsets, lot, ties, split
        )
    if (lot == 1).all():  # no quota exceeds its order
        return split(ordered, filled, offsets, ties)
    return proportional(ordered, ordered, filled, offsets, lot, ties, split)
