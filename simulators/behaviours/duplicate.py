"""The broker rejects a second copy that nobody sent."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill, RefuseDuplicate
from simulators.behaviours.steps import Job, Step


def duplicate(job: Job) -> Iterator[Step]:
    """Acknowledge, reject the ClOrdID as a duplicate with the live order's quantities, then fill."""
    yield Step(job.delays.ack, Ack())
    yield Step(0, RefuseDuplicate())
    for piece in job.take(job.qty):
        yield Step(job.delays.fill, Fill(piece))
