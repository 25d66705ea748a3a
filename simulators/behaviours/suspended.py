"""Part-filled, suspended, then filled."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill, Suspend
from simulators.behaviours.steps import Job, Step, some


def suspended(job: Job) -> Iterator[Step]:
    """Suspend the order in the middle."""
    yield Step(job.delays.ack, Ack())
    for piece in some(job):
        yield Step(job.delays.fill, Fill(piece))
    yield Step(job.delays.fill, Suspend())
    left = job.qty - job.qty // 2
    for piece in job.take(left):
        yield Step(job.delays.fill, Fill(piece))
