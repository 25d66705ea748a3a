"""New late, fills later."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill
from simulators.behaviours.steps import Job, Step, split


def slow(job: Job) -> Iterator[Step]:
    """Acknowledge after a long delay, then fill in two to five slow pieces."""
    yield Step(job.delays.slow_ack, Ack())
    rng = job.rng()
    for piece in split(job.take(job.qty), rng.randint(2, 5), rng):
        yield Step(job.delays.slow_fill, Fill(piece))
