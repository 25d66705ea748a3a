"""The rest ends as Expired."""

from collections.abc import Iterator

from simulators.acts import Ack, Expire, Fill
from simulators.behaviours.steps import Job, Step, some


def expired(job: Job) -> Iterator[Step]:
    """Fill what the book gives, or about half of what could rest, and let the rest expire."""
    yield Step(job.delays.ack, Ack())
    pieces = job.take(job.qty) if job.at_once else some(job)
    for piece in pieces:
        yield Step(job.delays.fill, Fill(piece))
    if sum(piece.qty for piece in pieces) < job.qty:
        yield Step(job.delays.fill, Expire("the rest has expired"))
