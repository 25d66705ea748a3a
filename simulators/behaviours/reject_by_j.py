"""The only answer is a BusinessMessageReject."""

from collections.abc import Iterator

from simulators.acts import RefuseBy
from simulators.behaviours.steps import Job, Step
from simulators.codes import MsgType


def reject_by_j(job: Job) -> Iterator[Step]:
    """Reject with RefSeqNum and without ClOrdID."""
    yield Step(job.delays.ack, RefuseBy(MsgType.BUSINESS_REJECT))
