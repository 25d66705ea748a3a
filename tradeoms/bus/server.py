"""The door for commands: one thread owns the socket, checks who asks, hands in to the writer."""

import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

import msgspec
import structlog
import zmq

from tradeoms.bus import wire
from tradeoms.bus.access import forbidden, stranger
from tradeoms.bus.keys import KeyStore, User
from tradeoms.bus.sockets import Door, sender, user_of
from tradeoms.engine import Engine
from tradeoms.model import commands as c
from tradeoms.model import events as e

log = structlog.get_logger("bus")

MOST_AT_ONCE = 500  # messages taken before answers are sent again
LONGEST_ID = 64
NUL = b"\\u0000"
LONGEST_REASON = 300  # characters of a reason that quotes what came

Older = Callable[[str, str], e.Answered | None]


class _Id(msgspec.Struct):
    id: str = ""


_envelope = msgspec.json.Decoder(c.Envelope)
_command = msgspec.json.Decoder(c.PersonCommand)
_id = msgspec.json.Decoder(_Id)


def nothing_older(user: str, id: str) -> None:
    """For a server whose state has every answer that was ever given."""


class CommandServer:
    """Commands in, answers out. Bad messages are refused and counted; the server stays up.

    `older(user, id)` finds the answer to a command whose id the state has forgotten. It is asked on
    this thread, and only for what a client marks as sent `again`, so it may take milliseconds.
    """

    def __init__(
        self,
        address: str,
        keys: KeyStore,
        engine: Engine,
        insecure: bool = False,
        older: Older = nothing_older,
    ) -> None:
        self._keys, self._engine, self._insecure, self._older = keys, engine, insecure, older
        self._door = Door(address, keys, insecure)
        self._socket = self._door.socket
        self.counts, self.address = self._door.counts, self._door.address
        self._send = sender(self._socket)
        self._answers: deque[tuple[bytes, e.Answered]] = deque()
        self._wake_read, self._wake_write = socket.socketpair()
        self._awake = False
        self._stopping = False
        self._thread = Thread(target=self._run, name="bus", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Send the answers that are ready and close."""
        self._stopping = True
        self._wake()
        if self._thread.ident is not None:
            self._thread.join()
        self._door.close(linger=500)
        self._wake_read.close()
        self._wake_write.close()

    def _run(self) -> None:
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        poller.register(self._wake_read.fileno(), zmq.POLLIN)
        while not self._stopping or self._answers:
            if self._wake_read.fileno() in dict(poller.poll()):
                self._wake_read.recv(4096)
                # Before the answers are taken: one that comes from now on wakes us again.
                self._awake = False
            while self._answers:
                identity, answered = self._answers.popleft()
                self._send(identity, wire.ANSWER, wire.encode(answered))
            self._listen()

    def _listen(self) -> None:
        for _ in range(MOST_AT_ONCE):
            if not self._socket.poll(0):
                return
            frames = self._socket.recv_multipart(copy=False)
            self.counts["received"] += 1
            try:
                reason = self._receive(frames)
            except Exception:
                log.exception("a message failed", bytes=len(frames[-1]))
                reason = "internal error"
            if reason:
                self._refuse(frames, reason)

    def _refuse(self, frames: list[zmq.Frame], reason: str) -> None:
        self.counts["refused"] += 1
        log.warning("refused", reason=reason, so_far=self.counts["refused"])
        body = wire.encode(wire.Refused(reason, _id_of(frames)))
        # A client that is gone, or reads nothing, asks again.
        self._send(frames[0].bytes, wire.REFUSED, body)

    def _receive(self, frames: list[zmq.Frame]) -> str:
        """Hand a command in; the reason where it may not be."""
        identity = frames[0].bytes
        user = user_of(frames[-1], identity, self._keys, self._insecure)
        if user is None:
            return "unknown user"
        if len(frames) != 3 or frames[1].bytes != wire.COMMAND:
            return "malformed: a message is the frame 'command' and one JSON frame"
        if len(frames[2]) > wire.MOST_BYTES:
            return f"malformed: {len(frames[2])} bytes, at most {wire.MOST_BYTES} may come"
        if NUL in frames[2].bytes:
            return "malformed: no text may hold the character NUL, which databases cannot keep"
        try:
            envelope = _envelope.decode(frames[2].bytes)
        except (ValueError, RecursionError) as error:
            return f"malformed: {error}"[:LONGEST_REASON]
        if not 0 < len(envelope.id) <= LONGEST_ID or not envelope.id.isprintable():
            return f"malformed: id must have 1 to {LONGEST_ID} printable characters"
        return self._hand_in(identity, user, envelope)

    def _hand_in(self, identity: bytes, user: User, envelope: c.Envelope) -> str:
        if envelope.again:
            try:
                known = self._known(user.user, envelope.id)
            except Exception:
                # Neither yes nor no may be said: the client asks again, or gives up.
                log.exception("an old answer cannot be looked up", id=envelope.id)
                self.counts["lookup failed"] += 1
                return ""
            if known:
                self._send(identity, wire.ANSWER, wire.encode(known))
                return ""
        command = _decoded(envelope)
        if not isinstance(command, c.RefuseMalformed) and (
            reason := forbidden(user, command, self._engine.state)
            or stranger(command, self._keys, self._engine.state)
        ):
            return reason
        cause = e.Cause(user=user.user, command=envelope.id)
        self._engine.submit(command, cause, lambda answered: self._answer(identity, answered))
        return ""

    def _known(self, user: str, id: str) -> e.Answered | None:
        """An answer that the state has forgotten; what the state still knows is the writer's."""
        if f"{user}/{id}" in self._engine.state.answers:
            return None
        return self._older(user, id)

    def _answer(self, identity: bytes, answered: e.Answered) -> None:
        """On the writer's thread, after the commit; must not wait."""
        self._answers.append((identity, answered))
        self._wake()

    def _wake(self) -> None:
        """Once for all answers that are ready, so that the pair of sockets never fills up."""
        if not self._awake:
            self._awake = True
            with suppress(OSError):  # after `stop` nobody is left to be told
                self._wake_write.send(b"a")


def _decoded(envelope: c.Envelope) -> c.Command:
    """The command, or one that makes the writer journal what was wrong with it."""
    try:
        command: c.Command = _command.decode(envelope.command)
    except (ValueError, RecursionError) as error:
        reason, at, field = str(error).rpartition(" - at ")
        if not at:
            reason, field = field, ""
        command = c.RefuseMalformed(field.strip("`")[:LONGEST_REASON], reason[:LONGEST_REASON])
    return command


def _id_of(frames: list[zmq.Frame]) -> str:
    """The id of a refused message, so that its sender knows which one; empty where it has none."""
    if len(frames) < 2 or len(frames[-1]) > wire.MOST_BYTES * 2:
        return ""
    try:
        return _id.decode(frames[-1].buffer).id[:LONGEST_ID]
    except (ValueError, RecursionError):
        return ""
