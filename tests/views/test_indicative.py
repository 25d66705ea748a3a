"""What orders would have of a working block's fills: never less as fills grow, always the sum."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from allocation.rounding import webster as exact
from tests.builders import D, Desk, K, desk
from tradeoms.model import commands as c
from tradeoms.model.fields import OrdStatus
from tradeoms.views import VIEWS
from tradeoms.views.indicative import webster

orders = st.lists(st.integers(1, 10**9), min_size=1, max_size=12)


def shown(floor: Desk) -> list[int]:
    return [int(row.indicative) for row in VIEWS["orders"].all_rows(floor.state)]


@given(orders, st.integers(0, 10**6))
def test_it_is_webster_s_method(weights: list[int], millionths: int) -> None:
    total = sum(weights) * millionths // 10**6
    one = np.array([0, len(weights)], np.int64)
    columns = (np.array(weights, np.int64), np.array([total], np.int64), one)
    assert webster(weights, total) == exact(*columns, np.arange(len(weights))).tolist()


@given(st.lists(st.integers(1, 9), min_size=1, max_size=7))
def test_no_part_falls_while_fills_grow(weights: list[int]) -> None:
    before = [0] * len(weights)
    for total in range(sum(weights) + 1):
        now = webster(weights, total)
        assert sum(now) == total
        assert all(a <= b for a, b in zip(before, now, strict=True))
        before = now
    assert before == weights


def test_the_orders_of_a_working_block_show_their_part() -> None:
    floor = desk()
    names = tuple(floor.order((account, q)) for account, q in (("A1", 6), ("A2", 6), ("A3", 2)))
    (block,) = floor.done(c.BlockOrders(names), "trader")
    name = floor.route(block, 14)
    assert shown(floor) == [0, 0, 0]
    floor.fill(name, 10)
    assert shown(floor) == [5, 4, 1]
    assert [order.CumQty for order in floor.state.orders.values()] == [0, 0, 0]
    ExecID = floor.fill(name, 1)
    assert shown(floor) == [5, 5, 1]
    floor.bust(name, ExecID)
    assert shown(floor) == [5, 4, 1]
    floor.report(name, K.Canceled)
    floor.finish(block)
    assert shown(floor) == [0, 0, 0]
    assert floor.state.allocations[block].quantities == (4, 4, 2)
    floor.fill(name, 9, OrdStatus=OrdStatus.Canceled)  # more than ordered: nobody's
    assert shown(floor) == [6, 6, 2]


def test_only_a_change_of_fills_draws_the_orders_anew() -> None:
    floor = desk()
    floor.order(("A1", 5))
    name = floor.working(("A1", 100))
    seq = len(floor.journal.records)
    floor.fill(name, 30)
    floor.report(name, K.PendingCancel)
    drawn = [
        dict(VIEWS["orders"].rows(floor.state, record.event))
        for record in floor.journal.records[seq:]
    ]
    assert [list(rows) for rows in drawn] == [["O2"], []]
    assert drawn[0]["O2"].indicative == D(30)
