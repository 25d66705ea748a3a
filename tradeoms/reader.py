"""A reader: follows the log with the same `apply`, and answers what the writer has no time for.

It keeps the rows that changed since they were last taken, so that streams and the read model get
the latest version of a row, never a queue of versions. A row is built when somebody takes it. What
only the read model needs is found out when it is written: until then the events wait.
"""

from collections.abc import Iterable
from typing import Any

from tradeoms import core
from tradeoms.model.events import AnyEvent, BlockReopened, Record, WorkRetired
from tradeoms.model.state import State
from tradeoms.views import VIEWS, Batch
from tradeoms.views.leaving import gone

MOST_WAITING = 50_000  # events; more are looked through before the write

Changes = dict[str, dict[str, Any]]


class Reader:
    """State as of `state.seq`, and what changed."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._whole: Changes = {}
        self._dirty: Changes = {}
        self._unwritten: Changes = {}
        self._waiting = Batch(state)  # what it changes of tables that are not in `_whole`

    def follow(self, records: Iterable[Record]) -> None:
        """Apply records that continue the state, and keep what they change."""
        applied: list[AnyEvent] = []
        for seq, record in enumerate(records, self.state.seq + 1):
            assert record.seq == seq, f"record {record.seq} does not follow {seq - 1}"
            if leaving := type(record.event) is WorkRetired:
                self._changed(applied)
                applied = []
                self._build_unwritten()
            core.apply(self.state, record)
            applied.append(record.event)
            if leaving:
                self._let_go()
            elif type(record.event) is BlockReopened:
                # Who had a part, and gets none when it is allocated anew, is known only until then.
                self._changed(applied)
                applied = []
                self._note_waiting()
        self._changed(applied)

    def _changed(self, applied: list[AnyEvent]) -> None:
        """Build the rows that change of tables that somebody asked for (None: gone)."""
        batch = Batch(self.state, applied)
        self._waiting.add(batch)
        if self._waiting.size > MOST_WAITING:
            self._note_waiting()
        for name, rows in self._whole.items():
            view = VIEWS[name]
            if changed := view.built(self.state, view.changed(self.state, batch)):
                _fold(rows, changed)
                self._dirty.setdefault(name, {}).update(changed)
                self._unwritten.setdefault(name, {}).update(changed)

    def _note_waiting(self) -> None:
        """Which rows of the other tables have changed."""
        batch, self._waiting = self._waiting, Batch(self.state)
        for name, view in VIEWS.items():
            if name not in self._whole and (changed := view.changed(self.state, batch)):
                self._unwritten.setdefault(name, {}).update(changed)

    def _build_unwritten(self) -> None:
        """What has changed of what leaves memory now can be told for the last time."""
        self._note_waiting()
        for name, rows in self._unwritten.items():
            self._unwritten[name] = VIEWS[name].built(self.state, rows)

    def _let_go(self) -> None:
        """Rows of what has left are in the read model alone: no screen shows them any longer."""
        for name, rows in self._whole.items():
            for key in gone(self.state, name, rows):
                del rows[key]
                self._dirty.setdefault(name, {})[key] = None

    def take(self) -> Changes:
        """What changed since the last call in the tables that somebody asked for by `rows`."""
        taken, self._dirty = self._dirty, {}
        return {name: rows for name, rows in taken.items() if rows}

    def take_unwritten(self) -> Changes:
        """What changed in any table since the last call, as it is now."""
        self._note_waiting()
        taken, self._unwritten = self._unwritten, {}
        return {name: VIEWS[name].built(self.state, rows) for name, rows in taken.items()}

    def rows(self, table: str) -> list[Any]:
        """All rows of a table as they are now.

        Built when first asked for, kept up to date from then on: a hundred screens that open in
        the morning cost one.
        """
        if table not in self._whole:
            self._note_waiting()
            self._whole[table] = {row.key: row for row in VIEWS[table].all_rows(self.state)}
        return list(self._whole[table].values())


def _fold(rows: dict[str, Any], changed: dict[str, Any]) -> None:
    for key, row in changed.items():
        if row is None:
            rows.pop(key, None)
        else:
            rows[key] = row
