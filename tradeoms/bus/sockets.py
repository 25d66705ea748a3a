"""ROUTER and DEALER sockets with CURVE on, or plain text on loopback addresses and nowhere else."""

import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog
import zmq
from zmq.auth.thread import ThreadAuthenticator

from tradeoms.bus.keys import Credentials, KeyStore, User
from tradeoms.bus.wire import MOST_BYTES, Message

log = structlog.get_logger("bus")

Socket = TypeVar("Socket", bound=zmq.Socket[Any])

ZAP_DOMAIN = "tradeoms"
BACKLOG = 10_000  # messages that wait for one client; what is more is not sent
RENEW = 3.0  # seconds in which nothing leaves, after which a client connects anew
PING, DEAD = 2, 10  # seconds: how often a silent connection is tried, when it is given up


class NotLoopback(ValueError):
    """Plain text was asked for on an address that others can reach."""


class Guard:
    """Lets known keys in and counts the others (ZAP)."""

    def __init__(self, keys: KeyStore, counts: Counter[str]) -> None:
        self._keys, self._counts = keys, counts

    def callback(self, _domain: str, key: bytes) -> bool:
        """Called for every connection attempt with the client's public key, in Z85."""
        try:
            known = key.decode() in self._keys.users()
        except OSError:  # an exception would end the only thread that lets anybody in
            log.exception("the keys cannot be read")
            known = False
        if not known:
            self._counts["unknown key"] += 1
            log.warning(
                "unknown key refused",
                key=key.decode(errors="replace"),
                so_far=self._counts["unknown key"],
            )
        return known


class Door:
    """A bound ROUTER with whatever guards it; `counts` counts what was not let in."""

    def __init__(self, address: str, keys: KeyStore, insecure: bool) -> None:
        if insecure:
            require_loopback(address)
        self.counts: Counter[str] = Counter()
        self.context = zmq.Context[Any]()
        self._auth: ThreadAuthenticator | None = None
        try:
            # In this order: a client that nobody can vouch for is turned away for good.
            if not insecure:
                self._auth = _authenticator(self.context, Guard(keys, self.counts))
            self.socket = _router(self.context, address, keys, insecure)
        except BaseException:
            self._end()
            raise
        self.address = self.socket.getsockopt_string(zmq.LAST_ENDPOINT)

    def close(self, linger: int) -> None:
        """Close it; what is on its way has `linger` milliseconds."""
        self.socket.close(linger)
        self._end()

    def _end(self) -> None:
        if self._auth:
            self._auth.stop()
        self.context.destroy()


def _router(
    context: zmq.Context[Any], address: str, keys: KeyStore, insecure: bool
) -> zmq.Socket[Any]:
    """A client that is gone is an error when one sends to it, not silence."""
    socket: zmq.Socket[Any] = context.socket(zmq.ROUTER)
    socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
    # Twice what is allowed, so that a message that is somewhat too long gets an answer;
    # a connection that sends still more is cut.
    socket.setsockopt(zmq.MAXMSGSIZE, 2 * MOST_BYTES)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.SNDHWM, BACKLOG)
    _keep_alive(socket)
    if insecure:
        # A client that connects again keeps its name, perhaps before its old connection is found
        # to be dead.
        socket.setsockopt(zmq.ROUTER_HANDOVER, 1)
    else:
        server = keys.server()
        socket.curve_publickey = server.public.encode()
        socket.curve_secretkey = server.secret.encode()
        socket.curve_server = True
        # Without these two, everybody may come in while nobody answers ZAP requests.
        socket.setsockopt_string(zmq.ZAP_DOMAIN, ZAP_DOMAIN)
        socket.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 1)
    socket.bind(address)
    return socket


def _authenticator(context: zmq.Context[Any], guard: Guard) -> ThreadAuthenticator:
    """Starts the thread that answers ZAP requests of all sockets of the context."""
    thread = ThreadAuthenticator(context)
    thread.start()
    thread.configure_curve_callback(ZAP_DOMAIN, guard)
    return thread


def dealer(context: zmq.Context[Socket], address: str, credentials: Credentials) -> Socket:
    """A connected DEALER; it connects again by itself after the server's restart.

    It takes messages only while there is a connection: what was sent into the void and given up
    must not come out of it when the server is back.
    """
    if not credentials.secret:
        require_loopback(address)
    socket = context.socket(zmq.DEALER)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.IMMEDIATE, 1)
    socket.setsockopt(zmq.RCVHWM, 100_000)
    socket.setsockopt(zmq.RECONNECT_IVL, 50)
    socket.setsockopt(zmq.RECONNECT_IVL_MAX, 1000)
    _keep_alive(socket)
    if credentials.secret:
        socket.curve_publickey = credentials.public.encode()
        socket.curve_secretkey = credentials.secret.encode()
        socket.curve_serverkey = credentials.server.encode()
    else:
        socket.setsockopt(zmq.ROUTING_ID, f"{credentials.user}#{uuid.uuid4().hex}".encode())
    socket.connect(address)
    return socket


class Line:
    """Connects a DEALER anew where nothing leaves for a while.

    ZeroMQ gives a connection up for good once its key is refused, though the server may come to
    know the key, or could not read its keys for a moment.
    """

    def __init__(self, socket: zmq.Socket[Any], address: str) -> None:
        self._socket, self._address = socket, address
        self._first: object = None
        self._since = 0.0

    def look(self, first: object) -> None:
        """`first` is what waits to leave before all else; None where nothing does."""
        if first is None or first is not self._first:
            self._first, self._since = first, time.monotonic()
        elif time.monotonic() - self._since > RENEW:
            self._since = time.monotonic()
            with suppress(zmq.ZMQError):  # there may be nothing left to disconnect
                self._socket.disconnect(self._address)
            self._socket.connect(self._address)


def _keep_alive(socket: zmq.Socket[Any]) -> None:
    """Find out that the other side is gone where TCP by itself would not notice for minutes.

    Not by ZeroMQ's heartbeats: libzmq ends the process where one is due on a connection that broke
    while more waited on it than the socket takes, so any client could end the server.
    """
    socket.setsockopt(zmq.TCP_KEEPALIVE, 1)
    socket.setsockopt(zmq.TCP_KEEPALIVE_IDLE, PING)
    socket.setsockopt(zmq.TCP_KEEPALIVE_INTVL, PING)
    socket.setsockopt(zmq.TCP_KEEPALIVE_CNT, DEAD // PING)
    socket.setsockopt(zmq.TCP_MAXRT, 1000 * DEAD)


def require_loopback(address: str) -> None:
    """NotLoopback where plain text would leave this machine."""
    host = urlsplit(address).hostname or ""
    if address.startswith(("ipc://", "inproc://")) or host == "localhost":
        return
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise NotLoopback(
            f"plain text is refused on {address}: only loopback addresses may be insecure"
        )


def user_of(frame: zmq.Frame, identity: bytes, keys: KeyStore, insecure: bool) -> User | None:
    """Whose message this is: by the key of its connection; in plain text by the name it gives."""
    if insecure:
        return keys.named(identity.partition(b"#")[0].decode(errors="replace"))
    try:
        return keys.users().get(str(frame.get("User-Id")))
    except zmq.ZMQError:  # nobody vouched for the connection
        return None


class Fate(Enum):
    """What became of a message."""

    Sent = "sent"
    Full = "the client does not read"
    Gone = "the client left"


Send = Callable[[bytes, bytes, bytes], Fate]


def sender(socket: zmq.Socket[Any]) -> Send:
    """Sends kind and body to an identity, and never waits."""

    def send(identity: bytes, kind: bytes, body: bytes) -> Fate:
        try:
            socket.send_multipart([identity, kind, body], zmq.DONTWAIT)
        except zmq.Again:
            return Fate.Full
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            return Fate.Gone
        return Fate.Sent

    return send


def offer(socket: zmq.Socket[Any], message: Message) -> bool:
    """Send if the socket takes it now; False where there is no connection or no room."""
    try:
        socket.send_multipart(message, zmq.DONTWAIT)
    except zmq.Again:
        return False
    return True
