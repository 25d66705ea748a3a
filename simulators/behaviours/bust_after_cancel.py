"""Part-filled and canceled by the broker, then the fill is busted."""

from collections.abc import Iterator

from simulators.acts import Ack, Bust, Cancel, Fill
from simulators.behaviours.steps import Job, Step, some
from simulators.codes import ExecRestatementReason


def bust_after_cancel(job: Job) -> Iterator[Step]:
    """The order stays Canceled and has nothing left."""
    yield Step(job.delays.ack, Ack())
    pieces = some(job)
    for piece in pieces:
        yield Step(job.delays.fill, Fill(piece))
    yield Step(
        job.delays.fill, Cancel("cancelled by the broker", ExecRestatementReason.BROKER_OPTION)
    )
    if pieces:
        yield Step(job.delays.bust, Bust(0), late=True)
