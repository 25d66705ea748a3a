"""A fill outside the limit."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill
from simulators.behaviours.steps import Job, Step
from simulators.venue import Piece


def worse_price(job: Job) -> Iterator[Step]:
    """Fill at a whole unit of money worse than the limit, or than the market."""
    yield Step(job.delays.ack, Ack())
    for qty, px in job.take(job.qty):
        yield Step(job.delays.fill, Fill(Piece(qty, job.worse(job.limit or px, 100))))
