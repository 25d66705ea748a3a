"""What an exact book says when asked: gains and open lots, summed over pieces."""

import datetime as dt
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from allocation.book import ZERO, Book, Gain


@dataclass(frozen=True, slots=True)
class OpenLot:
    """Shares of one lot in one account with one holding period."""

    account: str
    symbol: str
    lot: str
    acquired: dt.date
    holding_from: dt.date
    quantity: Fraction
    basis: Fraction


def by_sale(row: Gain) -> Hashable:
    """A line of Form 8949: one sale, one lot, one term."""
    return row.event, row.account, row.symbol, row.lot, row.term


def by_day(row: Gain) -> Hashable:
    """All sales of a lot on one day."""
    return row.date, row.account, row.symbol, row.lot, row.term


def summed(rows: Iterable[Gain], key: Callable[[Gain], Hashable] = by_sale) -> list[Gain]:
    """Rows added up by ``key``, in the order in which each key comes first."""
    sums: dict[Hashable, Gain] = {}
    for row in rows:
        known = sums.get(key(row))
        if known is None:
            sums[key(row)] = replace(row)
            continue
        known.quantity += row.quantity
        known.proceeds += row.proceeds
        known.basis += row.basis
        known.disallowed += row.disallowed
        known.lost += row.lost
        known.holding_from = min(known.holding_from, row.holding_from)
    return list(sums.values())


def open_lots(book: Book) -> list[OpenLot]:
    """Open long lots by account, security and lot; a lot has a row for each holding period."""
    rows: dict[Hashable, OpenLot] = {}
    for piece in book.open_pieces():
        lot = piece.lot
        key = (piece.account, lot, piece.holding_from)
        known = rows.get(key)
        rows[key] = OpenLot(
            account=piece.account,
            symbol=lot.symbol,
            lot=lot.name,
            acquired=lot.acquired,
            holding_from=piece.holding_from,
            quantity=piece.quantity + (known.quantity if known else ZERO),
            basis=piece.basis + (known.basis if known else ZERO),
        )
    return list(rows.values())
