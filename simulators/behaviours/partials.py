"""New, then several partial fills."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill
from simulators.behaviours.steps import Job, Step, split


def partials(job: Job) -> Iterator[Step]:
    """Acknowledge, then fill what the book gives in two to five pieces (more if it took more price
    levels).
    """
    yield Step(job.delays.ack, Ack())
    rng = job.rng()
    for piece in split(job.take(job.qty), rng.randint(2, 5), rng):
        yield Step(job.delays.fill, Fill(piece))
