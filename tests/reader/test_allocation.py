"""What each account would get, asked before a block is finished."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tests.builders import D, Desk, desk
from tests.core.splits import define, worked
from tests.states import same
from tradeoms.bus.keys import User
from tradeoms.bus.sight import may_ask, narrowed
from tradeoms.model import commands as c
from tradeoms.model.fields import Role
from tradeoms.model.reference import Instrument
from tradeoms.queries import QUERIES
from tradeoms.reader import Reader
from tradeoms.views import VIEWS


def ask(floor: Desk, block: str, user: str = "trader", *accounts: str) -> dict[str, Any]:
    asked = {"block": block, "user": user, "accounts": accounts}
    (found,) = QUERIES["allocation"](Reader(floor.state), asked)
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
    with pytest.raises(ValueError, match="block = 'B1': is open, must be working"):
        ask(floor, block)
    with pytest.raises(ValueError, match="block = 'B9': unknown block"):
        ask(floor, "B9")
    name = floor.route(block, 100)
    floor.fill(name, 120)
    with pytest.raises(ValueError, match="is over-filled: 120 of 100"):
        ask(floor, block)


def test_who_sees_some_accounts_gets_their_rows_and_nothing_of_the_others() -> None:
    floor = desk()
    define(floor, hold_back=D(50))
    block, _ = worked(floor, 10, ("A1", 100), ("A2", 100), ("A3", 100))
    whole, own = ask(floor, block), ask(floor, block, "rita", "A1", "A9")
    ((mine,), first) = own["rows"], whole["rows"][0]
    assert mine | {"allocated": ""} == first | {"allocated": ""}
    assert (own["left_out"], whole["left_out"]) == (2, 0)
    assert (own["exception"], own["alerts"]) == ("the split is not the policy's own", [])
    assert whole["exception"] in whole["refused"]
    refused = ask(floor, block, "trader", "A1")["refused"]
    assert refused == f"{own['exception']}; give a reason to split it all the same"
    assert own["AvgPx"] == whole["AvgPx"]
    for other in (block, "B99"):  # whether there is one is not theirs to know
        with pytest.raises(ValueError, match=f"^block = '{other}': unknown block$"):
            ask(floor, other, "rita", "A9")


def test_the_server_says_whose_accounts_are_meant_and_not_the_user() -> None:
    limited = User("u", "key", (Role.Trader,), frozenset({"A2", "A1"}), frozenset())
    wide = User("u", "key", (Role.Trader,), frozenset(), frozenset())
    asked = {"block": "B1", "accounts": ["A3"]}
    assert may_ask(limited, "allocation", asked)
    assert narrowed(limited, "allocation", asked) == {"block": "B1", "accounts": ["A1", "A2"]}
    assert narrowed(wide, "allocation", asked) == {"block": "B1", "accounts": []}
    assert narrowed(limited, "relief", asked) == asked


def test_reference_data_is_everybodys() -> None:
    limited = User("u", "key", (Role.Viewer,), frozenset({"A1"}), frozenset())
    assert may_ask(limited, "instruments", {})
    reader = Reader(desk().state)
    (row,) = QUERIES["instruments"](reader, {"instruments": ["ACME"]})
    assert msgspec.convert(row, Instrument, strict=False) == reader.state.instruments["ACME"]
    for wrong in (["ACME", "NONE"], [], "ACME"):
        with pytest.raises(ValueError, match="names of instruments are needed"):
            QUERIES["instruments"](reader, {"instruments": wrong})
