"""A GT order of shares that are split overnight."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill, Split
from simulators.behaviours.steps import Job, Step, some


def overnight_split(job: Job) -> Iterator[Step]:
    """Fill about half."""
    yield Step(job.delays.ack, Ack())
    for piece in some(job):
        yield Step(job.delays.fill, Fill(piece))


def overnight_split_later(job: Job) -> Iterator[Step]:
    """Restate to twice the quantities at half the price; the rest stays."""
    if job.qty:
        yield Step(job.delays.bust, Split(2, 1))
