"""The composition root: reads the configuration, builds the adapters, wires engine and readers."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import structlog
import zmq

from tradeoms import core
from tradeoms.bus.feed import Feed, receive, subscribe
from tradeoms.bus.keys import KeyStore
from tradeoms.bus.server import CommandServer
from tradeoms.bus.streams import StreamServer
from tradeoms.config import Session, Settings
from tradeoms.engine import Engine
from tradeoms.fix.gateway import Gateway
from tradeoms.fix.settings import SessionSettings
from tradeoms.model.events import Answered
from tradeoms.model.state import State
from tradeoms.queries import QUERIES
from tradeoms.reader import Reader
from tradeoms.store.journal import JournalBroken, SqlJournal, connect
from tradeoms.store.migrate import upgrade
from tradeoms.reports import REPORTS
from tradeoms.store import readmodel, snapshots
from tradeoms.store.readmodel import ReadModel

log = structlog.get_logger("app")

FLUSH = 0.25  # seconds between writes of the read model
SNAPSHOT_EVERY = 20_000  # records
LOOK = 1.0  # seconds of silence on the feed, after which the journal itself is looked at


class Server:
    """The writer process: journal, engine, gateway, door for commands, and its reader beside it."""

    def __init__(self, settings: Settings, config: Path) -> None:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._settings, self._config = settings, config
        engine = connect(settings.journal_url)
        upgrade(engine, "journal")
        self.journal = SqlJournal(engine)
        self.engine = Engine(self._recover(), self.journal, self._recover)
        self.keys = KeyStore(settings.home / "keys")
        self.keys.server()
        self._gateway = Gateway([_session(settings, s) for s in settings.session], self._submit)
        self._feed = Feed(settings.home / "feed.sock")
        self._bus = CommandServer(
            settings.bus.commands, self.keys, self.engine, settings.bus.insecure
        )
        self.engine.consumers += [self._gateway, self._feed]
        self._reader: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def _submit(self, command: Any, cause: Any) -> None:
        self.engine.submit(command, cause)

    def _recover(self) -> State:
        return recover(self._settings, self.journal)

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until SIGTERM or SIGINT. quickfix takes SIGINT for itself when it is imported: take it back."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.engine.stop())
        threading.Thread(target=self._keep_reader, name="reader-keeper", daemon=True).start()
        self._gateway.start(self.engine.state)
        self._bus.start()
        ready()
        try:
            self.engine.run()
        except BaseException:
            log.exception("the writer stopped")
            # Threads of quickfix and ZeroMQ must not keep a process alive that no longer decides.
            os._exit(70)
        self._close()

    def _close(self) -> None:
        self._stopping = True
        self._gateway.stop()
        self._bus.stop()
        self._feed.close()
        if self._reader:
            self._reader.terminate()
            self._reader.wait()

    def _keep_reader(self) -> None:
        """Start the reader, and start it again when it dies. It dies with us: its standard input closes."""
        while not self._stopping:
            command = [sys.executable, "-m", "tradeoms", "reader", "--config", str(self._config)]
            self._reader = subprocess.Popen(command, stdin=subprocess.PIPE)
            code = self._reader.wait()
            if not self._stopping:
                log.error("the reader stopped", code=code)
                time.sleep(1.0)


def _session(settings: Settings, session: Session) -> SessionSettings:
    return SessionSettings(
        name=session.name,
        SenderCompID=session.SenderCompID,
        TargetCompID=session.TargetCompID,
        host=session.host,
        port=session.port,
        store=settings.home / "fix" / session.name,
        version=session.version,
        log=settings.home / "fixlog" / session.name if session.log else None,
        overrides=session.overrides,
    )


def recover(settings: Settings, journal: SqlJournal) -> State:
    """The state as of the journal's end: the newest usable snapshot, then every record after it.

    Raises:
        JournalBroken: a record is missing, altered or unreadable.
    """
    engine = readmodel.connect(settings.readmodel_url)
    upgrade(engine, "readmodel")
    with ReadModel(engine).reading() as seen:
        if seen.seq > journal.seq:
            raise JournalBroken(
                journal.seq + 1, f"is missing: the read model has seen record {seen.seq}"
            )
        if seen.hash != journal.hash_at(seen.seq):
            raise JournalBroken(seen.seq, "is not the record that the read model has seen")
    state = _snapshot(engine, journal)
    for record in journal.read(state.seq):
        core.apply(state, record)
    engine.dispose()
    return state


def _snapshot(engine: Any, journal: SqlJournal) -> State:
    """The newest snapshot that the journal vouches for; an empty state where there is none."""
    found = snapshots.latest(engine)
    if found is None:
        return State()
    seq, digest, state = found
    return state if seq <= journal.seq and journal.hash_at(seq) == digest else State()


def verify_journal(settings: Settings) -> tuple[int, str]:
    """Walk the whole chain; number of records and the last hash.

    Raises:
        JournalBroken: names the first record that is missing, altered or unreadable.
    """
    journal = SqlJournal(connect(settings.journal_url))
    count = sum(1 for _ in journal.read())
    recover(settings, journal)
    return count, journal.hash_at(count).hex()


def write_report(settings: Settings, name: str, day: date, folder: Path) -> list[Path]:
    """Write a report of a day from the read model; KeyError with the known names where there is no such report."""
    if name not in REPORTS:
        raise KeyError(", ".join(REPORTS))
    engine = readmodel.connect(settings.readmodel_url)
    upgrade(engine, "readmodel")
    folder.mkdir(parents=True, exist_ok=True)
    return REPORTS[name].write(ReadModel(engine), day, folder, datetime.now(UTC))


class ReaderProcess:
    """Follows the log: streams and questions for clients, read model and snapshots on disk."""

    def __init__(self, settings: Settings) -> None:
        self._journal = SqlJournal(connect(settings.journal_url))
        self._reader = Reader(recover(settings, self._journal))
        self._database = readmodel.connect(settings.readmodel_url)
        self._readmodel = ReadModel(self._database)
        self._streams = StreamServer(
            settings.bus.streams,
            KeyStore(settings.home / "keys"),
            self._reader,
            self._journal.read,
            QUERIES,
            settings.bus.insecure,
        )
        self._feed = subscribe(self._streams.context, settings.home / "feed.sock")
        self._unwritten: dict[str, dict[str, Any]] = {}
        self._answered: list[Answered] = []
        self._written = self._looked = time.monotonic()
        self._snapshot_seq = self._readmodel_seq = self._reader.state.seq

    def run(self) -> None:
        """Until the writer is gone."""
        self._catch_up_readmodel()
        poller = zmq.Poller()
        for source in (self._feed, self._streams.socket, sys.stdin.fileno()):
            poller.register(source, zmq.POLLIN)
        while True:
            ready = dict(poller.poll(int(FLUSH * 1000)))
            if sys.stdin.fileno() in ready and not os.read(sys.stdin.fileno(), 1):
                break
            if self._feed in ready:
                self._follow(receive(self._feed))
            elif time.monotonic() - self._looked > LOOK:
                self._follow(list(self._journal.read(self._reader.state.seq)))
            self._streams.listen()
            self._write()
        self._write(final=True)

    def _catch_up_readmodel(self) -> None:
        """Everything, where the read model is not where the state is."""
        seq = self._reader.state.seq
        if self._readmodel.seq != seq:
            self._readmodel.rebuild(self._reader.state, self._journal.hash_at(seq))

    def _follow(self, records: list[Any]) -> None:
        """Apply a batch; one that does not continue what we have sends us to the journal."""
        self._looked = time.monotonic()
        after = self._reader.state.seq
        records = [record for record in records if record.seq > after]
        if records and records[0].seq != after + 1:
            records = list(self._journal.read(after))
        self._reader.follow(records)
        changes = self._reader.take()
        self._streams.publish(records, changes)
        self._answered += [record.event for record in records if isinstance(record.event, Answered)]
        for table, rows in changes.items():
            self._unwritten.setdefault(table, {}).update(rows)

    def _write(self, final: bool = False) -> None:
        if not final and time.monotonic() - self._written < FLUSH:
            return
        self._written = time.monotonic()
        seq = self._reader.state.seq
        if seq > self._readmodel_seq:
            self._readmodel.write(self._unwritten, seq, self._journal.hash_at(seq), self._answered)
            self._unwritten, self._answered, self._readmodel_seq = {}, [], seq
        if seq - self._snapshot_seq >= SNAPSHOT_EVERY or (final and seq > self._snapshot_seq):
            body = snapshots.encode(self._reader.state)
            snapshots.save(self._database, seq, self._journal.hash_at(seq), body)
            self._snapshot_seq = seq
