"""What the server suggests to merge, and why something may not be."""

import pytest

from tests.builders import Desk, desk
from tradeoms.model import commands as c
from tradeoms.queries import QUERIES
from tradeoms.reader import Reader
from tradeoms.views import VIEWS


def merges(floor: Desk, user: str = "") -> list[tuple[str, list[str]]]:
    found = QUERIES["merges"](Reader(floor.state), {"user": user} if user else {})
    return [(row["block"], row["orders"]) for row in found]


def test_blocks_that_orders_may_join_come_before_groups() -> None:
    floor = desk()
    assert merges(floor) == []
    block = floor.block(("A1", 100), Price=50)
    names = [floor.order(("A2", 10), Price=price) for price in (50, 51, 51, 52)]
    assert merges(floor) == [(block, names[:1]), ("", names[1:3])]
    floor.done(c.Claim((names[1],)), "tina")
    assert merges(floor, "trader") == [(block, names[:1])]
    assert merges(floor, "tina") == [("", names[1:3])]
    floor.route(block, 100)
    assert merges(floor)[0] == (block, names[:1]), "a working block too"
    floor.done(c.JoinBlock(block, (names[0],), "same"), "trader")
    assert merges(floor) == [("", names[1:3])]


def test_a_reason_for_each_that_may_not() -> None:
    floor = desk()
    names = [floor.order(("A2", 10), Price=price) for price in (50, 50, 51)]
    ask = QUERIES["may_merge"]
    assert ask(Reader(floor.state), {"orders": names}) == [
        {"order": names[0], "reason": ""},
        {"order": names[1], "reason": ""},
        {"order": names[2], "reason": "Price is 51, not 50"},
    ]
    for bad in (None, [], ["O99"]):
        with pytest.raises(ValueError, match="names of orders are needed"):
            ask(Reader(floor.state), {"orders": bad})


def test_the_table_of_statement_changes_shows_before_and_after() -> None:
    floor = desk()
    block = floor.block(("A1", 100))
    name = floor.route(block, 40)
    floor.fill(name, 10)
    order = floor.order(("A2", 40))
    floor.done(c.JoinBlock(block, (order,), "later"), "trader")
    floor.done(c.LeaveBlock(block, "O1", "no more"), "trader")
    rows = list(VIEWS["statement_changes"].all_rows(floor.state))
    assert [(r.change, r.account, r.before, r.after, r.filled) for r in rows] == [
        ("joined", "A2", 0, 40, 10),
        ("left", "A1", 100, 10, 10),
    ]
