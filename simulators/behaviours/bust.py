"""Filled in pieces, then one fill is taken back and traded again."""

from collections.abc import Iterator

from simulators.acts import Ack, Bust, Fill
from simulators.behaviours.steps import Job, Step, split
from simulators.venue import Piece


def bust(job: Job) -> Iterator[Step]:
    """Fill like ``partials``, bust one fill, and fill its quantity again one tick better for the
    client.
    """
    yield Step(job.delays.ack, Ack())
    rng = job.rng()
    pieces = split(job.take(job.qty), rng.randint(2, 5), rng)
    for piece in pieces:
        yield Step(job.delays.fill, Fill(piece))
    if not pieces:
        return
    which = rng.randrange(len(pieces))
    yield Step(job.delays.bust, Bust(which))
    qty, px = pieces[which]
    # A better price is inside any limit the first one was inside of.
    yield Step(job.delays.bust, Fill(Piece(qty, max(1, px - 1 if job.buy else px + 1))))
