"""New, then whatever the book gives, at once."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill
from simulators.behaviours.steps import Job, Step


def ack_fill(job: Job) -> Iterator[Step]:
    """Acknowledge and trade the whole quantity against the book; a limit that is not marketable
    rests.
    """
    yield Step(job.delays.ack, Ack())
    for piece in job.take(job.qty):
        yield Step(0, Fill(piece))
