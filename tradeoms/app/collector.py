"""Python's cyclic garbage collector, for a process that keeps a large state without cycles."""

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 20


def relax() -> None:
    """Look for cycles less often, and never at what was recovered. At 700 new containers a time, as
    Python does by itself, looking took a quarter of a reader's time and found next to nothing: its
    state is records without cycles. Not for the writer: what quickfix holds is to go early.
    """
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
