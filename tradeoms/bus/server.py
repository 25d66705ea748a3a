"""The door for commands: one thread owns the socket, checks who asks, and hands in to the writer."""

import os
from collections import Counter, deque
from threading import Thread
from typing import Any

import msgspec
import structlog
import zmq

from tradeoms.bus import wire
from tradeoms.bus.access import forbidden
from tradeoms.bus.keys import KeyStore, User
from tradeoms.bus.sockets import authenticator, router, sender, user_of
from tradeoms.engine import Engine
from tradeoms.model import commands as c
from tradeoms.model import events as e

log = structlog.get_logger("bus")

_envelope = msgspec.json.Decoder(c.Envelope)
_command = msgspec.json.Decoder(c.PersonCommand)


class CommandServer:
    """Commands in, answers out. Bad messages are refused and counted; the server stays up."""

    def __init__(self, address: str, keys: KeyStore, engine: Engine, insecure: bool = False) -> None:
        self.counts: Counter[str] = Counter()
        self._keys, self._engine, self._insecure = keys, engine, insecure
        self._context = zmq.Context[Any]()
        self._auth = None if insecure else authenticator(self._context, keys)[0]
        self._socket = router(self._context, address, keys, insecure)
        self.address = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self._answers: deque[tuple[bytes, bytes]] = deque()
        self._wake_read, self._wake_write = os.pipe()
        self._stopping = False
        self._thread = Thread(target=self._run, name="bus", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Send the answers that are ready and close."""
        self._stopping = True
        os.write(self._wake_write, b"x")
        self._thread.join()
        if self._auth:
            self._auth.stop()
        self._context.destroy(linger=500)
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _run(self) -> None:
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        poller.register(self._wake_read, zmq.POLLIN)
        send = sender(self._socket)
        while not self._stopping or self._answers:
            for ready, _ in poller.poll():
                if ready == self._wake_read:
                    os.read(self._wake_read, 65536)
            while self._answers:
                identity, body = self._answers.popleft()
                send(identity, wire.ANSWER, body)
            while self._socket.poll(0):
                frames = self._socket.recv_multipart(copy=False)
                if refused := self._receive(frames):
                    self.counts["refused"] += 1
                    log.warning("refused", reason=refused.reason)
                    send(frames[0].bytes, wire.REFUSED, wire.encode(refused))

    def _receive(self, frames: list[zmq.Frame]) -> wire.Refused | None:
        """Hand a command in; the reason where it may not be."""
        self.counts["received"] += 1
        identity = frames[0].bytes
        user = user_of(frames[-1], identity, self._keys, self._insecure)
        if user is None:
            return wire.Refused("unknown user")
        if len(frames) != 3 or frames[1].bytes != wire.COMMAND:
            return wire.Refused("malformed: a message is the frame 'command' and one JSON frame")
        try:
            envelope = _envelope.decode(frames[2].buffer)
        except msgspec.DecodeError as error:
            return wire.Refused(f"malformed: {error}")
        if not envelope.id or len(envelope.id) > 64:
            return wire.Refused("malformed: id must have 1 to 64 characters")
        return self._hand_in(identity, user, envelope)

    def _hand_in(self, identity: bytes, user: User, envelope: c.Envelope) -> wire.Refused | None:
        try:
            command: c.Command = _command.decode(envelope.command)
        except msgspec.DecodeError as error:
            reason, _, field = str(error).partition(" - at ")
            command = c.RefuseMalformed(field.strip("`"), reason)
        else:
            if reason := forbidden(user, command):
                return wire.Refused(reason, envelope.id)
        cause = e.Cause(user=user.user, command=envelope.id)
        self._engine.submit(command, cause, lambda answered: self._answer(identity, answered))
        return None

    def _answer(self, identity: bytes, answered: e.Answered) -> None:
        """On the writer's thread, after the commit."""
        self._answers.append((identity, wire.encode(answered)))
        os.write(self._wake_write, b"a")
