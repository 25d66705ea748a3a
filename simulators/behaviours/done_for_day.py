"""Part-filled, then done for the day."""

from collections.abc import Iterator

from simulators.acts import Ack, DoneForDay, Fill
from simulators.behaviours.steps import Job, Step, some


def done_for_day(job: Job) -> Iterator[Step]:
    """Fill about half, then work the order no more; a GT order goes on with the next run."""
    yield Step(job.delays.ack, Ack())
    for piece in some(job):
        yield Step(job.delays.fill, Fill(piece))
    yield Step(job.delays.fill, DoneForDay())
