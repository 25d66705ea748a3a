"""ROUTER and DEALER sockets with CURVE on, or plain text that refuses every address but loopback."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import structlog
import zmq
from zmq.auth.thread import ThreadAuthenticator

from tradeoms.bus.keys import Credentials, KeyStore, User
from tradeoms.bus.wire import MOST_BYTES

log = structlog.get_logger("bus")


class NotLoopback(ValueError):
    """Plain text was asked for on an address that others can reach."""


class Guard:
    """Lets known keys in and counts the others (ZAP)."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys
        self.refused = 0

    def callback(self, domain: str, key: bytes) -> bool:
        """Called for every connection attempt with the client's public key, in Z85."""
        known = key.decode() in self._keys.users()
        if not known:
            self.refused += 1
            log.warning("unknown key refused", refused=self.refused)
        return known


def router(context: zmq.Context[Any], address: str, keys: KeyStore, insecure: bool) -> zmq.Socket[Any]:
    """A bound ROUTER; a client that is gone is an error when one sends to it, not silence."""
    socket = context.socket(zmq.ROUTER)
    socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
    socket.setsockopt(zmq.MAXMSGSIZE, MOST_BYTES)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.SNDHWM, 10_000)
    if insecure:
        require_loopback(address)
    else:
        server = keys.server()
        socket.curve_publickey, socket.curve_secretkey = server.public.encode(), server.secret.encode()
        socket.curve_server = True
    socket.bind(address)
    return socket


def authenticator(context: zmq.Context[Any], keys: KeyStore) -> tuple[ThreadAuthenticator, Guard]:
    """Starts the thread that answers ZAP requests of all sockets of the context."""
    guard = Guard(keys)
    thread = ThreadAuthenticator(context)
    thread.start()
    thread.configure_curve_callback(domain="*", credentials_provider=guard)
    return thread, guard


def dealer(context: zmq.Context[Any], address: str, credentials: Credentials) -> zmq.Socket[Any]:
    """A connected DEALER; it connects again by itself after the server's restart."""
    socket = context.socket(zmq.DEALER)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.RCVHWM, 100_000)
    socket.setsockopt(zmq.RECONNECT_IVL, 50)
    socket.setsockopt(zmq.RECONNECT_IVL_MAX, 1000)
    if credentials.secret:
        socket.curve_publickey, socket.curve_secretkey = credentials.public.encode(), credentials.secret.encode()
        socket.curve_serverkey = credentials.server.encode()
    else:
        require_loopback(address)
        socket.setsockopt(zmq.ROUTING_ID, f"{credentials.user}#{id(socket)}".encode())
    socket.connect(address)
    return socket


def require_loopback(address: str) -> None:
    """NotLoopback where plain text would leave this machine."""
    host = urlsplit(address).hostname or ""
    if address.startswith("ipc://") or host == "localhost":
        return
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise NotLoopback(f"plain text is refused on {address}: only loopback addresses may be insecure")


def user_of(frame: zmq.Frame, identity: bytes, keys: KeyStore, insecure: bool) -> User | None:
    """Whose message this is: by the key of its connection; in plain text by the name it gives."""
    if insecure:
        return keys.named(identity.partition(b"#")[0].decode(errors="replace"))
    return keys.users().get(str(frame.get("User-Id")))


Send = Callable[[bytes, bytes, bytes], None]


def sender(socket: zmq.Socket[Any]) -> Send:
    """Sends kind and body to an identity; drops what a client that left, or never reads, would get."""

    def send(identity: bytes, kind: bytes, body: bytes) -> None:
        try:
            socket.send_multipart([identity, kind, body], zmq.DONTWAIT)
        except zmq.ZMQError as error:
            if error.errno not in (zmq.EHOSTUNREACH, zmq.EAGAIN):
                raise

    return send
