"""Every fill comes twice."""

from collections.abc import Iterator

from simulators.acts import Ack, Again, Fill
from simulators.behaviours.steps import Job, Step


def poss_resend(job: Job) -> Iterator[Step]:
    """Send each fill again with PossResend: a new MsgSeqNum, the same ExecID."""
    yield Step(job.delays.ack, Ack())
    for piece in job.take(job.qty):
        yield Step(job.delays.fill, Fill(piece))
        yield Step(0, Again())
