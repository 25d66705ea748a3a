"""The order is refused."""

from collections.abc import Iterator

from simulators.acts import Refuse
from simulators.behaviours.steps import Job, Step


def reject(job: Job) -> Iterator[Step]:
    """Reject with OrdRejReason 99 and a text."""
    yield Step(job.delays.ack, Refuse("the desk declines this order"))
