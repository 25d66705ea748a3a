"""What a behaviour may do with an order, and what it is given to decide.

A behaviour is a function of a ``Job`` that yields ``Step``s. It decides everything when the order
arrives; the desk carries the steps out in time, one after the other. A behaviour runs again when an
order gets new terms or its stop is triggered; the desk then leaves out the acknowledgement.
"""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from simulators.venue import Piece


class Ack(NamedTuple):
    """Report New."""


class Fill(NamedTuple):
    """Report a trade of a quantity in shares at a price in ticks."""

    piece: Piece


class Bust(NamedTuple):
    """Take back the fill of this number in the plan, counted from 0."""

    which: int


class Cancel(NamedTuple):
    """Cancel the rest without being asked."""

    text: str


class Refuse(NamedTuple):
    """Reject the order."""

    text: str


Act = Ack | Fill | Bust | Cancel | Refuse


class Step(NamedTuple):
    """An act, so many milliseconds after the one before."""

    after_ms: int
    act: Act


class Delays(NamedTuple):
    """Milliseconds between the steps of an order."""

    ack: int = 0
    fill: int = 3
    bust: int = 10
    slow_ack: int = 300
    slow_fill: int = 150


class Job(NamedTuple):
    """An order's open shares, and the means to work it.

    ``take(n)`` trades up to n shares at once and lets the rest of a limit order wait in the book if
    n is all of it; a stop that is not triggered waits and takes nothing. ``rng()`` makes the
    order's own generator, always the same; it is made on demand because seeding one costs as much
    as the rest of a simple order.
    """

    qty: int
    buy: bool
    rng: Callable[[], random.Random]
    delays: Delays
    take: Callable[[int], list[Piece]]


Behaviour = Callable[[Job], Iterator[Step]]


def split(pieces: list[Piece], parts: int, rng: random.Random) -> list[Piece]:
    """Cut the largest pieces until there are ``parts`` of them, in round lots where they are large
    enough.
    """
    pieces = list(pieces)
    while pieces and len(pieces) < parts:
        largest = max(range(len(pieces)), key=lambda i: pieces[i].qty)
        qty, px = pieces[largest]
        if qty < 2:
            break
        lot = 100 if qty >= 200 else 1
        first = rng.randint(1, (qty - 1) // lot) * lot
        pieces[largest : largest + 1] = [Piece(first, px), Piece(qty - first, px)]
    return pieces
