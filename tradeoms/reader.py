"""A reader: follows the log with the same `apply`, and answers what the writer has no time for.

It keeps the rows of every table that changed since they were last taken, so that streams and the
read model get the latest version of a row, never a queue of versions.
"""

from collections.abc import Iterable
from typing import Any

from tradeoms import core
from tradeoms.model.events import Record
from tradeoms.model.state import State
from tradeoms.views import VIEWS

Changes = dict[str, dict[str, Any]]


class Reader:
    """State as of `state.seq`, and what changed."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.dirty: Changes = {name: {} for name in VIEWS}

    def follow(self, records: Iterable[Record]) -> None:
        """Apply records that continue the state, and note the rows they change (None: gone)."""
        for record in records:
            assert record.seq == self.state.seq + 1, f"record {record.seq} does not follow {self.state.seq}"
            core.apply(self.state, record)
            for name, view in VIEWS.items():
                dirty = self.dirty[name]
                for key, row in view.rows(self.state, record.event):
                    dirty[key] = row

    def take(self) -> Changes:
        """What changed since the last call."""
        taken, self.dirty = self.dirty, {name: {} for name in VIEWS}
        return {name: rows for name, rows in taken.items() if rows}

    def rows(self, table: str) -> Iterable[Any]:
        """All rows of a table as they are now."""
        return VIEWS[table].all_rows(self.state)
