"""The line of the socket mode: our gateway and the scripted broker, over real sessions."""

import queue
from datetime import UTC, datetime
from pathlib import Path

from tests.conform.broker import Broker
from tests.conform.codec import Fields
from tests.conform.house import SENDER, TARGET, Broken, House, session_of
from tests.simulators.client import PATIENCE
from tradeoms.demo.files import free_ports
from tradeoms.fix.gateway import Gateway
from tradeoms.fix.settings import SessionSettings
from tradeoms.model import commands as c
from tradeoms.model import events as e


class Sessions:
    """A session a version. What the gateway's threads say is decided here, in order."""

    def __init__(self, house: House, versions: tuple[str, ...], home: Path) -> None:
        (port,) = free_ports(1)
        self.house, self.broker = house, Broker(versions, port, home)
        self._inbox: queue.SimpleQueue[tuple[c.Command, e.Cause]] = queue.SimpleQueue()
        sessions = (
            SessionSettings(
                session_of(v),
                SENDER,
                TARGET,
                "127.0.0.1",
                port,
                home / session_of(v),
                version=v,
                overrides={"ReconnectInterval": "1"},
            )
            for v in versions
        )
        self._gateway = Gateway(tuple(sessions), lambda *said: self._inbox.put(said))
        house.engine.consumers[:] = [self._gateway]
        self._gateway.start(house.state)
        while sum(session.up for session in house.state.sessions.values()) < len(versions):
            self._decide()

    def _decide(self) -> c.Command:
        """The next command of the gateway, decided."""
        command, cause = self._next()
        self.house.engine.submit(command, cause)
        self.house.run()
        return command

    def _next(self) -> tuple[c.Command, e.Cause]:
        """The next command; the gateway is told the time meanwhile, as the server's clock does."""
        for _ in range(PATIENCE):
            try:
                return self._inbox.get(timeout=1)
            except queue.Empty:
                self._gateway.tick(datetime.now(UTC))
        raise Broken("a message over the session", f"none in {PATIENCE} s")

    def forget(self) -> None:
        """What left until now is of no interest."""
        self.broker.forget()

    def request(self, session: str, MsgType: str) -> Fields:
        """The next message of this type that the broker receives."""
        fields = self.broker.hear(session, MsgType)
        if fields is None:
            raise Broken(f"a message {MsgType} on the wire", f"none in {PATIENCE} s")
        while self._leaves(fields.get("11", "")):
            self._decide()
        return fields

    def _leaves(self, ClOrdID: str) -> bool:
        """Whether we do not know yet that a request has left."""
        name = self.house.state.placement_of.get(ClOrdID, "")
        placement = self.house.state.placements.get(name)
        asked = placement.requests if placement else ()
        return any(r.ClOrdID == ClOrdID and not r.MsgSeqNum for r in asked)

    def say(self, session: str, fields: Fields) -> None:
        """A broker's message, as far as what our side decides on it."""
        self.broker.say(session, fields)
        while not isinstance(self._decide(), c.ReportReceived):
            pass

    def close(self) -> None:
        """Log off and end both sides."""
        self._gateway.stop()
        self.broker.close()
