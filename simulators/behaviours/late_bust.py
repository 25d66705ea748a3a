"""Filled on one day, busted on a later one."""

from collections.abc import Iterator

from simulators.acts import Ack, Bust, Fill
from simulators.behaviours.steps import Job, Step


def late_bust(job: Job) -> Iterator[Step]:
    """Acknowledge and fill."""
    yield Step(job.delays.ack, Ack())
    for piece in job.take(job.qty):
        yield Step(0, Fill(piece))


def late_bust_later(job: Job) -> Iterator[Step]:
    """Bust the first fill when the next run begins; its quantity is not traded again."""
    if job.held:
        yield Step(job.delays.bust, Bust(0))
