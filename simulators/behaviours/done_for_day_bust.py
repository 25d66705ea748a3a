"""Done for the day, then a correction and a bust."""

from collections.abc import Iterator

from simulators.acts import Ack, Bust, Correct, DoneForDay, Fill
from simulators.behaviours.steps import Job, Step, some
from simulators.venue import Piece


def done_for_day_bust(job: Job) -> Iterator[Step]:
    """Fill about half, end the day, correct the fill to fewer shares, bust the correction."""
    yield Step(job.delays.ack, Ack())
    pieces = some(job)
    for piece in pieces:
        yield Step(job.delays.fill, Fill(piece))
    yield Step(job.delays.fill, DoneForDay())
    for qty, px in pieces:
        yield Step(job.delays.bust, Correct(0, Piece(max(1, qty - 1), px)))
        yield Step(job.delays.bust, Bust(0))
