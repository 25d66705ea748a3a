"""Who gets in at the door for commands, and what becomes of messages that are none."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import zmq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.bus.office import ANYWHERE, Raw, Writer, order
from tradeoms.bus import sockets, wire
from tradeoms.bus.client import BusRefused, Client, NoAnswer
from tradeoms.bus.keys import Credentials, KeyStore
from tradeoms.bus.server import CommandServer
from tradeoms.bus.sockets import NotLoopback
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Outcome, Role

Connect = Callable[[str], Client]


def stands(writer: Writer, keys: KeyStore) -> None:
    """Assert that the server still answers."""
    with Client(writer.door.address, writer.door.address, keys.credentials("paula")) as client:
        assert client.submit(order()).outcome is Outcome.Done


def stranger(keys: KeyStore) -> Credentials:
    public, secret = (key.decode() for key in zmq.curve_keypair())
    return Credentials("paula", public, secret, keys.server().public)


def test_a_known_key(writer: Writer, connect: Connect) -> None:
    answer = connect("paula").submit(order())
    assert (answer.outcome, answer.user, answer.command) == (Outcome.Done, "paula", "SubmitOrder")
    assert writer.engine.state.orders[answer.ids[0]].pm == "paula"
    assert writer.door.counts == {"received": 1}


def test_an_unknown_key_is_refused_and_counted(writer: Writer, keys: KeyStore) -> None:
    with Client(writer.door.address, writer.door.address, stranger(keys)) as client:
        client.send(order())
        client.until(lambda: writer.door.counts["unknown key"] > 0)
        with pytest.raises(NoAnswer, match="does it know this key"):
            client.submit(order(), timeout=0.2)
    assert writer.door.counts["received"] == 0
    stands(writer, keys)


def test_who_was_refused_gets_in_once_the_key_is_known(
    writer: Writer, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ZeroMQ alone would never try again."""
    monkeypatch.setattr(sockets, "RENEW", 0.2)
    credentials = stranger(keys)
    with Client(writer.door.address, writer.door.address, credentials) as client:
        id = client.send(order())
        client.until(lambda: writer.door.counts["unknown key"] > 0)
        known = f'user = "late"\npublic = "{credentials.public}"\nroles = ["pm"]\n'
        (keys.folder / "users" / "late.toml").write_text(known)
        (answer,) = client.wait([id])
        assert answer.user == "late"


def test_a_wrong_server_key_gets_nowhere(writer: Writer, keys: KeyStore) -> None:
    right = keys.credentials("paula")
    wrong = msgspec.structs.replace(right, server=zmq.curve_keypair()[0].decode())
    with (
        Client(writer.door.address, writer.door.address, wrong) as client,
        pytest.raises(NoAnswer),
    ):
        client.submit(order(), timeout=0.3)
    stands(writer, keys)


def test_plain_text_gets_nowhere(writer: Writer, keys: KeyStore) -> None:
    with (
        Client(writer.door.address, writer.door.address, Credentials("paula")) as client,
        pytest.raises(NoAnswer),
    ):
        client.submit(order(), timeout=0.3)
    assert writer.door.counts["received"] == 0
    stands(writer, keys)


def test_a_key_made_meanwhile_works_at_once(writer: Writer, keys: KeyStore) -> None:
    stands(writer, keys)
    for n in range(5):  # so fast that a file system's clock may not have ticked
        KeyStore(keys.folder).new(f"new{n}", [Role.PortfolioManager])
        credentials = keys.credentials(f"new{n}")
        with Client(writer.door.address, writer.door.address, credentials) as client:
            assert client.submit(order()).user == f"new{n}"


def test_a_key_that_is_removed_works_no_more(
    writer: Writer, keys: KeyStore, connect: Connect
) -> None:
    client = connect("paula")
    client.submit(order())
    (keys.folder / "users" / "paula.toml").unlink()
    with pytest.raises(BusRefused, match="unknown user") as refused:
        client.submit(order(), id="mine")
    assert refused.value.id == "mine"
    assert writer.door.counts["refused"] == 1


def test_a_broken_user_file_locks_out_one_user(writer: Writer, keys: KeyStore) -> None:
    (keys.folder / "users" / "tom.toml").write_bytes(b'user = "tom\xff')
    (keys.folder / "users" / "vera.toml").write_text('user = "paula"\npublic = ""\nroles = []\n')
    stands(writer, keys)
    assert keys.named("tom") is None
    assert keys.named("vera") is None


def test_a_wrong_role_is_refused_and_not_journalled(
    writer: Writer, keys: KeyStore, connect: Connect
) -> None:
    before = writer.engine.state.seq
    with (
        capture_logs() as logged,
        pytest.raises(BusRefused, match="role viewer may not send SubmitOrder"),
    ):
        connect("vera").submit(order())
    (line,) = (line for line in logged if line["event"] == "refused")
    assert line["so_far"] == 1
    assert writer.engine.state.seq == before
    assert writer.door.counts["refused"] == 1
    stands(writer, keys)


def test_a_wrong_account_is_refused_and_not_journalled(writer: Writer, connect: Connect) -> None:
    rita = connect("rita")
    own = rita.submit(order("A1"))
    foreign = connect("paula").submit(order("A2"))
    before = writer.engine.state.seq
    with pytest.raises(BusRefused, match="accounts A2 are not yours"):
        rita.submit(order("A2"))
    with pytest.raises(BusRefused, match="accounts A2 are not yours"):
        rita.submit(c.CancelOrder(foreign.ids[0], "sabotage"))
    with pytest.raises(BusRefused, match="O999 is unknown, or not yours"):
        rita.submit(c.CancelOrder("O999", "a guess"))
    assert writer.engine.state.seq == before
    assert rita.submit(c.CancelOrder(own.ids[0], "changed my mind")).outcome is Outcome.Done


GOOD = wire.encode(c.Envelope("x", msgspec.Raw(wire.encode(order()))))
MALFORMED = {
    "one frame": (b"command",),
    "an empty frame": (b"",),
    "five frames": (b"command", GOOD, b"", b"", b""),
    "another kind": (b"order", GOOD),
    "no JSON": (wire.COMMAND, b"8=FIX.4.4|35=D"),
    "binary": (wire.COMMAND, bytes(range(256))),
    "not UTF-8": (wire.COMMAND, b'{"id": "\xff", "command": {}}'),
    "half a surrogate": (wire.COMMAND, b'{"id": "\\ud800", "command": {}}'),
    "nothing": (wire.COMMAND, b""),
    "cut": (wire.COMMAND, GOOD[:-1]),
    "a list": (wire.COMMAND, b"[1, 2]"),
    "deep": (wire.COMMAND, b'{"id": "x", "command": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "no id": (wire.COMMAND, b'{"command": {}}'),
    "an empty id": (wire.COMMAND, GOOD.replace(b'"id":"x"', b'"id":""')),
    "a number as id": (wire.COMMAND, GOOD.replace(b'"id":"x"', b'"id":7')),
    "a long id": (wire.COMMAND, GOOD.replace(b'"id":"x"', b'"id":"' + b"x" * 65 + b'"')),
    "an id of lines": (wire.COMMAND, GOOD.replace(b'"id":"x"', b'"id":"a\\nb"')),
    "NUL": (wire.COMMAND, GOOD.replace(b"ACME", b"AC\\u0000ME")),
    "40 MB": (wire.COMMAND, b'{"id":"x","command":"' + b"x" * 40_000_000 + b'"}'),
}


@pytest.mark.parametrize("frames", MALFORMED.values(), ids=list(MALFORMED))
def test_malformed_messages(writer: Writer, keys: KeyStore, frames: tuple[bytes, ...]) -> None:
    before = writer.engine.state.seq
    with Raw(writer.door.address, keys.credentials("paula")) as raw:
        raw.say(*frames)
        reason = raw.refusal()
    assert reason.startswith("malformed: ")
    assert len(reason) < 400
    assert writer.door.counts == {"received": 1, "refused": 1}
    assert writer.engine.state.seq == before
    stands(writer, keys)


def test_a_message_beyond_all_bounds_costs_its_connection(writer: Writer, keys: KeyStore) -> None:
    with Raw(writer.door.address, keys.credentials("paula")) as raw:
        monitor = raw.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        raw.say(wire.COMMAND, b"x" * (2 * wire.MOST_BYTES + 1))
        assert monitor.poll(20_000)
        raw.socket.disable_monitor()
        monitor.close()
    assert writer.door.counts["received"] == 0
    stands(writer, keys)


def test_the_client_does_not_even_send_what_is_too_long(connect: Connect) -> None:
    with pytest.raises(BusRefused, match="at most 33554432"):
        connect("paula").submit(c.CancelOrder("O1", "x" * 40_000_000))


WRONG = [
    (b'{"type":"CancelOrder","order":7,"reason":""}', "$.order", "Expected `str`, got `int`"),
    (b'{"type":"CancelOrder","order":"O1"}', "", "missing required field `reason`"),
    (
        b'{"type":"SubmitOrder","order":{"instrument":"ACME","Side":"9","members":[]}}',
        "$.order.Side",
        "Invalid enum",
    ),
    (
        b'{"type":"SubmitOrder","order":{"instrument":"ACME","Side":"1",'
        b'"members":[{"account":"A1","OrderQty":"many"}]}}',
        "$.order.members[0].OrderQty",
        "Invalid decimal",
    ),
    (b'{"type":"DeleteEverything"}', "$.type", "DeleteEverything"),
    (
        b'{"type":"ReportReceived","session":"S1","MsgSeqNum":1,"raw":""}',
        "$.type",
        "ReportReceived",
    ),
    (b'{"type":"RefuseMalformed","field":"","reason":""}', "$.type", "RefuseMalformed"),
    (b'{"order":"O1"}', "", "missing required field `type`"),
    (b"17", "", "Expected `object`"),
    (b'{"type":"CancelOrder","order":"\xff","reason":""}', "", "utf-8"),
    (b'{"type":"' + b"y" * 100_000 + b'"}', "$.type", "Invalid value"),
]


@pytest.mark.parametrize(("command", "field", "reason"), WRONG)
def test_a_command_of_a_wrong_type_is_journalled_as_refused(
    writer: Writer, keys: KeyStore, command: bytes, field: str, reason: str
) -> None:
    before = writer.engine.state.seq
    with Raw(writer.door.address, keys.credentials("paula")) as raw:
        raw.say(wire.COMMAND, b'{"id":"w","command":' + command + b"}")
        kind, body = raw.hear()
    assert kind == wire.ANSWER
    answer = msgspec.convert(body, e.Answered, strict=False)
    assert (answer.outcome, answer.command) == (Outcome.Refused, "RefuseMalformed")
    (problem,) = answer.problems
    assert problem.field == field
    assert reason in problem.reason
    assert len(problem.reason) <= 300
    assert [type(r.event) for r in writer.journal.records[before:]] == [e.Answered]
    assert writer.door.counts == {"received": 1}


@pytest.fixture
def raw(writer: Writer, keys: KeyStore) -> Iterator[Raw]:
    with Raw(writer.door.address, keys.credentials("paula")) as raw:
        yield raw
    stands(writer, keys)


FUZZ = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@FUZZ
@given(
    frames=st.lists(st.binary(max_size=60), min_size=1, max_size=4)
    | st.binary(max_size=400).map(lambda body: [wire.COMMAND, body])
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["type", "order", "members", "a"]), inner, max_size=3)
        ),
        max_leaves=8,
    ).map(lambda body: [wire.COMMAND, msgspec.json.encode({"id": "f", "command": body})])
)
def test_whatever_comes_the_server_answers(raw: Raw, frames: list[bytes]) -> None:
    """One reply a message, refused or answered, and the next one is taken."""
    raw.say(*frames)
    kind, _ = raw.hear()
    assert kind in (wire.REFUSED, wire.ANSWER)


@FUZZ
@given(at=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255))
def test_an_order_with_one_byte_changed(raw: Raw, at: int, byte: int) -> None:
    raw.say(wire.COMMAND, GOOD[:at] + bytes([byte]) + GOOD[at + 1 :])
    kind, body = raw.hear()
    assert kind in (wire.REFUSED, wire.ANSWER)
    assert body.get("outcome") != "internal", body


@pytest.mark.parametrize("address", ["tcp://0.0.0.0:*", "tcp://*:*", "tcp://example.com:5701"])
def test_insecure_refuses_what_others_can_reach(
    tmp_path: Path, writer: Writer, address: str
) -> None:
    with pytest.raises(NotLoopback):
        CommandServer(address, KeyStore(tmp_path), writer.engine, insecure=True)
    with pytest.raises(NotLoopback):
        Client(address.replace("*", "1"), ANYWHERE, Credentials("paula"))


def test_insecure_on_loopback(keys: KeyStore) -> None:
    writer = Writer(keys, insecure=True)
    try:
        here = writer.door.address
        with Client(here, here, Credentials("paula")) as client:
            assert client.submit(order()).user == "paula"
        with (
            Client(here, here, Credentials("nobody")) as client,
            pytest.raises(BusRefused, match="unknown user"),
        ):
            client.submit(order())
        with (
            Client(here, here, Credentials("vera")) as client,
            pytest.raises(BusRefused, match="may not send"),
        ):
            client.submit(order())
    finally:
        writer.stop()


def test_a_server_that_was_never_started_closes(keys: KeyStore, writer: Writer) -> None:
    CommandServer(ANYWHERE, keys, writer.engine).stop()


def test_no_heartbeat_of_zeromq_is_due_on_a_broken_connection(keys: KeyStore) -> None:
    """libzmq aborts the process there (its issues 4364 and 4841): a client that sends more than we
    take and hangs up would end the server. TCP looks whether the other side lives.
    """
    door = sockets.Door(ANYWHERE, keys, insecure=False)
    client = sockets.dealer(door.context, door.address, keys.credentials("paula"))
    try:
        for socket in (door.socket, client):
            assert socket.getsockopt(zmq.HEARTBEAT_IVL) == 0
            assert socket.getsockopt(zmq.TCP_KEEPALIVE) == 1
            idle, pause = zmq.TCP_KEEPALIVE_IDLE, zmq.TCP_KEEPALIVE_INTVL
            tries = socket.getsockopt(zmq.TCP_KEEPALIVE_CNT)
            assert socket.getsockopt(idle) + tries * socket.getsockopt(pause) == 12  # seconds
            assert socket.getsockopt(zmq.TCP_MAXRT) == 10_000
    finally:
        client.close()
        door.close(0)
