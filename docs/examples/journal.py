"""Prints records of a journal: python docs/examples/journal.py FILE [KIND ...]."""

import json
import sqlite3
import sys

file, *kinds = sys.argv[1:]
journal = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
for seq, at, cause, kind, body in journal.execute(
    "select seq, at, cause, kind, body from journal order by seq"
):
    if not kinds or kind in kinds:
        who = json.loads(cause)
        print(seq, at[:19], who.get("user") or who.get("session") or "-", kind, body)

# ruff: noqa: T201
