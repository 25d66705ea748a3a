"""Which processors a process runs on, where the configuration says so.

The writer's threads share one interpreter lock: spread over several processors they hand it, and what
they read and write, from one processor's cache to the next.
"""

import os


def stay_on(processor: int) -> None:
    """Run on one processor; threads and processes that are started from now on, too."""
    os.sched_setaffinity(0, {processor})


def keep_off(processor: int) -> None:
    """Run on all processors but one, if there are others."""
    if others := set(range(os.cpu_count() or 1)) - {processor}:
        os.sched_setaffinity(0, others)
