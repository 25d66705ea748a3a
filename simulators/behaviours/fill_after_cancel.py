"""A fill is reported after the cancel was granted."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill, Grant
from simulators.behaviours.steps import Job, Step, some


def fill_after_cancel(job: Job) -> Iterator[Step]:
    """Acknowledge and keep the order."""
    yield Step(job.delays.ack, Ack())


def fill_after_cancel_answer(job: Job) -> Iterator[Step]:
    """Grant, then report what had traded before: the order stays Canceled."""
    pieces = [] if job.wanted else some(job)
    yield Step(0, Grant())
    for piece in pieces:
        yield Step(job.delays.fill, Fill(piece))
