"""Halts: what is open is cancelled, nothing new leaves, over restarts too, until two persons resume."""

from typing import Any

import pytest

from tests.builders import D, Desk, K, Memory, desk
from tests.states import same
from tradeoms.engine import Engine
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.placements import Placement
from tradeoms.queries import QUERIES
from tradeoms.reader import Reader

ROUTE = (c.Route("KING", D(10)),)


@pytest.fixture
def floor() -> Desk:
    return desk()


def cancelled(floor: Desk) -> list[str]:
    """Placements of which a cancel was asked for."""
    events = [record.event for record in floor.journal.records]
    return [event.placement for event in events if isinstance(event, e.CancelRequested)]


def restart(floor: Desk) -> None:
    """The same firm from its journal alone."""
    journal = Memory()
    journal.records = list(floor.journal.records)
    floor.journal, floor.engine = journal, Engine(journal.replay(), journal, journal.replay)


def test_the_house(floor: Desk) -> None:
    name, staged = floor.working(("A1", 100)), floor.order(("A2", 50))
    block = floor.block_of(name).block
    idle = floor.block(("A3", 50))
    assert floor.done(c.Halt("odd fills", everything=True), "carl") == ("H1",)
    assert cancelled(floor) == [name]
    assert floor.placement(name).unwanted
    why = "the house is halted by carl: odd fills (H1)"
    for _ in range(2):
        assert floor.refused(c.RouteBlock(idle, ROUTE), "trader") == {"block": why}
        together = c.RouteBlocks((c.RouteBlock(idle, ROUTE),))
        assert floor.refused(together, "trader") == {"blocks[0].block": why}
        assert floor.refused(c.BlockOrders((staged,)), "trader") == {"orders[0]": why}
        joining = floor.refused(c.JoinBlock(block, (staged,), "r"), "trader")
        assert joining == {"block": why, "orders[0]": why}
        restart(floor)
    answer = floor.submit(("A1", 5))
    assert [(p.field, p.reason) for p in answer.problems] == [("order.members", why)]


def test_a_change_at_the_broker_is_new_work(floor: Desk) -> None:
    name = floor.working(("A1", 100))
    floor.done(c.Halt("odd", trader="trader"), "carl")
    floor.report(name, K.CancelReject)  # the broker does not take the cancel
    why = "trader trader is halted by carl: odd (H1)"
    assert floor.refused(c.ReplacePlacement(name, D(90)), "trader") == {"block": why}


@pytest.mark.parametrize(
    ("scope", "stopped"),
    [({"trader": "trader"}, "AD"), ({"desk": "growth"}, "D"), ({"account": "A1"}, "A")],
)
def test_only_what_is_meant_is_stopped(floor: Desk, scope: dict[str, str], stopped: str) -> None:
    """40 open orders, 15 of the desk: those are cancelled, the others go on."""
    own: dict[str, Placement] = {}
    blocks: dict[str, str] = {}
    for key, members, fields in (("A", ("A1", 100), {}), ("D", ("A2", 100), {"desk": "growth"})):
        blocks[key] = floor.block(members, **fields)
        own[key] = floor.placement(floor.route(blocks[key], 50))
    (blocks["T"],) = floor.done(c.BlockOrders((floor.order(("A3", 100)),)), "tina")
    (routed,) = floor.done(c.RouteBlock(blocks["T"], ROUTE), "tina")
    own["T"] = floor.placement(routed)
    floor.done(c.Halt("stop", **scope), "carl")
    assert cancelled(floor) == [own[key].placement for key in stopped]
    for key, user in (("A", "trader"), ("D", "trader"), ("T", "tina")):
        answer = floor.do(c.RouteBlock(blocks[key], ROUTE), user)
        assert (answer.outcome == "refused") == (key in stopped), (key, answer)


def test_who_takes_over_from_a_halted_trader_goes_on(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    floor.done(c.Halt("is out", trader="trader"), "carl")
    floor.done(c.Claim((block,), "trader is halted"), "tina")
    floor.done(c.RouteBlock(block, ROUTE), "tina")


def test_it_takes_two_persons_to_go_on(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    floor.done(c.Halt("odd", trader="trader"), "carl")
    assert floor.refused(c.Resume("H1", "all is well"), "trader") == {
        "user": "is halted: others resume"
    }
    assert floor.refused(c.Resume("H1", " "), "carl") == {"reason": "needs a reason"}
    assert floor.refused(c.Resume("H9", "r"), "carl") == {"halt": "unknown halt"}
    floor.done(c.Resume("H1", "looked at it"), "carl")
    restart(floor)
    again = {"user": "has consented: another person is needed"}
    assert floor.refused(c.Resume("H1", "really"), "carl") == again
    assert "block" in floor.refused(c.RouteBlock(block, ROUTE), "trader")
    shown = QUERIES["halts"](Reader(floor.state), {})
    assert [(row["halt"], row["what"], row["consents"]) for row in shown] == [
        ("H1", "trader trader", ["carl"])
    ]
    floor.done(c.Resume("H1", "agreed"), "olga")
    floor.done(c.RouteBlock(block, ROUTE), "trader")
    assert QUERIES["halts"](Reader(floor.state), {}) == []
    assert floor.refused(c.Resume("H1", "r"), "tom")["halt"].startswith("was lifted at")
    assert floor.alerts().count("halted") == 2
    assert floor.alerts().count("resumed") == 1
    same(floor.journal.replay(), floor.state)


def test_pressed_again_it_cancels_again_and_is_one_halt(floor: Desk) -> None:
    name = floor.working(("A1", 100))
    floor.done(c.Halt("odd", account="A1"), "carl")
    floor.report(name, K.CancelReject)
    floor.done(c.Halt("still odd", account="A1"), "tom")
    assert cancelled(floor) == [name, name]
    assert list(floor.state.halts) == ["H1"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "trader"),
        ({"trader": "a", "everything": True}, "trader"),
        ({"trader": "a", "desk": "b"}, "trader"),
        ({"account": "NOBODY"}, "account"),
        ({"desk": "caf\xe9"}, "desk"),
        ({"trader": "x" * 65}, "trader"),
        ({"everything": True, "reason": ""}, "reason"),
    ],
)
def test_a_halt_says_whose_and_why(floor: Desk, fields: dict[str, Any], field: str) -> None:
    assert list(floor.refused(c.Halt(**{"reason": "r", **fields}), "carl")) == [field]


def test_the_table_shows_who_halted_what_and_who_would_resume(floor: Desk) -> None:
    floor.done(c.Halt("odd fills", trader="tina"), "carl")
    reader = Reader(floor.journal.replay())

    def shown() -> list[tuple[str, ...]]:
        reader.follow(floor.journal.records[reader.state.seq :])
        return [(r.key, r.what, r.state, r.user, r.consents) for r in reader.rows("halts")]

    assert shown() == [("H1", "trader tina", "halted", "carl", "")]
    floor.done(c.Resume("H1", "looked"), "olga")
    assert shown()[0][2:] == ("consented", "carl", "olga: looked")
    floor.done(c.Resume("H1", "fine"), "carl")
    assert shown()[0][2:] == ("lifted", "carl", "olga: looked; carl: fine")
