"""Which processors a process runs on, and before whom.

The writer's threads share one interpreter lock: spread over several processors they hand it, and what
they read and write, from one processor's cache to the next.
"""

import os

GIVING_WAY = 5  # of 19 that a process can be nice


def stay_on(processor: int) -> set[int]:
    """Run on one processor; threads and processes that are started from now on, too. Gives those that
    whoever started us allows.
    """
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {processor})
    return allowed


def spread(allowed: set[int]) -> None:
    """Let this thread, and what it starts, run on all of these; none are said where nothing was narrowed."""
    if allowed:
        os.sched_setaffinity(0, allowed)


def give_way() -> None:
    """Run after all others that want to."""
    os.nice(GIVING_WAY)
