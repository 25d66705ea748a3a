"""What each account would get, asked before a block is finished."""

from decimal import Decimal
from typing import Any

import pytest

from tests.builders import D, Desk, desk
from tests.core.splits import define, worked
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.queries import QUERIES
from tradeoms.reader import Reader
from tradeoms.views import VIEWS


def ask(floor: Desk, block: str, user: str = "trader") -> dict[str, Any]:
    (found,) = QUERIES["allocation"](Reader(floor.state), {"block": block, "user": user})
    return found


def test_what_is_foretold_is_what_is_booked() -> None:
    floor = desk()
    block = floor.block(("A1", 333), ("A2", 333), ("A3", 334))
    king, queen = floor.route(block, 500), floor.route(block, 500, "QUEEN")
    for quantity, price in ((123, "50.01"), (377, "50.03")):
        floor.fill(king, quantity, price)
    floor.fill(queen, 500, "49.9999")
    before = floor.journal.replay()
    told = ask(floor, block)
    same(before, floor.state)
    assert (told["AvgPx"], told["Currency"], told["refused"]) == ("50.01249000", "USD", "")
    assert [(row["account"], row["OrderQty"], row["AllocQty"]) for row in told["rows"]] == [
        ("A1", "333", "333"),
        ("A2", "333", "333"),
        ("A3", "334", "334"),
    ]
    assert sum(Decimal(row["commission"]) for row in told["rows"]) == D("12.50")
    floor.done(c.FinishBlock(block), "trader")
    booked = {row.account: row for row in VIEWS["allocations"].all_rows(floor.state)}
    for row in told["rows"]:
        own = booked[row["account"]]
        assert [Decimal(row[n]) for n in ("gross", "commission", "fees", "net", "AvgPx")] == [
            *(own.gross, own.commission, own.fees, own.net, own.AvgPx)
        ]


def test_a_block_at_work_is_foretold_and_says_why_it_is_not_finished() -> None:
    floor = desk()
    block = floor.block(("A1", 100), ("A2", 300))
    name = floor.route(block, 400)
    floor.fill(name, 100)
    told = ask(floor, block)
    assert told["refused"] == f"has working placements: {name}"
    assert [row["AllocQty"] for row in told["rows"]] == ["25", "75"]
    floor.fill(name, 300)
    assert ask(floor, block)["refused"] == ""
    floor.done(c.Reassign((block,), "tina", "hers"), "trader")
    assert ask(floor, block)["refused"] == "is tina's: take it over first"


def test_an_exception_is_said_before_it_is_made() -> None:
    floor = desk()
    define(floor, hold_back=D(50))
    block, _ = worked(floor, 10, ("A1", 100), ("A2", 100))
    told = ask(floor, block)
    assert told["exception"] == "allocation policy fair/1 holds back 10 of 50"
    assert told["refused"].endswith("give a reason to split it all the same")
    assert told["alerts"] == (f"{told['exception']}; split fair/1",)
    floor.done(c.FinishBlock(block, "the rest is not to be had"), "trader")
    event = floor.state.allocations[block]
    assert (event.exception, event.policy) == (told["exception"], told["policy"])
    assert list(event.quantities) == [int(row["AllocQty"]) for row in told["rows"]]


def test_what_cannot_be_allocated_says_why() -> None:
    floor = desk()
    block = floor.block(("A1", 100))
    with pytest.raises(ValueError, match="block: is open, must be working"):
        ask(floor, block)
    with pytest.raises(ValueError, match="block: unknown block"):
        ask(floor, "B9")
    name = floor.route(block, 100)
    floor.fill(name, 120)
    with pytest.raises(ValueError, match="is over-filled: 120 of 100"):
        ask(floor, block)
