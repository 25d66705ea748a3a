"""What a behaviour may do with an order, and what it is given to decide.

A behaviour is a function of a ``Job`` that yields ``Step``s. It decides everything when the order
arrives; the desk carries the steps out in time, one after the other. A behaviour runs again when an
order gets new terms or its stop is triggered; the desk then leaves out the acknowledgement. A
behaviour that has a say in requests has an answer too: a function of a ``Job`` that yields the steps
between a cancel or replace request and its end, ``Grant`` or ``Deny``, and what follows it.
"""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from simulators.acts import Act, Fill
from simulators.venue import Piece


class Step(NamedTuple):
    """An act, so many milliseconds after the one before. ``late``: it happens even when the order
    has ended or has got new terms meanwhile.
    """

    after_ms: int
    act: Act
    late: bool = False


class Delays(NamedTuple):
    """Milliseconds between the steps of an order."""

    ack: int = 0
    fill: int = 3
    bust: int = 10
    answer: int = 10
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
    # What is filled, the limit in ticks (None: a market order), whether nothing may rest.
    done: int = 0
    limit: int | None = None
    at_once: bool = False
    # In an answer: the quantity that is asked for, 0 in a cancel.
    wanted: int = 0
    # At the start of a later run: the live fills, which ``which`` numbers.
    held: tuple[Piece, ...] = ()

    def worse(self, px: int, ticks: int = 1) -> int:
        """A price so many ticks worse for the client."""
        return px + ticks if self.buy else max(1, px - ticks)


Behaviour = Callable[[Job], Iterator[Step]]


def fills(job: Job, qty: int, parts: int) -> list[Step]:
    """Steps that fill what the book gives of ``qty`` in ``parts`` or more pieces."""
    return [Step(job.delays.fill, Fill(piece)) for piece in split(job.take(qty), parts, job.rng())]


def some(job: Job) -> list[Piece]:
    """About half of the open quantity in one piece at the best price; nothing of a single share."""
    return job.take(job.qty // 2)[:1]


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
