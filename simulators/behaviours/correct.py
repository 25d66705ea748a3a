"""Filled, then the price of a fill is corrected."""

from collections.abc import Iterator

from simulators.acts import Ack, Correct, Fill
from simulators.behaviours.steps import Job, Step
from simulators.venue import Piece


def correct(job: Job) -> Iterator[Step]:
    """Fill in one or a few pieces and correct the first to a price one tick worse."""
    yield Step(job.delays.ack, Ack())
    pieces = job.take(job.qty)
    for piece in pieces:
        yield Step(job.delays.fill, Fill(piece))
    for qty, px in pieces[:1]:
        yield Step(job.delays.bust, Correct(0, Piece(qty, job.worse(px))))
