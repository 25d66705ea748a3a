"""The reader dies alone: the writer goes on, another reader takes its place, clients notice little."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.crash.bench import ONE_BROKER, House, house, read_model_is
from tests.crash.installation import Installation
from tests.crash.killer import kill_reader
from tests.crash.processes import until

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(600)]


def test_clients_and_read_model_outlive_readers(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "x", ONE_BROKER)
    with house(installation) as found:
        tom = found.trader.client
        tom.records()
        killed = set()
        for tickers in (("AAPL", "GE"), ("KO", "PG"), ("JPM", "HD")):
            routes = found.enter(tickers)
            killed.add(kill_reader(found.server))
            found.finish(routes)
        _alive_again(found, killed)
        tom.until(lambda: bool(tom.tables["blocks"]) and _allocated(found))
        until(lambda: _tidied(installation.home / "journal.db"), "the journal is tidied up")
        state = found.close()
        records = tom.take_records()
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    read_model_is(installation, state)


def _allocated(found: House) -> bool:
    return all(row.state == "allocated" for row in found.tables["blocks"].values())


def _alive_again(found: House, killed: set[int]) -> None:
    until(lambda: set(found.server.descendants()) - killed, "another reader")
    assert found.server.child.poll() is None
    assert not any(_runs(pid) for pid in killed)


def _tidied(file: Path) -> bool:
    """The file has what its write-ahead log has: the reader saw to that in a quiet moment."""
    found = []
    for options in ("mode=ro", "immutable=1"):
        with closing(sqlite3.connect(f"file:{file}?{options}", uri=True)) as connection:
            try:
                found += connection.execute("SELECT count(*) FROM journal").fetchone()
            except sqlite3.DatabaseError:  # it is being written, of which this look knows nothing
                return False
    return found[0] == found[1]


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
