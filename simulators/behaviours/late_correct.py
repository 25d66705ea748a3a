"""Filled on one day, corrected on a later one."""

from collections.abc import Iterator

from simulators.acts import Ack, Correct, Fill
from simulators.behaviours.steps import Job, Step
from simulators.venue import Piece


def late_correct(job: Job) -> Iterator[Step]:
    """Acknowledge and fill."""
    yield Step(job.delays.ack, Ack())
    for piece in job.take(job.qty):
        yield Step(0, Fill(piece))


def late_correct_later(job: Job) -> Iterator[Step]:
    """Correct the price of the first fill by one tick when the next run begins."""
    for qty, px in job.held[:1]:
        yield Step(job.delays.bust, Correct(0, Piece(qty, job.worse(px))))
