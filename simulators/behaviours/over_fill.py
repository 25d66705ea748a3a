"""More is filled than was ordered."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill
from simulators.behaviours.steps import Job, Step
from simulators.venue import Piece


def over_fill(job: Job) -> Iterator[Step]:
    """Fill the order, and a hundred shares more."""
    yield Step(job.delays.ack, Ack())
    pieces = job.take(job.qty)
    for piece in pieces:
        yield Step(job.delays.fill, Fill(piece))
    for piece in pieces[-1:]:
        yield Step(job.delays.fill, Fill(Piece(100, piece.px)))
