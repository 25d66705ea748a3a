"""A corporate action splits the order's shares two for one."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill, Split
from simulators.behaviours.steps import Job, Step, some


def shares_split(job: Job) -> Iterator[Step]:
    """Fill about half, restate to twice the quantities at half the price, keep the rest."""
    yield Step(job.delays.ack, Ack())
    for piece in some(job):
        yield Step(job.delays.fill, Fill(piece))
    yield Step(job.delays.fill, Split(2, 1))
