"""A replace is pending, a fill comes, the replace is refused; a cancel is granted."""

from collections.abc import Iterator

from simulators.acts import Ack, Deny, Fill, Grant, Pending
from simulators.behaviours.steps import Job, Step, some
from simulators.codes import CxlRejReason


def replace_rejected(job: Job) -> Iterator[Step]:
    """Acknowledge and keep the order."""
    yield Step(job.delays.ack, Ack())


def replace_rejected_answer(job: Job) -> Iterator[Step]:
    """Go back to the old terms, and keep the fill."""
    if not job.wanted:
        yield Step(0, Grant())
        return
    yield Step(0, Pending())
    for piece in some(job):
        yield Step(job.delays.fill, Fill(piece))
    yield Step(job.delays.answer, Deny(CxlRejReason.BROKER_OPTION, "the desk keeps the old terms"))
