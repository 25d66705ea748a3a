"""What is collected between two drawings."""

from blotter.link import Feed
from tests.blotter.fake import order
from tradeoms.bus.client import Change


def test_a_row_that_changes_twice_is_drawn_once() -> None:
    feed = Feed()
    feed.put([Change("orders", "O1", order(1)), Change("orders", "O2", order(2))])
    feed.put([Change("orders", "O1", None)])
    assert feed.take() == {"orders": {"O1": None, "O2": order(2)}}
    assert feed.take() == {}
