"""The order is refused after it was acknowledged."""

from collections.abc import Iterator

from simulators.acts import Ack, Refuse
from simulators.behaviours.steps import Job, Step


def reject_after_new(job: Job) -> Iterator[Step]:
    """Acknowledge, then reject."""
    yield Step(job.delays.ack, Ack())
    yield Step(job.delays.answer, Refuse("the exchange declines this order"))
