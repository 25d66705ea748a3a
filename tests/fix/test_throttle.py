"""A token bucket never gives more than was agreed, and lanes never let a cancel pass its order."""

from hypothesis import given
from hypothesis import strategies as st

from tradeoms.fix.throttle import Bucket, Lanes


@given(
    rate=st.integers(1, 1000),
    burst=st.integers(1, 50),
    steps=st.lists(st.integers(0, 10_000_000), min_size=1, max_size=200),
)
def test_no_window_holds_more_than_rate_and_burst(rate: int, burst: int, steps: list[int]) -> None:
    """In any stretch of time at most `burst` and what `rate` gives meanwhile. Steps are in µs."""
    bucket, now, taken = Bucket(rate, burst, 0.0), 0, []
    for step in steps:
        now += step
        if bucket.take(now / 1_000_000):
            taken.append(now)
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            time = taken[last] - taken[first]
            assert (last - first + 1 - burst) * 1_000_000 <= time * rate + 2 * rate


def test_a_full_bucket_gives_its_burst_and_then_one_at_a_time() -> None:
    bucket = Bucket(rate=4, burst=2, now=100.0)
    assert [bucket.take(100.0) for _ in range(3)] == [True, True, False]
    assert bucket.wait(100.0) == 0.25
    assert not bucket.take(100.2)
    assert bucket.take(100.25)
    assert [bucket.take(200.0) for _ in range(3)] == [True, True, False]


def test_without_a_rate_there_is_no_limit() -> None:
    bucket = Bucket(rate=0, burst=1, now=0.0)
    assert all(bucket.take(0.0) for _ in range(1000))
    assert bucket.wait(0.0) == 0


def test_a_message_does_not_overtake_an_earlier_one_about_the_same_thing() -> None:
    lanes: Lanes[str] = Lanes()
    for urgency, thing, message in ((2, "P1", "new"), (0, "P1", "cancel"), (0, "P2", "other")):
        lanes.put(urgency, (thing,), message)
    assert [lanes.pop() for _ in range(len(lanes))] == ["other", "new", "cancel"]
    lanes.put(0, ("P1",), "cancel")
    lanes.put(1, ("P2",), "replace")
    lanes.put(0, ("P3",), "cancel too")
    assert [lanes.pop() for _ in range(len(lanes))] == ["cancel", "cancel too", "replace"]
