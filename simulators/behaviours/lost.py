"""The broker loses the order: a status request finds nothing."""

from collections.abc import Iterator

from simulators.acts import Lose
from simulators.behaviours.steps import Job, Step


def lost(job: Job) -> Iterator[Step]:
    """Say nothing, and know nothing of the order; sent again it is a new one."""
    yield Step(0, Lose())
