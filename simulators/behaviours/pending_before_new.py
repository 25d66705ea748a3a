"""A cancel is pending before the order is New."""

from collections.abc import Iterator

from simulators.acts import Ack, Grant, Pending
from simulators.behaviours.steps import Job, Step


def pending_before_new(job: Job) -> Iterator[Step]:
    """Acknowledge late, and keep the order."""
    yield Step(job.delays.slow_ack, Ack())


def pending_before_new_answer(job: Job) -> Iterator[Step]:
    """PendingCancel or PendingReplace, then New, then what was asked."""
    yield Step(0, Pending())
    if not job.done:
        yield Step(job.delays.answer, Ack())
    yield Step(job.delays.answer, Grant())
