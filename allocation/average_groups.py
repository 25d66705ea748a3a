"""One average price for several blocks of a day: same instrument, same side, a policy that merges.

Source: SMC Capital (every account gets the average price of the adviser's trades in the security
that day); blocks that may not merge (another limit, another time) are groups of their own.
"""

import numpy as np

from allocation.errors import GroupError
from allocation.exact import Int64, Ties, indices
from allocation.prices import Cash, split_cash
from allocation.ragged import check_int64, segment_sums


def merged(groups: Int64, offsets: Int64) -> tuple[Int64, Int64]:
    """Offsets of groups over their blocks, and over the accounts of all their blocks.

    ``groups`` int64 (n_blocks,): blocks with the same number lie side by side.

    Raises:
        GroupError: naming blocks whose group has begun and ended before.
    """
    check_int64(len(offsets) - 1, groups=groups)
    new = np.ones(len(groups), np.bool_)
    new[1:] = np.diff(groups) != 0
    starts = np.flatnonzero(new)
    _, first = np.unique(groups, return_index=True)
    again = np.setdiff1d(starts, first)
    if len(again):
        raise GroupError("a group's blocks do not lie side by side", blocks=again.tolist())
    blocks = np.append(starts, len(groups)).astype(np.int64)
    return blocks, offsets[blocks]


def split_merged(
    quantities: Int64,
    gross: Int64,
    commission: Int64,
    side: Int64,
    groups: Int64,
    offsets: Int64,
    ties: Ties,
) -> Cash:
    """As :func:`allocation.prices.split_cash`, all accounts of a group at the group's average price.

    Quantities stay those of each block; ``ties`` are distinct within a group.

    Raises:
        GroupError: also where a group has both buys and sales.
    """
    blocks, accounts = merged(groups, offsets)
    check_int64(len(groups), gross=gross, commission=commission, side=side)
    own = side[blocks[:-1]]
    mixed = side != np.repeat(own, np.diff(blocks))
    if mixed.any():
        raise GroupError("a group has buys and sales", blocks=indices(mixed))
    money = segment_sums(gross, blocks), segment_sums(commission, blocks)
    return split_cash(quantities, *money, own, accounts, ties)
