"""New, and nothing follows."""

from collections.abc import Iterator

from simulators.acts import Ack
from simulators.behaviours.steps import Job, Step


def ack_only(job: Job) -> Iterator[Step]:
    """Acknowledge and keep the order without filling it; it can be cancelled and replaced."""
    yield Step(job.delays.ack, Ack())
