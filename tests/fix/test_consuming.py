"""What the gateway makes of a batch: encoded at once, and nothing of it leaves before it is told."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.builders import D, Desk, K
from tests.fix.test_unsendable import floor
from tradeoms.fix.decode import fields_of
from tradeoms.fix.gateway import Gateway
from tradeoms.fix.sender import Outgoing
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import SessionAction
from tradeoms.model.state import State


class Slow:
    """A disk that is behind: what waits for it is told when the test wants."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self._tells: list[Callable[[], None]] = []

    def consume(self, records: Sequence[e.Record], state: State) -> None:
        self._tells.append(self.gateway.consume(records, state))

    def arrive(self) -> None:
        for tell in self._tells:
            tell()


def behind(tmp_path: Path) -> tuple[Desk, list[Outgoing], Slow, str]:
    opened, sent = floor(tmp_path)
    (gateway,) = opened.engine.consumers
    assert isinstance(gateway, Gateway)
    slow = Slow(gateway)
    opened.engine.consumers[:] = [slow]
    return opened, sent, slow, opened.block(("A1", 300))


def test_an_order_leaves_as_it_was_decided_once_it_is_on_disk(tmp_path: Path) -> None:
    """Whatever was decided since: of that nothing may be on disk when it leaves."""
    opened, sent, slow, block = behind(tmp_path)
    (name,) = opened.done(c.RouteBlock(block, (c.Route("KING", D(300)),)), "trader")
    first = opened.placement(name).ClOrdID
    opened.report(name, K.New)
    opened.done(c.ReplacePlacement(name, D(200)), "trader")
    assert sent == []
    slow.arrive()
    new, change = (fields_of(message.text) for message in sent)
    assert (new["35"], new["11"], new["38"]) == ("D", first, "300")
    assert (change["35"], change["41"], change["38"]) == ("G", first, "200")


def test_the_next_logon_asks_from_what_is_on_disk(tmp_path: Path) -> None:
    """A report that is decided and not yet written would be lost with the process."""
    opened, _, slow, block = behind(tmp_path)
    (name,) = opened.done(c.RouteBlock(block, (c.Route("KING", D(300)),)), "trader")
    opened.report(name, K.New)
    numbers = slow.gateway._lines["S1"]._numbers
    assert opened.state.sessions["S1"].in_seq == 1
    assert numbers.known.in_seq == 0
    slow.arrive()
    assert numbers.known.in_seq == 1


def test_nothing_that_waits_is_taken_back_nor_asked_before_it_is_on_disk(tmp_path: Path) -> None:
    """Or an order would be kept back, or a number forgotten, for what never was."""
    opened, _, slow, block = behind(tmp_path)
    done = list[str]()
    sender, line = slow.gateway._sender, slow.gateway._lines["S1"]
    sender.recall = lambda _: done.append("recall")  # type: ignore[method-assign]
    sender.forget = lambda *_: done.append("forget")  # type: ignore[method-assign]
    sender.withdraw = lambda *_: done.append("withdraw")  # type: ignore[method-assign]
    line.ask_for_life = lambda: done.append("test")  # type: ignore[method-assign]
    routes = (c.Route("KING", D(200)), c.Route("KING", D(100)))
    name, other = opened.done(c.RouteBlock(block, routes), "trader")
    opened.report(name, K.New)
    opened.report(other, K.New)
    opened.done(c.ReplacePlacement(name, D(150)), "trader")
    opened.done(c.ReplacePlacement(name, D(100)), "trader")
    opened.system(c.ResetSequence("S1", datetime.now(UTC), "agreed"))
    opened.done(c.ControlSession("S1", SessionAction.Test, "is it there"), "ops")
    opened.done(c.ClosePlacement(other, "the broker says that it is over"), "trader")
    assert done == []
    slow.arrive()
    assert done == ["recall", "forget", "test", "withdraw"]
