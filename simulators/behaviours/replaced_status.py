"""A granted replace has OrdStatus 5, as some brokers of FIX 4.2 still say."""

from collections.abc import Iterator

from simulators.acts import Ack, Grant
from simulators.behaviours.steps import Job, Step
from simulators.codes import OrdStatus


def replaced_status(job: Job) -> Iterator[Step]:
    """Acknowledge and keep the order."""
    yield Step(job.delays.ack, Ack())


def replaced_status_answer(job: Job) -> Iterator[Step]:
    """Grant at once; the report of a replace shows Replaced as the status."""
    yield Step(0, Grant(OrdStatus.REPLACED if job.wanted else ""))
