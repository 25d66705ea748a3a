"""Replays a journal up to a record: python docs/examples/replay.py CONFIG [SEQ]."""

import sys
from pathlib import Path

from tradeoms import core
from tradeoms.config import load
from tradeoms.model.state import State
from tradeoms.store.journal import SqlJournal, connect
from tradeoms.views import VIEWS

config, *last = sys.argv[1:]
state = State()
for record in SqlJournal(connect(load(Path(config)).journal_url)).read():
    if last and record.seq > int(last[0]):
        break
    core.apply(state, record)
print(f"as of record {state.seq}")
for row in VIEWS["orders"].all_rows(state):
    print(row.key, row.Side, row.OrderQty, row.Symbol, row.state)

# ruff: noqa: T201
