"""What quickfix tells of a line, on its own thread: passed on, or kept for the line's next tick."""

from collections.abc import Callable
from typing import NamedTuple

import quickfix as fix

from tradeoms.fix.application import Inbound
from tradeoms.fix.credentials import logon_fields
from tradeoms.fix.engine import Engine
from tradeoms.fix.numbers import ANEW, Numbers, Submit
from tradeoms.fix.settings import SessionSettings
from tradeoms.model import commands as c
from tradeoms.model import events as e


class House(NamedTuple):
    """Who is told what a line hears.

    `received` a broker's message; `leaving` that one of ours leaves, by session, number and MsgType; `stands`
    whether what left may be said again; `refused` what our engine refuses, by session and text.
    """

    received: Callable[[Inbound], None]
    leaving: Callable[[str, int, str], None]
    stands: Callable[[str, int], bool]
    refused: Callable[[str, str], None]


class Hearing:
    """The listener of one line's engines.

    `lost`: the engine will not connect again by itself. `left`: we have left at the broker's Logon,
    whatever the engine thinks. `answered`: this host did. `parting`: the broker's last word.
    `failure`: why a callback died.
    """

    def __init__(
        self, session: SessionSettings, submit: Submit, house: House, numbers: Numbers
    ) -> None:
        self._session, self._submit, self.house = session, submit, house
        self._numbers = numbers
        self._engine: Engine | None = None
        self.lost = self.left = self.answered = False
        self.parting = self.failure = ""

    def begin(self, engine: Engine) -> None:
        """Another engine speaks."""
        self._engine = engine
        self.lost = self.left = self.answered = False

    def received(self, inbound: Inbound) -> None:
        """Pass a broker's message on."""
        self.house.received(inbound)

    def changed(self, up: bool, reason: str) -> None:
        """Pass on that the session is up or down."""
        if self.left:
            return  # nobody ever heard that it was up
        if up and self.lost and self._engine:
            # Refused, quickfix tries once more at once; the line is about to end this engine.
            self.left = True
            self._engine.session.disconnect()
            return
        if up:
            self.answered = True
            self._numbers.logged_on()
        self._say(c.ChangeSession(self._session.name, up, reason))

    def ended(self, parting: str) -> None:
        """The connection is over."""
        self.lost = True
        self.parting = f"the broker says: {parting}" if parting else self.parting

    def leaving(self, MsgSeqNum: int, MsgType: str) -> None:
        """Pass on that a message leaves."""
        self.house.leaving(self._session.name, MsgSeqNum, MsgType)

    def stands(self, MsgSeqNum: int) -> bool:
        """Whether what left may be said again."""
        return self.house.stands(self._session.name, MsgSeqNum)

    def refusing(self, raw: str) -> None:
        """Pass on that our engine refuses a message."""
        self.house.refused(self._session.name, raw)

    def logging_on(self, message: fix.Message) -> None:
        """Add what the broker wants to see: who we are, and a reset where that was agreed."""
        if self.left:
            return  # the answer that never leaves
        if self._engine:
            self._engine.keep_secret()
        for tag, value in logon_fields(self._session.credentials).items():
            message.setField(tag, value)
        self._numbers.logging_on(message)

    def reset(self, answer: bool) -> None:
        """The broker counts from 1 again, by itself or in answer to us."""
        if self._engine:
            self._engine.tap.highest = 0
        if self._numbers.reset(answer) and self._engine:
            self.left = True
            text = f"{ANEW}: what it had not sent yet may be missing"
            self._say(c.TellSession(self._session.name, "numbers reset", text))
            # Refusing the Logon by an exception would leave this session behind in the binding,
            # where the next engine would find it instead of its own.
            self._engine.session.disconnect()

    def failed(self, reason: str) -> None:
        """Remember it: the next tick ends the process."""
        self.failure = reason

    def _say(self, command: c.Command) -> None:
        self._submit(command, e.Cause(session=self._session.name))
