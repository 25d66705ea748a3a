"""Settings of all tests."""

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

# The same examples every time and on every machine; a slow one is not a failure.
settings.register_profile(
    "ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci")


def pytest_collection_finish() -> None:
    """What collecting leaves stays to the end, a million objects of it: to look through them every few
    tests took the garbage collector a third of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5000, 20, 10)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` is: three for two processors, as many tests wait for programs that they started."""
    usable = getattr(os, "sched_getaffinity", None)
    return max(1, (len(usable(0)) if usable else os.cpu_count() or 1) * 3 // 2)
