"""The broker replaces the order unasked."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill, Restate
from simulators.behaviours.steps import Job, Step


def unsolicited_replace(job: Job) -> Iterator[Step]:
    """Report Replaced with nine tenths of the quantity under the same ClOrdID, then fill that."""
    yield Step(job.delays.ack, Ack())
    qty = max(1, job.qty * 9 // 10)
    pieces = job.take(qty)
    yield Step(job.delays.fill, Restate(job.done + qty))
    for piece in pieces:
        yield Step(job.delays.fill, Fill(piece))
