"""Both clients against both doors: what one can do, the other can."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from threading import Event, Thread

import pytest

from tests.bus.office import Streams, Writer, order
from tests.views.house import House
from tradeoms.bus import asked, followed
from tradeoms.bus.client import AsyncClient, BusRefused, Client, NoAnswer
from tradeoms.bus.keys import KeyStore
from tradeoms.model.fields import Outcome


class Whole:
    """A writer and, on a thread of its own, a reader that follows it."""

    def __init__(self, keys: KeyStore) -> None:
        self.keys = keys
        self.writer = Writer(keys)
        house = House(4)
        house.open()
        house.journal.records = self.writer.house.journal.records
        self.streams = Streams(house, keys)
        self._stop = Event()
        self._thread = Thread(target=self._turn, name="reader")
        self._thread.start()

    def _turn(self) -> None:
        while not self._stop.is_set():
            self.streams.turn()
            self.streams.door.socket.poll(2)

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.streams.door.close()
        self.writer.stop()

    @property
    def addresses(self) -> tuple[str, str]:
        return self.writer.door.address, self.streams.door.address

    def client(self, user: str) -> Client:
        return Client(*self.addresses, self.keys.credentials(user))

    @asynccontextmanager
    async def running(self, user: str) -> AsyncIterator[AsyncClient]:
        client = AsyncClient(*self.addresses, self.keys.credentials(user))
        run = asyncio.create_task(client.run())
        try:
            yield client
        finally:
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)
            client.close()


@pytest.fixture
def whole(keys: KeyStore) -> Iterator[Whole]:
    whole = Whole(keys)
    yield whole
    whole.close()


def parameters(function: Callable[..., object]) -> list[tuple[str, object]]:
    signature = inspect.signature(function)
    return [(one.name, one.default) for one in signature.parameters.values()]


def test_they_have_the_same_methods() -> None:
    """`send`, `wait`, `poll` and `take_answers` are for those who wait themselves; `run` and `changed` not."""
    sync, other = (
        {name for name in dir(kind) if not name.startswith("_")} for kind in (Client, AsyncClient)
    )
    assert sync - other == {"send", "wait", "poll", "take_answers"}
    assert other - sync == {"run"}
    for name in ("submit", "submit_all", "query", "records", "until"):
        assert parameters(getattr(Client, name)) == parameters(getattr(AsyncClient, name))


def test_sync(whole: Whole) -> None:
    with whole.client("paula") as paula, whole.client("vera") as vera:
        vera.follow("orders", "positions")
        vera.records(after=3)
        answers = paula.submit_all([order() for _ in range(50)])
        names = {answer.ids[0] for answer in answers}
        assert len(names) == 50
        vera.until(lambda: names <= vera.tables["orders"].keys())
        seq = whole.writer.engine.state.seq
        records = []
        while len(records) < seq - 3:
            vera.poll(0.1)
            records += vera.take_records()
        assert [record.seq for record in records] == list(range(4, seq + 1))
        assert vera.query("state").rows[0]["orders"] == len(whole.writer.engine.state.orders)
        assert vera.seq["orders"] <= seq
        assert vera.silence < 5


def test_answers_that_nobody_waits_for(whole: Whole) -> None:
    with whole.client("paula") as paula:
        sent, came = [paula.send(order()) for _ in range(3)], []
        while len(came) < 3:
            paula.poll(0.1)
            came += paula.take_answers()
        assert [answer.id for answer in came] == sent
        assert paula.take_answers() == []


async def test_async(whole: Whole) -> None:
    async with whole.running("paula") as paula, whole.running("vera") as vera:
        changed: set[str] = set()
        vera.changed = lambda changes: changed.update(change.key for change in changes)
        await vera.follow("orders", "positions")
        await vera.records(after=3)
        answers = await paula.submit_all([order() for _ in range(50)])
        names = {answer.ids[0] for answer in answers}
        assert len(names) == 50
        await vera.until(lambda: names <= vera.tables.get("orders", {}).keys())
        assert names <= changed
        seq = whole.writer.engine.state.seq
        records = []

        def all_came() -> bool:
            records.extend(vera.take_records())
            return len(records) == seq - 3

        await vera.until(all_came)
        assert [record.seq for record in records] == list(range(4, seq + 1))
        result = await vera.query("state")
        assert result.rows[0]["orders"] == len(whole.writer.engine.state.orders)
        assert vera.seq["orders"] <= seq
        assert vera.silence < 5


async def test_async_ids(whole: Whole) -> None:
    async with whole.running("paula") as paula:
        one, two = await asyncio.gather(paula.submit(order(), "mine"), paula.submit(order()))
        assert await paula.submit(order(), id="mine") == one
        assert two.ids != one.ids


async def test_async_refusals(whole: Whole) -> None:
    async with whole.running("vera") as vera:
        with pytest.raises(BusRefused, match="may not send") as refused:
            await vera.submit(order(), id="x")
        assert refused.value.id == "x"
    client = AsyncClient(*whole.addresses, whole.keys.credentials("vera"))
    try:
        await client.follow("secrets")
        with pytest.raises(BusRefused, match="unknown table"):
            await asyncio.wait_for(client.run(), 10)
    finally:
        client.close()


async def test_async_gives_up(keys: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer(keys)
    here = writer.door.address
    writer.stop()
    client = AsyncClient(here, "tcp://127.0.0.1:1", keys.credentials("paula"))
    run = asyncio.create_task(client.run())
    try:
        with pytest.raises(NoAnswer, match="there is no connection") as late:
            await client.submit(order(), id="mine", timeout=0.1)
        assert late.value.ids == ("mine",)
        with pytest.raises(NoAnswer, match=r"no result .*; there is no connection"):
            await client.query("state", timeout=0.05)
        waiting = asyncio.create_task(client.submit(order()))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert not client._asked.pending, "nothing leaves later"
        again = Writer(keys, here, house=writer.house)
        try:
            orders = again.orders()
            assert (await client.submit(order())).outcome is Outcome.Done
            assert again.orders() == orders + 1
        finally:
            again.stop()
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        client.close()


async def test_async_asks_again(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "AGAIN", 0.1)
    send, lost = whole.writer.door._send, []

    def lossy(identity: bytes, kind: bytes, body: bytes) -> object:
        if not lost:
            lost.append(body)
            return None
        return send(identity, kind, body)

    monkeypatch.setattr(whole.writer.door, "_send", lossy)
    orders = whole.writer.orders()
    async with whole.running("paula") as paula:
        assert (await paula.submit(order())).outcome is Outcome.Done
    assert (len(lost), whole.writer.orders()) == (1, orders + 1)


def test_a_snapshot_that_does_not_come(keys: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer(keys)
    here = writer.door.address
    try:
        with (
            Client(here, here, keys.credentials("vera")) as vera,
            pytest.raises(BusRefused, match="malformed"),  # the wrong door
        ):
            vera.follow("orders", timeout=5)
    finally:
        writer.stop()
    with Client(here, here, keys.credentials("vera")) as vera:
        with pytest.raises(NoAnswer, match=r"no snapshot .*; there is no connection"):
            vera.follow("orders", timeout=0.1)
        with pytest.raises(NoAnswer, match="no result"):
            vera.query("state", timeout=0.1)
        with pytest.raises(NoAnswer, match="in vain"):
            vera.until(lambda: False, timeout=0.05)
        assert set(vera._followed._awaited) == {"orders"}


def test_a_silent_server_is_asked_ever_more_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(followed.time, "monotonic", lambda: now[0])
    said = followed.Followed()
    said.follow("orders")
    times = []
    for _ in range(2000):
        said.outbox.clear()
        now[0] += 0.1
        said.remind()
        times += [now[0]] * len(said.outbox)
    pauses = [b - a for a, b in pairwise(times)]
    assert times[0] == pytest.approx(3.1, abs=0.2)
    assert pauses[:3] == [pytest.approx(p, abs=0.2) for p in (6, 12, 24)]
    assert pauses[-1] == pytest.approx(30, abs=0.2)
    said.remind()
    assert len(said.outbox) <= 1, "nothing piles up while nothing leaves"
