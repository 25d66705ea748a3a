"""A replace crosses fills that go beyond the quantity it asks for."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill, Grant
from simulators.behaviours.steps import Job, Step


def replace_below(job: Job) -> Iterator[Step]:
    """Acknowledge and keep the order."""
    yield Step(job.delays.ack, Ack())


def replace_below_answer(job: Job) -> Iterator[Step]:
    """Fill one share more than is asked for, then grant: the order ends at what it has."""
    more = min(job.qty, job.wanted - job.done + 1)
    for piece in job.take(more) if job.wanted and more > 0 else ():
        yield Step(0, Fill(piece))
    yield Step(job.delays.answer, Grant())
