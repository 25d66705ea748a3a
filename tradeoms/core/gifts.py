"""Dual basis: a gift that was worth less than it had cost loses from what it was worth (1015)."""

import numpy as np

from allocation.exact import round_ratio
from tradeoms.model.columns import Int64s, Table


def counted_basis(
    lots: Table, taken: Int64s, quantity: Int64s, basis: Int64s, proceeds: Int64s
) -> Int64s:
    """The basis that counts for sales of the lots `taken`, (n,) each: what the giver had paid for a gain,
    what it was worth for a loss, the proceeds in between, where there is neither.
    """
    if not lots["markdown"][taken].any():
        return basis
    lower = basis - round_ratio(lots["markdown"][taken], quantity, lots["size"][taken])
    return np.where(proceeds < basis, np.maximum(lower, np.minimum(basis, proceeds)), basis)
