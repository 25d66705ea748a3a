"""The reader process: follows the log, serves streams and questions, fills the read model."""

import os
import sys
import time
from itertools import islice

from tradeoms.app import evidence
from tradeoms.app.collector import relax
from tradeoms.app.processors import give_way
from tradeoms.app.recovery import recover
from tradeoms.bus.feed import ready, receive, subscribe
from tradeoms.bus.keys import KeyStore
from tradeoms.bus.streams import StreamServer
from tradeoms.config import Settings
from tradeoms.core.retired import anything_left
from tradeoms.model.events import Answered, Record
from tradeoms.queries import QUERIES
from tradeoms.reader import Reader
from tradeoms.store import readmodel, snapshots
from tradeoms.store.journal import SqlJournal, connect
from tradeoms.store.readmodel import ReadModel
from tradeoms.views.placements import PlacementRow

QUIET = 0.25  # seconds without records, after which the read model is written
LATEST = 5.0  # seconds after which it is written however busy: a row that changed often, once
#: Records after which a quiet moment is used for a snapshot, and after which none is waited for.
SNAPSHOT_EVERY, SNAPSHOT_LATEST = 20_000, 200_000
CATCH_UP = 20_000  # records of one transaction of the read model at the start
LOOK = 1.0  # seconds of silence on the feed, after which the journal itself is looked at


class ReaderProcess:
    """Follows the log: streams and questions for clients, read model and snapshots on disk."""

    def __init__(self, settings: Settings) -> None:
        give_way()
        self._journal = SqlJournal(connect(settings.journal_url))
        state = recover(settings, self._journal, whole=False)
        self._database = readmodel.connect(settings.readmodel_url)
        self._readmodel = ReadModel(self._database)
        if anything_left(state) and self._readmodel.seq != state.seq:
            # What has left since can be told by the records alone.
            state = recover(settings, self._journal, whole=False, most=self._readmodel.seq)
        self._reader = Reader(state)
        self._streams = StreamServer(
            settings.bus.streams,
            KeyStore(settings.home / "keys"),
            self._reader,
            self._journal.read,
            QUERIES | {"messages": evidence.question(settings.home / "archive", self._left)},
            settings.bus.insecure,
        )
        self._feed = subscribe(self._streams.context, settings.home / "feed.sock")
        self._answered: list[Answered] = []
        self._written = self._looked = self._followed = time.monotonic()
        self._snapshot_seq = self._readmodel_seq = self._checkpoint_seq = self._reader.state.seq

    def _left(self, name: str) -> PlacementRow | None:
        """A placement as it was when it left memory."""
        return next(iter(self._readmodel.rows("placements", key=name)), None)

    def run(self) -> None:
        """Until the writer is gone."""
        self._catch_up_readmodel()
        relax()
        writer = sys.stdin.fileno()
        while True:
            sources = ready((self._feed, self._streams.socket, writer), QUIET)
            if writer in sources and not os.read(writer, 1):
                break
            if self._feed in sources:
                self._follow(self._received())
            elif time.monotonic() - self._looked > LOOK:
                self._follow(list(self._journal.read(self._reader.state.seq)))
            self._streams.listen()
            self._write()
        self._follow(list(self._journal.read(self._reader.state.seq)))
        self._write(final=True)

    def _received(self) -> list[Record]:
        """All batches that wait, as one: a row that changed in several is built and sent once."""
        records = receive(self._feed)
        while ready((self._feed,), 0):
            records += receive(self._feed)
        return records

    def _catch_up_readmodel(self) -> None:
        """Everything, where the read model is not where the state is; then what came since, part by
        part: what leaves memory on the way is written before it does.
        """
        seq = self._reader.state.seq
        if self._readmodel.seq != seq or not seq:
            self._readmodel.rebuild(self._reader.state, self._journal.hash_at(seq))
        records = iter(self._journal.read(seq))
        while part := list(islice(records, CATCH_UP)):
            self._reader.follow(part)
            self._answered = [one.event for one in part if isinstance(one.event, Answered)]
            self._write_rows()

    def _follow(self, records: list[Record]) -> None:
        """Apply a batch; one that does not continue what we have sends us to the journal."""
        self._looked = time.monotonic()
        after = self._reader.state.seq
        records = [record for record in records if record.seq > after]
        if records and records[0].seq != after + 1:
            records = list(self._journal.read(after))
        if not records:
            self._streams.publish([], {})
            return
        self._followed = self._looked
        self._reader.follow(records)
        self._streams.publish(records, self._reader.take())
        self._answered += [record.event for record in records if isinstance(record.event, Answered)]

    def _write(self, final: bool = False) -> None:
        now = time.monotonic()
        quiet = final or now - self._followed >= QUIET
        if not quiet and now - self._written < LATEST:
            return
        self._written = time.monotonic()
        self._write_rows()
        seq = self._reader.state.seq
        wanted = SNAPSHOT_EVERY if quiet else SNAPSHOT_LATEST
        if seq - self._snapshot_seq >= wanted or (final and seq > self._snapshot_seq):
            body = snapshots.encode(self._reader.state)
            snapshots.save(self._database, seq, self._journal.hash_at(seq), body)
            self._snapshot_seq = seq
        if quiet and seq > self._checkpoint_seq:
            self._journal.checkpoint()
            self._checkpoint_seq = seq

    def _write_rows(self) -> None:
        seq = self._reader.state.seq
        if seq > self._readmodel_seq:
            rows = self._reader.take_unwritten()
            self._readmodel.write(rows, seq, self._journal.hash_at(seq), self._answered)
            self._answered, self._readmodel_seq = [], seq
