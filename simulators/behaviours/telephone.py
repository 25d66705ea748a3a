"""Besides the order, one nobody sent."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill, Telephone
from simulators.behaviours.steps import Job, Step


def telephone(job: Job) -> Iterator[Step]:
    """Fill; then report the fill of an order given by telephone, of the same size."""
    yield Step(job.delays.ack, Ack())
    pieces = job.take(job.qty)
    for piece in pieces:
        yield Step(job.delays.fill, Fill(piece))
    for piece in pieces[:1]:
        yield Step(job.delays.fill, Telephone(piece))
