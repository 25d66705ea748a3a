"""Requests are pending before they are granted."""

from collections.abc import Iterator

from simulators.acts import Ack, Grant, Pending
from simulators.behaviours.steps import Job, Step


def pending(job: Job) -> Iterator[Step]:
    """Acknowledge and keep the order."""
    yield Step(job.delays.ack, Ack())


def pending_answer(job: Job) -> Iterator[Step]:
    """Say that the request has come, and grant it later."""
    yield Step(0, Pending())
    yield Step(job.delays.answer, Grant())
