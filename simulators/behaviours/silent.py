"""The broker says nothing."""

from collections.abc import Iterator

from simulators.behaviours.steps import Job, Step


def silent(job: Job) -> Iterator[Step]:
    """Take the order and never answer: not it, nor a cancel, replace or status request about it."""
    return iter(())
