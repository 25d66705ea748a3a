"""New, a partial fill, then the broker cancels the rest of its own accord."""

from collections.abc import Iterator

from simulators.acts import Ack, Cancel, Fill
from simulators.behaviours.steps import Job, Step
from simulators.codes import ExecRestatementReason


def unsolicited_cancel(job: Job) -> Iterator[Step]:
    """Acknowledge, fill about half in one piece at the best price, then cancel what nobody asked to
    cancel.
    """
    yield Step(job.delays.ack, Ack())
    half = job.take(job.qty // 2)
    if half:
        yield Step(job.delays.fill, Fill(half[0]))
    yield Step(
        job.delays.fill, Cancel("cancelled by the broker", ExecRestatementReason.BROKER_OPTION)
    )
