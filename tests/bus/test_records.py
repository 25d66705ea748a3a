"""The records over real sockets: every number once, from any number on."""

import pytest

from tests.bus.office import Raw, Streams
from tests.views.house import House
from tradeoms.bus import streams as module
from tradeoms.bus import subscribers, wire
from tradeoms.bus.client import BusRefused, Client


def numbers(client: Client) -> list[int]:
    return [record.seq for record in client.take_records()]


@pytest.mark.parametrize("after", [0, 1, 17, -1])
def test_replay_and_go_on(
    streams: Streams, house: House, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(module, "MOST_RECORDS", 5)
    after = after if after >= 0 else house.state.seq
    with streams.client("vera") as vera:
        vera.records(after)
        for _ in range(60):
            house.step()
            streams.turn()
            vera.poll()
        house.settle()
        streams.until(lambda: vera._followed._after == house.state.seq, vera)
        assert vera._followed.records == house.journal.records[after:]
        assert numbers(vera) == list(range(after + 1, house.state.seq + 1))
        assert vera.take_records() == []


def test_who_keeps_up_costs_the_journal_nothing(streams: Streams, house: House) -> None:
    with streams.client("vera") as vera:
        vera.records(house.state.seq)
        streams.until(lambda: streams.door.clients == 1, vera)
        for _ in range(20):
            house.step()
            streams.until(lambda: vera._followed._after == house.state.seq, vera)
        assert streams.read == []


def test_a_slow_follower_is_sent_what_it_has_credit_for(
    streams: Streams, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_RECORDS", 3)
    with Raw(streams.door.address, streams.keys.credentials("tom")) as slow:
        slow.say(wire.EVENTS, wire.encode(wire.Events(0)))
        streams.until(lambda: streams.door.clients == 1)
        for _ in range(100):
            house.step()
            streams.turn()
        (follower,) = streams.door._followers.values()
        assert follower.after == 3 * subscribers.CREDIT
        got: list[int] = []
        while len(got) < house.state.seq:
            _, body = slow.hear()
            got += [record["seq"] for record in body]
            slow.say(wire.CREDIT, wire.encode(wire.Credit(wire.JOURNAL)))
            streams.door.socket.poll(1000)
            streams.door.listen()
        assert got == list(range(1, house.state.seq + 1))


def test_a_reader_that_missed_a_batch(streams: Streams, house: House) -> None:
    """It reads the journal itself; its clients see no gap."""
    with streams.client("vera") as vera:
        vera.records(house.state.seq)
        streams.until(lambda: streams.door.clients == 1, vera)
        start = house.state.seq
        for _ in range(30):
            house.step()
        house.settle()
        late = house.journal.records[start:]
        streams.reader.follow(late)
        streams.door.publish(late[-2:], streams.reader.take())  # as if the feed had begun here
        streams.until(lambda: vera._followed._after == house.state.seq, vera)
        assert numbers(vera) == list(range(start + 1, house.state.seq + 1))


@pytest.mark.parametrize("after", [-1, 10**9])
def test_there_is_no_such_record(streams: Streams, after: int) -> None:
    with streams.client("vera") as vera:
        vera.records(after)
        with pytest.raises(BusRefused, match=f"no record {after}"):
            streams.until(lambda: False, vera)
        assert not vera._followed._awaited


def test_records_are_for_those_who_see_all(streams: Streams) -> None:
    with streams.client("rolf") as rolf:
        rolf.records()
        with pytest.raises(BusRefused, match="records hold every account"):
            streams.until(lambda: False, rolf)
        assert streams.door.clients == 0
