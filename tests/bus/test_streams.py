"""Tables over real sockets: they converge, for everybody, whatever the others do."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.bus.office import Raw, Streams
from tests.views import days
from tests.views.house import House
from tradeoms.bus import followed, subscribers, wire
from tradeoms.bus import streams as module
from tradeoms.bus.client import BusRefused, Client
from tradeoms.bus.keys import Credentials, KeyStore
from tradeoms.bus.sight import BY_ACCOUNT, sees
from tradeoms.bus.sockets import Fate
from tradeoms.bus.streams import StreamServer
from tradeoms.views import VIEWS


def follow(streams: Streams, client: Client, *tables: str) -> None:
    """Follow tables while the reader turns in this thread."""
    for table in tables:
        client._followed.follow(table)
    streams.until(lambda: set(tables) <= client._followed.complete, client)


def current(streams: Streams, client: Client) -> Callable[[], bool]:
    """Whether every table of a client is true now."""
    return lambda: all(client.seq[t] == streams.reader.state.seq for t in client.tables)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT", 0.02)


def test_every_table_converges_while_records_flow(
    streams: Streams, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscribers, "MOST_ROWS", 7)
    with streams.client("vera") as vera:
        follow(streams, vera, *VIEWS)
        for _ in range(200):
            house.step()
            streams.turn()
            vera.poll()
        house.settle()
        days.close(house)
        streams.turn()
        streams.until(current(streams, vera), vera)
        for table in VIEWS:
            assert vera.tables[table] == streams.rows(table), table
        whole = {n: {r.key: r for r in v.all_rows(house.state)} for n, v in VIEWS.items()}
        assert vera.tables == whole
        assert sum(not rows for rows in whole.values()) <= 4, "the day was too quiet to show much"


def test_a_snapshot_taken_in_the_rush_converges(
    streams: Streams, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts of the snapshot are older than the updates that come after it, never newer."""
    monkeypatch.setattr(subscribers, "MOST_ROWS", 3)
    seen: dict[str, int] = {}
    with streams.client("vera") as vera:
        hear = vera._followed.hear

        def check(kind: bytes, body: bytes) -> Any:
            said = msgspec.json.decode(body)
            if kind in (wire.SNAPSHOT, wire.ROWS):
                assert said["seq"] >= seen.get(said["table"], 0)
                seen[said["table"]] = said["seq"]
            return hear(kind, body)

        monkeypatch.setattr(vera._followed, "hear", check)
        for table in VIEWS:
            vera._followed.follow(table)
        for _ in range(150):
            house.step()
            streams.turn()
            vera.poll()
        house.settle()
        done = lambda: len(vera.seq) == len(VIEWS) and current(streams, vera)()  # noqa: E731
        streams.until(done, vera)
        assert vera.tables == {table: streams.rows(table) for table in VIEWS}


def test_changes_are_what_the_tables_went_through(streams: Streams, house: House) -> None:
    shadow: dict[str, Any] = {}
    with streams.client("vera") as vera:
        vera._followed.follow("orders")
        for _ in range(120):
            house.step()
            streams.turn()
            for table, key, row in vera.poll(0.001):
                assert table == "orders"
                if row is None:
                    del shadow[key]
                else:
                    shadow[key] = row
            assert shadow == vera.tables["orders"]
        assert shadow


def test_a_slow_reader_gets_the_latest_and_delays_nobody(
    streams: Streams, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscribers, "FORGOTTEN", 10**9)
    with (
        streams.client("vera") as vera,
        Raw(streams.door.address, streams.keys.credentials("tom")) as slow,
    ):
        slow.say(wire.SUBSCRIBE, wire.encode(wire.Subscribe("orders", 1)))
        streams.until(lambda: streams.door.clients == 1)
        follow(streams, vera, "orders", "blocks")
        (tom,) = (s for s in streams.door._subscribers.values() if s.user.user == "tom")
        for _ in range(400):
            house.step()
            streams.turn()
            vera.poll()
        streams.until(current(streams, vera), vera)
        assert vera.tables["orders"] == streams.rows("orders")
        assert tom.credit == 0
        assert len(tom._waiting) <= len(streams.rows("orders"))
        got: list[int] = []
        table: dict[str, Any] = {}
        while not tom.idle or slow.socket.poll(20):
            _, body = slow.hear()
            got.append(body["seq"])
            table |= {row["key"]: row for row in body["rows"]}
            slow.say(wire.CREDIT, wire.encode(wire.Credit("orders")))
            streams.door.socket.poll(1000)
            streams.door.listen()
        assert len(got) <= subscribers.CREDIT + 2
        assert got == sorted(got)
        assert table.keys() == streams.rows("orders").keys()
        encoded = {
            k: msgspec.json.decode(wire.encode(r)) for k, r in streams.rows("orders").items()
        }
        assert table == encoded


def test_who_takes_nothing_is_forgotten_and_comes_back(
    streams: Streams, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEARTBEAT", 0.0)
    monkeypatch.setattr(followed, "SILENCE", 0.05)
    with streams.client("vera") as vera:
        follow(streams, vera, "orders")
        vera.records()
        streams.until(lambda: streams.door.clients == 2)
        streams.until(lambda: streams.door.clients == 0)
        for _ in range(30):
            house.step()
        streams.until(lambda: vera.tables["orders"] == streams.rows("orders"), vera)
        streams.until(lambda: len(vera._followed.records) == house.state.seq, vera)


def test_who_left_is_forgotten(streams: Streams) -> None:
    with streams.client("vera") as vera:
        follow(streams, vera, "orders", "blocks")
        vera.records()
        streams.until(lambda: streams.door.clients == 3, vera)
    streams.until(lambda: streams.door.clients == 0)


def test_who_is_full_is_forgotten_and_misses_nothing(
    streams: Streams, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rather begin anew than lose one row."""
    monkeypatch.setattr(followed, "SILENCE", 0.05)
    send, full = streams.door._send, []
    with streams.client("vera") as vera:
        follow(streams, vera, "orders")
        monkeypatch.setattr(streams.door, "_send", lambda *a: full.append(a) or Fate.Full)
        while not full:
            house.step()
            streams.turn()
        assert streams.door.clients == 0
        monkeypatch.setattr(streams.door, "_send", send)
        streams.until(lambda: vera.tables["orders"] == streams.rows("orders"), vera)


def test_a_reader_that_starts_again(
    streams: Streams, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followed, "SILENCE", 0.3)
    with streams.client("vera") as vera:
        follow(streams, vera, "orders", "positions")
        vera.records(after=5)
        streams.until(lambda: bool(vera._followed.records), vera)
        table, address = vera.tables["orders"], streams.door.address
        streams.door.close()
        for _ in range(40):
            house.step()
        house.settle()
        again = Streams(house, streams.keys, address)
        try:
            again.until(lambda: vera.seq.get("orders") == house.state.seq, vera)
            again.until(lambda: vera._followed._after == house.state.seq, vera)
            assert vera.tables["orders"] == again.rows("orders")
            assert vera.tables["orders"] is table, "programs hold on to it"
            numbers = [record.seq for record in vera.take_records()]
            assert numbers == list(range(6, house.state.seq + 1))
        finally:
            again.door.close()
            streams.door = StreamServer(  # for the fixture to close
                "tcp://127.0.0.1:*", streams.keys, streams.reader, streams.history, {}
            )


def test_subscribing_twice(streams: Streams, house: House) -> None:
    """The second counts; what is still on its way for the first is not mixed into it."""
    with streams.client("vera") as vera:
        follow(streams, vera, "orders")
        for _ in range(20):
            house.step()
            streams.turn()
        vera._followed.follow("orders")
        vera._followed.follow("orders")
        changes = []
        while "orders" not in vera._followed.complete:
            streams.turn()
            changes += vera.poll(0.005)
        assert streams.door.clients == 1
        assert not [change for change in changes if change.row is None]
        assert vera.tables["orders"] == streams.rows("orders")


def test_an_unknown_table(streams: Streams) -> None:
    with streams.client("vera") as vera:
        vera._followed.follow("secrets")
        with pytest.raises(BusRefused, match="unknown table 'secrets', known are orders"):
            streams.until(lambda: False, vera)
        assert "secrets" not in vera.tables
        assert not vera._followed._awaited, "it is not asked for again"
        follow(streams, vera, "orders")


def test_a_restricted_user_sees_what_touches_its_accounts(streams: Streams, house: House) -> None:
    """Rows come and go; and of a row that never showed, not even the key is told."""
    user = streams.keys.named("rolf")
    assert user is not None
    seen: dict[str, set[str]] = {table: set() for table in VIEWS}
    with streams.client("rolf") as rolf:
        follow(streams, rolf, *VIEWS)
        for _ in range(250):
            house.step()
            streams.turn()
            for table, key, _ in rolf.poll():
                seen[table].add(key)
        house.settle()
        streams.until(current(streams, rolf), rolf)
        state = streams.reader.state
        for table in VIEWS:
            rows = streams.rows(table)
            own = {k: row for k, row in rows.items() if sees(user, state, table, row)}
            assert rolf.tables[table] == own, table
        named_otherwise = {"lots", "realized", "allocations", "confirmations"}
        named_otherwise |= {"statement_changes", "delivery_lines", "breaks", "cross_parts"}
        named_otherwise.add("action_lines")
        for table in BY_ACCOUNT - named_otherwise:
            assert all(key.startswith("A1/") for key in seen[table]), table


def test_keys_of_others_are_not_told(streams: Streams, house: House) -> None:
    told: set[str] = set()
    shown: set[str] = set()
    with Raw(streams.door.address, streams.keys.credentials("rolf")) as rolf:
        rolf.say(wire.SUBSCRIBE, wire.encode(wire.Subscribe("lots", 1)))
        for _ in range(400):
            house.step()
            streams.turn()
            while rolf.socket.poll(1):
                _, body = rolf.hear()
                shown |= {row["key"] for row in body["rows"]}
                told |= set(body.get("gone", ()))
                rolf.say(wire.CREDIT, wire.encode(wire.Credit("lots")))
    assert told, "the house has closed lots of A1"
    assert told <= shown


def test_other_rights_work_at_once(
    streams: Streams, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followed, "SILENCE", 0.1)
    monkeypatch.setattr("tradeoms.bus.keys.LOOK_AGAIN", 0.0)
    path = streams.keys.folder / "users" / "vera.toml"
    with streams.client("vera") as vera:
        follow(streams, vera, "positions")
        assert {row.account for row in vera.tables["positions"].values()} > {"A1"}
        path.write_text(path.read_text().replace("accounts = []", 'accounts = ["A1"]'))
        only = lambda: {r.account for r in vera.tables["positions"].values()} == {"A1"}  # noqa: E731
        streams.until(only, vera)
        path.unlink()
        with pytest.raises(BusRefused, match="unknown user"):
            streams.until(lambda: False, vera)
        streams.until(lambda: streams.door.clients == 0)


def test_heartbeats_say_that_it_is_not_old(streams: Streams, house: House) -> None:
    with streams.client("vera") as vera:
        follow(streams, vera, "unmatched")
        house.step()
        house.settle()
        streams.until(lambda: vera.seq["unmatched"] == house.state.seq, vera)
        before = vera._followed.heard
        streams.until(lambda: vera._followed.heard > before, vera)
        assert vera.silence < 5


MALFORMED = {
    "one frame": (b"subscribe",),
    "four frames": (wire.SUBSCRIBE, b"", b"", b""),
    "a kind of its own": (b"unsubscribe", b"{}"),
    "no JSON": (wire.SUBSCRIBE, b"orders"),
    "not UTF-8": (wire.SUBSCRIBE, b'{"table": "\xff"}'),
    "deep": (wire.QUERY, b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "another type": (wire.CREDIT, b'{"stream": 7}'),
}


@pytest.mark.parametrize("frames", MALFORMED.values(), ids=list(MALFORMED))
def test_malformed_requests(streams: Streams, frames: tuple[bytes, ...]) -> None:
    with Raw(streams.door.address, streams.keys.credentials("vera")) as raw:
        raw.say(*frames)
        streams.until(lambda: streams.door.counts["refused"] == 1)
        assert raw.refusal().startswith("malformed: ")
    with streams.client("vera") as vera:
        follow(streams, vera, "orders")


def test_credit_for_nothing(streams: Streams) -> None:
    """Confirming what was never sent, or a debt, changes nothing."""
    with Raw(streams.door.address, streams.keys.credentials("vera")) as raw:
        raw.say(wire.CREDIT, wire.encode(wire.Credit("orders")))
        raw.say(wire.SUBSCRIBE, wire.encode(wire.Subscribe("orders", 1)))
        raw.say(wire.CREDIT, wire.encode(wire.Credit("orders", -5)))
        raw.say(wire.CREDIT, wire.encode(wire.Credit("orders", 10**9)))
        streams.until(lambda: streams.door.counts["received"] == 4)
        (subscriber,) = streams.door._subscribers.values()
        assert 0 <= subscriber.credit <= subscribers.CREDIT
        assert streams.door.counts["refused"] == 0


def test_questions(streams: Streams, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(user: str, question: str, **arguments: Any) -> wire.Result:
        with streams.client(user) as client:
            id = client._followed.query(question, arguments)
            streams.until(lambda: id in client._followed.results, client)
            return client._followed.results[id]

    result = ask("vera", "state")
    assert result.rows[0]["seq"] == result.seq == streams.reader.state.seq
    assert ask("vera", "what").problem.startswith("unknown question 'what', known are state")
    assert "you may see only some" in ask("rolf", "state").problem
    assert ask("rolf", "state").rows == ()
    assert ask("vera", "idle").problem == "block = None: the name of a block is needed"
    streams.door._queries["messages"] = lambda reader, arguments: [arguments]
    assert ask("vera", "messages").problem == "role viewer may not ask for messages"
    assert ask("tom", "messages", placement="P1").rows == ({"placement": "P1"},)
    streams.door._queries["broken"] = lambda reader, arguments: [1 // 0]
    assert ask("vera", "broken").problem.startswith("ZeroDivisionError")


def test_insecure(house: House, keys: KeyStore) -> None:
    streams = Streams(house, keys, insecure=True)
    try:
        here = streams.door.address
        with Client(here, here, Credentials("vera")) as vera:
            follow(streams, vera, "orders")
        with Client(here, here, Credentials("ghost")) as ghost:
            ghost._followed.follow("orders")
            with pytest.raises(BusRefused, match="unknown user"):
                streams.until(lambda: False, ghost)
    finally:
        streams.door.close()
