"""A correction is corrected: the second names the first."""

from collections.abc import Iterator

from simulators.acts import Ack, Correct, Fill
from simulators.behaviours.steps import Job, Step, some
from simulators.venue import Piece


def correct_twice(job: Job) -> Iterator[Step]:
    """Fill about half, correct its price, then its quantity, then fill the rest."""
    yield Step(job.delays.ack, Ack())
    pieces = some(job)
    for piece in pieces:
        yield Step(job.delays.fill, Fill(piece))
    left = job.qty - sum(piece.qty for piece in pieces)
    for qty, px in pieces:
        yield Step(job.delays.bust, Correct(0, Piece(qty, job.worse(px))))
        yield Step(job.delays.bust, Correct(0, Piece(qty + 1, job.worse(px))))
        left -= 1
    for piece in job.take(left) if left else ():
        yield Step(job.delays.fill, Fill(piece))
