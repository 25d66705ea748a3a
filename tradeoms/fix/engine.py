"""quickfix for one session, from a connection's beginning to its loss. Never used twice.

QuickFIX 1.16 does not connect again after a Logout, whichever side began: its socket stays listed as
connected and Logons go nowhere. A new engine starts the way a process does.
"""

from collections.abc import Callable
from threading import Thread

import quickfix as fix
from msgspec.structs import replace

from tradeoms.fix.application import Application, Listener
from tradeoms.fix.settings import SessionSettings, quickfix_settings
from tradeoms.fix.tap import Put, Tap, Taps
from tradeoms.fix.tunnel import LOOPBACK, Host, Tunnel

Unread = Callable[[str, str], None]


class Engine:
    """`session` is quickfix's own; `died` says why the thread ended by itself, if it did."""

    def __init__(
        self, settings: SessionSettings, attempt: int, listener: Listener, put: Put, unread: Unread
    ) -> None:
        self._tunnel: Tunnel | None = None
        self.application = Application(settings.name, listener)
        used = quickfix_settings(self._towards(settings, attempt))
        store = fix.FileStoreFactory(used)
        self.tap = self.application.tap = Tap(settings.name, put, settings.log, unread)
        taps = Taps(self.tap)
        initiator = fix.SocketInitiator(self.application, store, used, taps)
        # quickfix keeps pointers, not references: what it uses must live as long as it does.
        self._used: tuple[object, ...] = (used, store, taps)
        self._initiator: fix.SocketInitiator | None = initiator
        self.session = initiator.getSession(self.application.session_id)
        self.application.engine = self.session
        self.died = ""
        # In a thread of Python's: quickfix's own would make Python's state for it anew at each
        # callback, which doubles what a report costs.
        self._thread = Thread(target=self._run, name=f"fix-{settings.name}", daemon=True)

    def start(self) -> None:
        """Let it connect."""
        self._thread.start()

    def is_alive(self) -> bool:
        """The thread runs."""
        return self._thread.is_alive()

    def said(self) -> str:
        """Why there is no connection, as whoever failed to make it says."""
        return (self._tunnel.said if self._tunnel else "") or self.tap.said

    def end(self) -> None:
        """Log off, if need be, and end quickfix and its thread."""
        initiator, self._initiator = self._initiator, None
        if initiator is None:
            return
        initiator.stop(True)
        while self._thread.is_alive():
            self._thread.join(1.0)
            initiator.stop(True)  # the first may have come before the thread had begun
        # In this order: left to the garbage collector, what an initiator's destructor needs may be
        # gone before it, and the process ends in a segmentation fault.
        del initiator
        self._used = ()
        if self._tunnel:
            self._tunnel.close()

    def keep_secret(self) -> None:
        """quickfix would write the Logon, and with it the password, into its store. What is not
        there is passed over in a resend, which a Logon is anyway.
        """
        if self.session.getPersistMessages():
            self.session.setPersistMessages(False)
            self.tap.left = lambda: self.session.setPersistMessages(True)

    def _run(self) -> None:
        if self._initiator is None:
            return
        try:
            # Not by its method, whose frame would hold the initiator: a refusal to send keeps the
            # frames below it for ever (see `application.NOT_AGAIN`), and so it would never go.
            fix._quickfix.Initiator_block(self._initiator)  # noqa: SLF001
        except RuntimeError as error:
            # quickfix's own, such as at a message that it cannot take: the next tick builds
            # another engine. What our callbacks raise never comes here.
            self.died = str(error)

    def _towards(self, settings: SessionSettings, attempt: int) -> SessionSettings:
        """The settings with another host at each attempt; with TLS, the tunnel's way in."""
        hosts: tuple[Host, ...] = ((settings.host, settings.port), *settings.failover)
        turn = attempt % len(hosts)
        hosts = hosts[turn:] + hosts[:turn]
        if settings.tls:
            self._tunnel = Tunnel(hosts, settings.tls)
            hosts = ((LOOPBACK, self._tunnel.port),)
        host, port = hosts[0]
        return replace(settings, host=host, port=port)
