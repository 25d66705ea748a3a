"""Which shares of the exact book a disposal relieves, by method.

A method is a function from a piece and its disposal to a sort key, and a row. The same names on
columns are in :mod:`allocation.relief`; a test holds the two together.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from allocation.book import ZERO, Piece
from allocation.lot_errors import (
    IdentificationError,
    InsufficientError,
    LotQuantityError,
    MethodError,
    UnknownLotError,
)
from allocation.lot_events import Exact
from allocation.policy import Policy
from allocation.term import held_long


@dataclass(frozen=True, slots=True)
class Disposal:
    """What is relieved: where, how much, when, and the net price of a share (min-tax asks)."""

    account: str
    symbol: str
    quantity: Fraction
    date: dt.date
    price: Fraction
    policy: Policy

    def dated(self, piece: Piece) -> int:
        """The day by which a piece is first or last."""
        lot = piece.lot
        return (lot.booked if self.policy.fifo_key == "booking" else lot.acquired).toordinal()


Key = tuple[Exact, ...]


def fifo(piece: Piece, disposal: Disposal) -> Key:
    """First in, first out (T1)."""
    return disposal.dated(piece), piece.lot.sequence


def lifo(piece: Piece, disposal: Disposal) -> Key:
    """Last in, first out."""
    return -disposal.dated(piece), -piece.lot.sequence


def hifo(piece: Piece, disposal: Disposal) -> Key:
    """Highest adjusted basis a share first; equal ones first in, first out (T4)."""
    return -piece.basis / piece.quantity, *fifo(piece, disposal)


def lofo(piece: Piece, disposal: Disposal) -> Key:
    """Lowest adjusted basis a share first; equal ones first in, first out (T4)."""
    return piece.basis / piece.quantity, *fifo(piece, disposal)


def highest_cost(piece: Piece, disposal: Disposal) -> Key:
    """Largest loss, else smallest gain: at one price the highest basis first (T5)."""
    return hifo(piece, disposal)


#: Buckets of min-tax in order (T5): (sign of the gain, held long).
_BUCKETS = ((-1, False), (-1, True), (0, False), (0, True), (1, True), (1, False))


def mintax(piece: Piece, disposal: Disposal) -> Key:
    """Losses before gains, short before long losses, long before short gains (T5)."""
    gain = disposal.price - piece.basis / piece.quantity
    sign = (gain > 0) - (gain < 0)
    long = not piece.against and held_long(piece.holding_from, disposal.date)
    return _BUCKETS.index((sign, long)), gain, piece.lot.sequence


#: Orders of relief by name. SPEC without named lots is first in, first out (1.1012-1(c)(1)); an
#: average has its lots go first in, first out (T7).
KEYS: dict[str, Callable[[Piece, Disposal], Key]] = {
    "FIFO": fifo,
    "LIFO": lifo,
    "HIFO": hifo,
    "LOFO": lofo,
    "HIGHEST_COST": highest_cost,
    "MINTAX": mintax,
    "SPEC": fifo,
    "AVG": fifo,
    "AVG_ALL": fifo,
}

Selected = list[tuple[Piece, Fraction]]


def select(
    held: list[Piece], disposal: Disposal, method: str, lots: Mapping[str, Exact] | None
) -> Selected:
    """The pieces of ``held`` that a disposal relieves, in order, and how much of each.

    Nothing changes. ``lots`` names lots and quantities; without them the method chooses.

    Raises:
        LotQuantityError, MethodError, IdentificationError, UnknownLotError, InsufficientError.
    """
    if disposal.quantity <= 0:
        raise LotQuantityError(disposal.account, disposal.symbol, quantity=disposal.quantity)
    if method not in KEYS:
        raise MethodError(disposal.account, disposal.symbol, method)
    if lots:
        return _named(held, disposal, {name: Fraction(each) for name, each in lots.items()})
    return _fill(held, disposal, disposal.quantity, disposal.symbol, method)


def _named(held: list[Piece], disposal: Disposal, lots: dict[str, Fraction]) -> Selected:
    if sum(lots.values(), ZERO) != disposal.quantity:
        raise IdentificationError(disposal.account, lots, disposal.quantity)
    chosen: Selected = []
    for name, quantity in lots.items():
        if quantity <= 0:
            raise LotQuantityError(disposal.account, name, quantity=quantity)
        pieces = [piece for piece in held if piece.lot.name == name]
        if not pieces:
            raise UnknownLotError(disposal.account, name)
        chosen += _fill(pieces, disposal, quantity, name, "SPEC")
    return chosen


def _fill(
    pieces: list[Piece], disposal: Disposal, quantity: Fraction, lot: str, method: str
) -> Selected:
    """Pieces in the method's order until ``quantity`` is met; within a lot by holding period."""
    key, newest = KEYS[method], -1 if method == "LIFO" else 1
    order = sorted(pieces, key=lambda p: (key(p, disposal), *(newest * n for n in p.rank)))
    chosen, wanted = [], quantity
    for piece in order:
        if not wanted:
            break
        chosen.append((piece, min(wanted, piece.quantity)))
        wanted -= chosen[-1][1]
    if wanted:
        raise InsufficientError(disposal.account, lot, wanted)
    return chosen
