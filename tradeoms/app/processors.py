"""Which processors a process runs on, and before whom.

The writer's threads share one interpreter lock: spread over several processors they hand it, and what
they read and write, from one processor's cache to the next.
"""

import os

GIVING_WAY = 5  # of 19 that a process can be nice


def stay_on(processor: int) -> None:
    """Run on one processor; threads and processes that are started from now on, too."""
    os.sched_setaffinity(0, {processor})


def give_way() -> None:
    """Run on any processor, also where whoever started us may not, but after all others that want to."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
    os.nice(GIVING_WAY)
