"""Which lots an allocation's sales relieve, each account by its own standing method."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from allocation.exact import Int64, Mask, round_ratio
from allocation.lots import Disposals, Lots, Relief
from allocation.mintax import minimum_tax
from allocation.ragged import segment_ids
from allocation.relief import ORDERS, Named, ReliefOrder, relieve, relieve_named

Names = npt.NDArray[np.str_]
MINTAX = "MINTAX"
#: First in, first out, of lots that all have one basis a share: only where instruments allow it.
AVERAGE = "AVERAGE"
#: What an account may be set to.
STANDING = (*ORDERS, MINTAX)


def relieve_by(
    lots: Lots, disposals: Disposals, methods: Names | None, day: int, holding_from: Int64
) -> Relief:
    """As :func:`allocation.relief.relieve`, each disposal by its method; an account has only one.

    ``methods`` (n_disposals,) are of STANDING, without them all are FIFO; ``day`` is the trade date,
    ``holding_from`` (n_lots,) where each lot's holding period starts.
    """
    if methods is None or not len(methods):
        return relieve(lots, disposals, ORDERS["FIFO"])
    remaining, parts = lots.remaining.copy(), []
    for name, chosen in _rounds(disposals, methods):
        some = Disposals(
            disposals.pair[chosen], disposals.quantity[chosen], disposals.amount[chosen]
        )
        own = np.flatnonzero(np.isin(lots.pair, some.pair))
        left = _at(lots, own, remaining)
        part = relieve(left, some, _order(name, some, day, holding_from[own]))
        remaining[own] = part.remaining
        parts.append((own[part.lot], chosen[part.disposal], part.quantity, part.basis, part.amount))
    lot, sale, quantity, basis, amount = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    rows = np.argsort(sale, kind="stable")
    return Relief(lot[rows], sale[rows], quantity[rows], basis[rows], amount[rows], remaining)


def relieve_sales(
    lots: Lots,
    disposals: Disposals,
    methods: Names | None,
    day: int,
    holding_from: Int64,
    named: Named | None,
) -> Relief:
    """As `relieve_by`, where `named` lots go first, and standing methods find what else is sold."""
    if named is None:
        return relieve_by(lots, disposals, methods, day, holding_from)
    quantity = np.zeros_like(disposals.quantity)
    np.add.at(quantity, named.disposal, named.quantity)
    amount = round_ratio(disposals.amount, quantity, disposals.quantity)
    mine = np.flatnonzero(quantity)
    places = np.searchsorted(mine, named.disposal)
    first = relieve_named(
        lots,
        Disposals(disposals.pair[mine], quantity[mine], amount[mine]),
        Named(named.lot, places, named.quantity),
    )
    rest = np.flatnonzero(disposals.quantity - quantity)
    second = relieve_by(
        replace(lots, remaining=first.remaining),
        Disposals(
            disposals.pair[rest],
            (disposals.quantity - quantity)[rest],
            (disposals.amount - amount)[rest],
        ),
        None if methods is None else methods[rest],
        day,
        holding_from,
    )
    sale = np.concatenate((mine[first.disposal], rest[second.disposal]))
    rows = np.argsort(sale, kind="stable")
    lot, units, basis, money = (
        np.concatenate((getattr(first, name), getattr(second, name)))[rows]
        for name in ("lot", "quantity", "basis", "amount")
    )
    return Relief(lot, sale[rows], units, basis, money, second.remaining)


def _rounds(disposals: Disposals, methods: Names) -> list[tuple[str, Int64]]:
    """Methods with their disposals; minimum tax looks at prices, so one of an account at a time."""
    found = []
    for name in np.unique(methods).tolist():
        mine = np.flatnonzero(methods == name)
        if name != MINTAX:
            found.append((name, mine))
            continue
        turn = _turns(disposals.pair[mine])
        found += [(name, mine[turn == n]) for n in range(int(turn.max()) + 1)]
    return found


def _turns(pair: Int64) -> Int64:
    """Which of its account's disposals each is, from 0."""
    order = np.argsort(pair, kind="stable")
    new: Mask = np.ones(len(pair), np.bool_)
    new[1:] = pair[order][1:] != pair[order][:-1]
    starts = np.append(np.flatnonzero(new), len(pair)).astype(np.int64)
    turn = np.empty_like(pair)
    turn[order] = np.arange(len(pair), dtype=np.int64) - starts[segment_ids(starts)]
    return turn


def _order(name: str, disposals: Disposals, day: int, holding_from: Int64) -> ReliefOrder:
    if name != MINTAX:
        return ORDERS["FIFO" if name == AVERAGE else name]
    return minimum_tax(disposals, np.full(len(disposals.pair), day, np.int64), holding_from)


def _at(lots: Lots, own: Int64, remaining: Int64) -> Lots:
    return Lots(
        lots.pair[own],
        lots.acquired[own],
        lots.sequence[own],
        lots.size[own],
        lots.basis[own],
        remaining[own],
    )
