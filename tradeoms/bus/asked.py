"""What a client has asked of the writer and what it was answered, without a socket."""

import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator

import msgspec

from tradeoms.bus import wire
from tradeoms.model import commands as c
from tradeoms.model import events as e

AGAIN = 2.0  # seconds without an answer, after which a command is sent again with the same id
LATEST = 16.0  # seconds between tries at most; each wait is twice the one before

_answered = msgspec.json.Decoder(e.Answered)
_refused = msgspec.json.Decoder(wire.Refused)


class BusRefused(Exception):
    """The bus would not take the message: unknown user, wrong role, malformed.

    `id` is the command's. Of many that were waited for, `answers` holds those that were taken.
    """

    def __init__(self, reason: str, id: str = "", answers: Iterable[e.Answered] = ()) -> None:
        super().__init__(reason)
        self.id, self.answers = id, tuple(answers)


ALONE = "; there is no connection: is the server running, and does it know this key?"


class NoAnswer(TimeoutError):
    """The server did not answer in time; the command may still be done: send it again with its id.

    `ids` names the commands that were given up: they are not sent again by themselves.
    """

    def __init__(self, reason: str, ids: Iterable[str] = ()) -> None:
        super().__init__(reason)
        self.ids = tuple(ids)


class Pending:
    """A command that has no answer yet."""

    __slots__ = ("again", "body", "due", "pause")

    def __init__(self, body: msgspec.Raw, again: bool) -> None:
        self.body, self.again = body, again
        self.pause, self.due = AGAIN, float("inf")


class Asked:
    """Commands without an answer, those that must be sent, and answers not yet taken."""

    def __init__(self) -> None:
        self.pending: dict[str, Pending] = {}
        self.unsent: dict[str, None] = {}  # ids, in the order in which they leave
        self.answers: dict[str, e.Answered | BusRefused] = {}
        self.said = ""  # the last refusal that names no command

    def ask(self, command: c.Command, id: str = "") -> str:
        """Remember a command until it is answered; its id.

        An id that the caller has chosen may be one that was sent before, by another program or days
        ago, so the server looks for old answers too.
        """
        again, id = bool(id), id or uuid.uuid4().hex
        body = wire.encode(command)
        if len(body) + 200 > wire.MOST_BYTES:
            raise BusRefused(f"the command has {len(body)} bytes, at most {wire.MOST_BYTES}", id)
        self.answers.pop(id, None)
        self.pending[id] = Pending(msgspec.Raw(body), again)
        self.unsent[id] = None
        return id

    @property
    def first(self) -> object:
        """What must leave before all else; None where nothing waits."""
        return next(iter(self.unsent), None)

    def outgoing(self) -> Iterator[tuple[str, wire.Message]]:
        """What must leave now; `sent` says that it did."""
        for id in list(self.unsent):
            if (waits := self.pending.get(id)) is None:  # given up while we were at it
                continue
            yield id, (wire.COMMAND, wire.encode(c.Envelope(id, waits.body, waits.again)))

    def sent(self, id: str) -> None:
        """A command left. It is sent again if no answer comes; the server decides an id once."""
        del self.unsent[id]
        waits = self.pending[id]
        waits.again = True
        waits.due = time.monotonic() + waits.pause
        waits.pause = min(2 * waits.pause, LATEST)

    def remind(self) -> None:
        """Let what is overdue leave again."""
        now = time.monotonic()
        for id, waits in self.pending.items():
            if waits.due < now:
                waits.due = float("inf")
                self.unsent[id] = None

    def hear(self, kind: bytes, body: bytes) -> None:
        """Take a message of the command socket."""
        if kind == wire.ANSWER:
            answered = _answered.decode(body)
            self._settle(answered.id, answered)
        elif kind == wire.REFUSED:
            refused = _refused.decode(body)
            if refused.id:
                self._settle(refused.id, BusRefused(refused.reason, refused.id))
            else:
                # Whom it is about is not known, so nothing may be taken for refused.
                self.said = refused.reason

    def forget(self, ids: Iterable[str]) -> None:
        """Give commands up: they do not leave any more."""
        for id in ids:
            self.pending.pop(id, None)
            self.unsent.pop(id, None)

    def answered(self, ids: Iterable[str]) -> Callable[[], bool]:
        """Whether all of these ids are answered; cheap to ask often."""
        missing = deque(ids)

        def all_are() -> bool:
            while missing and missing[0] in self.answers:
                missing.popleft()
            return not missing

        return all_are

    def take(self, ids: Iterable[str]) -> list[e.Answered]:
        """The answers to these ids, all of which have come; BusRefused for the first refused."""
        taken = [self.answers.pop(id) for id in ids]
        answers = [answer for answer in taken if isinstance(answer, e.Answered)]
        for answer in taken:
            if isinstance(answer, BusRefused):
                raise BusRefused(str(answer), answer.id, answers)
        return answers

    def late(self, ids: Iterable[str], timeout: float) -> NoAnswer:
        """Give up what is unanswered of these ids, and say what is known of the reason."""
        open = [id for id in ids if id in self.pending]
        why = f"; the server said: {self.said}" if self.said else ""
        if any(id in self.unsent for id in open):
            why += ALONE
        self.forget(open)
        return NoAnswer(f"no answer within {timeout:g} s{why}", open)

    def _settle(self, id: str, answer: e.Answered | BusRefused) -> None:
        if self.pending.pop(id, None):
            self.unsent.pop(id, None)
            self.answers[id] = answer
