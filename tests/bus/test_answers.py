"""One id, one answer: the same again, at the same time, after years, across a restart."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event

import pytest

from tests.bus.office import PATIENCE, Raw, Writer, order
from tradeoms.bus import asked, wire
from tradeoms.bus.client import BusRefused, Client, NoAnswer
from tradeoms.bus.keys import KeyStore
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Outcome

Connect = Callable[[str], Client]


def test_the_same_id_twice_is_one_order(writer: Writer, connect: Connect) -> None:
    paula, orders = connect("paula"), writer.orders()
    first = paula.submit(order(), id="mine")
    assert paula.submit(order(), id="mine") == first
    assert paula.submit(order(quantity=99), id="mine") == first
    assert writer.orders() == orders + 1


def test_the_same_id_from_two_connections_at_once(writer: Writer, connect: Connect) -> None:
    one, two, orders = connect("paula"), connect("paula"), writer.orders()
    writer.journal.go.clear()
    for client in (one, two):
        client.send(order(), id="mine")
    one.until(lambda: two.poll(0.01) == [] and writer.door.counts["received"] == 2)
    writer.journal.go.set()
    assert one.wait(["mine"]) == two.wait(["mine"])
    assert writer.orders() == orders + 1


def test_a_basket_asked_for_twice_while_it_is_read(writer: Writer, connect: Connect) -> None:
    one, two, orders = connect("paula"), connect("paula"), writer.orders()
    basket = c.SubmitBasket("K", tuple(order().order for _ in range(500)))
    for client in (one, two):
        client.send(basket, id="mine")
    (first,), (second,) = one.wait(["mine"]), two.wait(["mine"])
    assert first == second
    assert first.outcome is Outcome.Done
    assert writer.orders() == orders + 500


def test_ids_of_different_users_do_not_clash(writer: Writer, connect: Connect) -> None:
    paula = connect("paula").submit(order(), id="mine")
    peter = connect("peter").submit(order(), id="mine")
    assert (paula.user, peter.user) == ("paula", "peter")
    assert paula.ids != peter.ids


def test_an_answer_comes_after_the_commit(writer: Writer, connect: Connect) -> None:
    paula = connect("paula")
    writer.journal.go.clear()
    writer.journal.appending.clear()
    id = paula.send(order())
    paula.until(writer.journal.appending.is_set)
    with pytest.raises(NoAnswer) as late:
        paula.wait([id], timeout=0.1)
    assert late.value.ids == (id,)
    writer.journal.go.set()
    answer = paula.submit(order(), id=id)
    assert writer.journal.records[-1].event == answer
    assert writer.journal.records[-2].cause == e.Cause("paula", id)


def test_many_answers_wake_the_bus_once(writer: Writer, connect: Connect) -> None:
    """The writer must not stand still because nobody reads a pipe."""
    paula = connect("paula")
    answers = paula.submit_all([order() for _ in range(3000)])
    assert len({answer.id for answer in answers}) == 3000
    assert len({answer.ids for answer in answers}) == 3000


def test_an_old_id_is_answered_from_the_read_model(keys: KeyStore) -> None:
    asked_for: list[tuple[str, str]] = []
    at = datetime(2026, 1, 2, tzinfo=UTC)
    old = e.Answered("paula", "old", Outcome.Done, "SubmitOrder", at, ("O1",))

    def older(user: str, id: str) -> e.Answered | None:
        asked_for.append((user, id))
        return old if (user, id) == ("paula", "old") else None

    writer = Writer(keys, older=older)
    try:
        orders, here = writer.orders(), writer.door.address
        with (
            Client(here, here, keys.credentials("paula")) as paula,
            Client(here, here, keys.credentials("peter")) as peter,
        ):
            paula.submit(order())
            assert asked_for == [], "a new id is nobody's"
            assert paula.submit(order(), id="old") == old
            assert writer.orders() == orders + 1
            assert peter.submit(order(), id="old").user == "peter"
            new = paula.submit(order(), id="new")
            assert asked_for == [("paula", "old"), ("peter", "old"), ("paula", "new")]
            assert paula.submit(order(), id="new") == new
            assert len(asked_for) == 3, "the state still knows it"
    finally:
        writer.stop()


def test_where_nothing_can_be_looked_up_nothing_is_said(keys: KeyStore) -> None:
    broken = Event()
    broken.set()

    def older(user: str, id: str) -> None:
        if broken.is_set():
            raise OSError("the database is away")

    writer = Writer(keys, older=older)
    try:
        with Raw(writer.door.address, keys.credentials("paula")) as raw:
            seq = writer.engine.state.seq
            raw.command(order(), "a", again=True)
            raw.command(order(), "b")
            kind, body = raw.hear()
            assert (kind, body["id"]) == (wire.ANSWER, "b")
            assert writer.door.counts["lookup failed"] == 1
            assert writer.engine.state.seq == seq + 2
            broken.clear()
            raw.command(order(), "a", again=True)
            assert raw.hear()[1]["id"] == "a"
    finally:
        writer.stop()


def test_a_lost_answer_is_asked_for_again(
    writer: Writer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "AGAIN", 0.1)
    paula, orders, lost = connect("paula"), writer.orders(), []
    send = writer.door._send

    def lossy(identity: bytes, kind: bytes, body: bytes) -> object:
        if len(lost) < 2:
            lost.append(body)
            return None
        return send(identity, kind, body)

    monkeypatch.setattr(writer.door, "_send", lossy)
    assert paula.submit(order()).outcome is Outcome.Done
    assert len(lost) == 2
    assert writer.orders() == orders + 1


def test_who_is_refused_gets_no_order_and_the_others_get_theirs(
    writer: Writer, connect: Connect
) -> None:
    rita = connect("rita")
    with pytest.raises(BusRefused, match="A2") as refused:
        rita.submit_all([order("A1"), order("A2"), order("A1")])
    assert [answer.outcome for answer in refused.value.answers] == [Outcome.Done] * 2


def test_a_restart_in_the_middle(keys: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server stops after the commit and before the answer; the same client goes on."""
    monkeypatch.setattr(asked, "AGAIN", 0.2)
    first = Writer(keys)
    address, house = first.door.address, first.house
    with Client(address, address, keys.credentials("paula")) as paula:
        paula.submit(order())
        monkeypatch.setattr(first.door, "_answer", lambda identity, answered: None)
        seq = first.engine.state.seq
        id = paula.send(order())
        paula.until(lambda: first.engine.state.seq == seq + 2)
        first.stop()
        unsent = paula.send(order())
        paula.poll(0.05)
        second = Writer(keys, address, house=house)
        try:
            orders = second.orders()
            answers = paula.wait([id, unsent], PATIENCE)
            assert [answer.outcome for answer in answers] == [Outcome.Done] * 2
            assert second.orders() == orders + 1
        finally:
            second.stop()


def test_what_was_given_up_does_not_come_out_later(keys: KeyStore) -> None:
    """An order that a person thinks is lost must not be sent when the server is back."""
    first = Writer(keys)
    address, house = first.door.address, first.house
    with Client(address, address, keys.credentials("paula")) as paula:
        paula.submit(order())
        first.stop()
        with pytest.raises(NoAnswer):  # it may leave before the connection is known to be gone
            paula.submit(order(), timeout=0.3)
        with pytest.raises(NoAnswer, match="there is no connection") as late:
            paula.submit_all([order() for _ in range(3000)], timeout=0.3)
        assert len(late.value.ids) == 3000
        second = Writer(keys, address, house=house)
        try:
            orders = second.orders()
            assert paula.submit(order()).outcome is Outcome.Done
            assert second.orders() == orders + 1
            assert second.door.counts == {"received": 1}
        finally:
            second.stop()


def test_nothing_is_left_open(keys: KeyStore) -> None:
    """After many clients and servers there are no more open files than before."""
    Writer(keys).stop()
    before = len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else 0
    for _ in range(10):
        writer = Writer(keys)
        here = writer.door.address
        for _ in range(3):
            with Client(here, here, keys.credentials("paula")) as client:
                client.submit(order())
        writer.stop()
    if before:
        assert len(os.listdir("/proc/self/fd")) <= before + 3
