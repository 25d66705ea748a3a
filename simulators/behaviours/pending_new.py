"""PendingNew, New, then partial fills."""

from collections.abc import Iterator

from simulators.acts import Ack, Pending
from simulators.behaviours.steps import Job, Step, fills


def pending_new(job: Job) -> Iterator[Step]:
    """Say that the order has come before taking it; fill in two to five pieces."""
    yield Step(0, Pending())
    yield Step(job.delays.answer, Ack())
    yield from fills(job, job.qty, job.rng().randint(2, 5))
