"""The broker takes less of the order than was sent."""

from collections.abc import Iterator

from simulators.acts import Ack, Fill, Restate
from simulators.behaviours.steps import Job, Step
from simulators.codes import ExecRestatementReason


def restated(job: Job) -> Iterator[Step]:
    """Restate to nine tenths (partial decline), then fill that."""
    yield Step(job.delays.ack, Ack())
    qty = max(1, job.qty * 9 // 10)
    pieces = job.take(qty)
    yield Step(job.delays.fill, Restate(job.done + qty, ExecRestatementReason.PARTIAL_DECLINE))
    for piece in pieces:
        yield Step(job.delays.fill, Fill(piece))
