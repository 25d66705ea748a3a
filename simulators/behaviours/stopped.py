"""A guarantee, then the trade."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill, Stop
from simulators.behaviours.steps import Job, Step


def stopped(job: Job) -> Iterator[Step]:
    """Stop about half at a price; it trades later, and the rest after it."""
    yield Step(job.delays.ack, Ack())
    pieces = job.take(job.qty)
    for piece in pieces[:1]:
        yield Step(job.delays.fill, Stop(piece))
    for piece in pieces:
        yield Step(job.delays.fill, Fill(piece))
