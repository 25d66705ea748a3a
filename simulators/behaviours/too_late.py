"""A request is refused as too late, and the fill comes after the refusal."""

from collections.abc import Iterator

from simulators.acts import Ack, Deny, Fill
from simulators.behaviours.steps import Job, Step, some
from simulators.codes import CxlRejReason


def too_late(job: Job) -> Iterator[Step]:
    """Acknowledge, fill about half, and keep the rest."""
    yield Step(job.delays.ack, Ack())
    for piece in some(job):
        yield Step(job.delays.fill, Fill(piece))


def too_late_answer(job: Job) -> Iterator[Step]:
    """Refuse with the old status; what made it too late is reported afterwards."""
    yield Step(0, Deny(CxlRejReason.TOO_LATE, "too late to cancel"))
    for piece in job.take(job.qty):
        yield Step(job.delays.fill, Fill(piece))
