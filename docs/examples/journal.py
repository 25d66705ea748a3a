"""Prints records of a journal: python docs/examples/journal.py FILE [KIND ...]."""

import json
import sqlite3
import sys

file, *kinds = sys.argv[1:]
journal = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
for seq, kind, text in journal.execute("select seq, kind, record from journal order by seq"):
    if not kinds or kind in kinds:
        record = json.loads(text)
        who = record["cause"].get("user") or record["cause"].get("session") or "-"
        event = json.dumps(record["event"], separators=(",", ":"))
        print(seq, record["at"][:19], who, kind, event)

# ruff: noqa: T201
