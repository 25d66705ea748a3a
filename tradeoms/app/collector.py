"""Python's cyclic garbage collector, for a process that keeps a large state without cycles."""

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 20


def relax() -> None:
    """Look for cycles less often, and never at what was recovered. At 700 new containers a time, as
    Python does by itself, looking took a quarter of the time and found next to nothing: the state is
    records without cycles. What quickfix holds does not wait for it: an engine's end frees that.
    """
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
