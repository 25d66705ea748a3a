"""The writer process."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import structlog

from tradeoms import config_fix
from tradeoms.app.clock import Clock
from tradeoms.app.collector import relax
from tradeoms.app.processors import spread, stay_on
from tradeoms.app.recovery import recover
from tradeoms.app.sessions import lines
from tradeoms.bus.feed import Feed
from tradeoms.bus.keys import KeyStore
from tradeoms.bus.server import CommandServer
from tradeoms.config import BadConfig, Session, Settings
from tradeoms.engine import Engine
from tradeoms.fix.archive import Archive
from tradeoms.fix.gateway import Gateway
from tradeoms.fix.settings import SessionSettings
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.state import State
from tradeoms.store import readmodel
from tradeoms.store.journal import SqlJournal, connect
from tradeoms.store.migrate import upgrade
from tradeoms.store.readmodel import ReadModel

log = structlog.get_logger("app")


class Server:
    """The writer process: journal, engine, gateway, door for commands, and its reader beside it."""

    def __init__(self, settings: Settings, config: Path) -> None:
        cpu = settings.writer_cpu
        self._processors = set[int]() if cpu is None else stay_on(cpu)
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._settings, self._config = settings, config
        _short_enough(settings.home / "feed.sock")
        self._lock = _only_one(settings.home)
        known = lines(settings, config)
        engine = connect(settings.journal_url)
        upgrade(engine, "journal")
        self.journal = SqlJournal(engine)
        self.engine = Engine(self._recover(), self.journal, self._recover)
        self.keys = KeyStore(settings.home / "keys")
        self.keys.server()
        archive = Archive(settings.home / "archive")
        self._gateway = Gateway(
            [_session(settings, s, known[s.name], config) for s in settings.session],
            self._submit,
            archive,
        )
        self._clock = Clock(self._gateway.tick, self._look_after)
        self._feed = Feed(settings.home / "feed.sock", self.journal.texts)
        older = ReadModel(readmodel.connect(settings.readmodel_url)).answer
        self._bus = CommandServer(
            settings.bus.commands, self.keys, self.engine, settings.bus.insecure, older
        )
        self.engine.consumers += [self._gateway, self._feed]
        self._reader: subprocess.Popen[bytes] | None = None
        self._stopping = False
        self._minute: datetime | None = None

    def _submit(self, command: c.Command, cause: e.Cause) -> None:
        self.engine.submit(command, cause)

    def _look_after(self, now: datetime) -> None:
        self._submit(c.CheckPending(), e.Cause())
        if (minute := now.replace(second=0, microsecond=0)) != self._minute:
            self._minute = minute  # cut-offs are by the minute
            self._submit(c.CheckConfirmations(now), e.Cause())

    def _recover(self) -> State:
        return recover(self._settings, self.journal)

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until SIGTERM or SIGINT."""
        self._heed_signals()
        threading.Thread(target=self._keep_reader, name="reader-keeper", daemon=True).start()
        self._gateway.start(self.engine.state)
        self._clock.start()
        self._bus.start()
        ready()
        relax()
        try:
            self.engine.run()
        except BaseException:
            log.exception("the writer stopped")
            # Threads of quickfix and ZeroMQ must not keep a process alive that no longer decides.
            os._exit(70)
        self._close()

    def _heed_signals(self) -> None:
        """SIGTERM and SIGINT, which quickfix takes for itself when it is imported, end the loop.

        Python runs a handler on the main thread only, and that may just have gone to sleep in the
        queue, where nothing wakes it. So a thread hears of the signal through a pipe.
        """
        hear, tell = os.pipe()
        os.set_blocking(tell, False)
        signal.set_wakeup_fd(tell)
        threading.excepthook = _thread_failed
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)

        def stop() -> None:
            os.read(hear, 1)
            self.engine.stop()

        threading.Thread(target=stop, name="signals", daemon=True).start()

    def _close(self) -> None:
        self._stopping = True
        self._clock.stop()
        self._gateway.stop()
        self._bus.stop()
        self._feed.close()
        if self._reader and self._reader.stdin:
            # Its standard input ends: it reads the journal to the end, writes, and stops.
            self._reader.stdin.close()
            self._reader.wait()

    def _keep_reader(self) -> None:
        """Start the reader, and start it again when it dies. It dies with us: its input ends."""
        spread(self._processors)
        while not self._stopping:
            command = [sys.executable, "-m", "tradeoms", "reader", "--config", str(self._config)]
            self._reader = subprocess.Popen(command, stdin=subprocess.PIPE)
            code = self._reader.wait()
            if not self._stopping:
                log.error("the reader stopped", code=code)
                time.sleep(1.0)


LONGEST = 100  # bytes of a local socket's path; the system's own limit is a little above


def _short_enough(path: Path) -> None:
    if len(os.fsencode(path)) > LONGEST:
        raise BadConfig(
            f"home: {path} is longer than {LONGEST} bytes; choose a shorter home folder"
        )


class AlreadyRunning(Exception):
    """Another server works on the same home folder."""


def _only_one(home: Path) -> TextIO:
    """Hold the home folder's lock for as long as the process lives, however it ends."""
    lock = (home / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise AlreadyRunning(f"another server runs on {home}") from None
    return lock


def _thread_failed(failure: threading.ExceptHookArgs) -> None:
    """A thread that ends leaves a process that is deaf on one side: rather none at all."""
    log.error("a thread stopped", thread=failure.thread, exc_info=failure.exc_value)
    os._exit(70)


def _session(
    settings: Settings, session: Session, line: dict[str, Any], config: Path
) -> SessionSettings:
    file = config_fix.broker_file(config.parent, session.broker)
    return SessionSettings(
        name=session.name,
        SenderCompID=session.SenderCompID,
        TargetCompID=session.TargetCompID,
        host=session.host,
        port=session.port,
        store=settings.home / "fix" / session.name,
        version=session.version,
        versions=settings.fix_versions,
        broker=config_fix.overlay(session.version, file, settings.fix_versions),
        log=session.log,
        overrides=session.overrides,
        **line,
    )
