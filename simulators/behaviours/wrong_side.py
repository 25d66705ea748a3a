"""A fill on the other side."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill
from simulators.behaviours.steps import Job, Step


def wrong_side(job: Job) -> Iterator[Step]:
    """Fill as a sell what was to be bought, and the other way round."""
    yield Step(job.delays.ack, Ack())
    for piece in job.take(job.qty):
        yield Step(job.delays.fill, Fill(piece, Side="2" if job.buy else "1"))
