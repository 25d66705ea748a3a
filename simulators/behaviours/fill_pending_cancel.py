"""The order is filled while its cancel or replace is pending."""

from collections.abc import Iterator

from simulators.acts import Ack, Deny, Fill, Pending
from simulators.behaviours.steps import Job, Step
from simulators.codes import CxlRejReason


def fill_pending_cancel(job: Job) -> Iterator[Step]:
    """Acknowledge and keep the order."""
    yield Step(job.delays.ack, Ack())


def fill_pending_cancel_answer(job: Job) -> Iterator[Step]:
    """Pending, then filled with the status still pending, then too late: the reject tells the end."""
    yield Step(0, Pending())
    for piece in job.take(job.qty):
        yield Step(job.delays.fill, Fill(piece))
    yield Step(job.delays.answer, Deny(CxlRejReason.TOO_LATE, "too late to cancel"))
