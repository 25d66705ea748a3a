"""An exchange: no New before a fill, and an IOC order ends with its last fill."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill
from simulators.behaviours.steps import Job, Step


def exchange(job: Job) -> Iterator[Step]:
    """The first report is the fill; only what trades nothing is acknowledged."""
    pieces = job.take(job.qty)
    if not pieces:
        yield Step(job.delays.ack, Ack())
    short = job.at_once and sum(piece.qty for piece in pieces) < job.qty
    for number, piece in enumerate(pieces, start=1):
        yield Step(0, Fill(piece, ends=short and number == len(pieces)))
