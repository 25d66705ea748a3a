"""A fill in another instrument."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill
from simulators.behaviours.steps import Job, Step


def wrong_symbol(job: Job) -> Iterator[Step]:
    """Fill with a Symbol that is not the order's."""
    yield Step(job.delays.ack, Ack())
    for piece in job.take(job.qty):
        yield Step(job.delays.fill, Fill(piece, Symbol="WRONG"))
