"""A journal that is not what was written: the server names the record, and changes nothing."""

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.crash import world
from tests.crash.bench import set_up
from tests.crash.installation import Installation
from tests.crash.killer import Watch
from tests.crash.processes import PATIENCE, ROOT, until
from tradeoms.cli import app
from tradeoms.store import snapshots
from tradeoms.store.readmodel import ReadModel, connect

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(600)]
Rows = list[tuple[object, ...]]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A house without brokers after a clean stop, with a snapshot at its end; do not change it."""
    installation = Installation(tmp_path_factory.mktemp("stopped") / "x", {})
    with installation.server() as server, installation.client("olga") as olga:
        server.ready()
        olga.follow("prices", timeout=PATIENCE)
        set_up(installation)
        assert server.stop() == 0
    engine = connect(f"sqlite:///{installation.home / 'readmodel.db'}")
    assert snapshots.latest(engine)
    engine.dispose()
    return installation


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Killed, so that all lies in the journal's WAL; the read model has seen all but the last
    transaction. Do not change it.
    """
    installation = Installation(tmp_path_factory.mktemp("killed") / "x", {})
    with installation.server() as server, installation.client("carl") as carl:
        server.ready()
        set_up(installation)
        watch = Watch(installation.home / "journal.db")
        watch.look()
        until(lambda: _seen(installation.home) == watch.seq, "the read model")
        watch.close()
        carl.submit(world.limits())
        server.kill()
    return installation


def serve(home: Path) -> tuple[int, str]:
    """How a server's process ends that must not start: its code, and what it says."""
    config = str(home.parent / "tradeoms.toml")
    line = [sys.executable, "-m", "tradeoms", "serve", "--config", config]
    done = subprocess.run(
        line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    return done.returncode, done.stderr


def verify(home: Path) -> tuple[int, str]:
    """The same of the command that walks the chain."""
    done = CliRunner().invoke(app, ["verify", "--config", str(home.parent / "tradeoms.toml")])
    return done.exit_code, done.output


def copy(installation: Installation, folder: Path) -> Path:
    """A copy of a house to break; its home."""
    shutil.copytree(
        installation.folder, folder / "x", ignore=shutil.ignore_patterns("*.sock", "*.log")
    )
    return folder / "x" / "home"


def rows(home: Path) -> Rows:
    """The journal's rows as they are on disk."""
    connection = sqlite3.connect(home / "journal.db")
    try:
        return connection.execute("SELECT * FROM journal ORDER BY seq").fetchall()
    finally:
        connection.close()


def change(home: Path, sql: str, *values: object) -> None:
    """Do to the journal what nobody may do."""
    connection = sqlite3.connect(home / "journal.db")
    with connection:
        connection.execute(sql, values)
    connection.close()


def alter(home: Path, seq: int) -> None:
    """One byte of one record."""
    record = str(rows(home)[seq - 1][3])
    place = len(record) // 2
    other = "1" if record[place] == "0" else "0"
    record = record[:place] + other + record[place + 1 :]
    change(home, "UPDATE journal SET record=? WHERE seq=?", record, seq)


def delete(home: Path, seq: int) -> None:
    """One row."""
    change(home, "DELETE FROM journal WHERE seq=?", seq)


MIDDLE = 5


@pytest.mark.parametrize("where", ["first", "middle", "last"])
@pytest.mark.parametrize("damage", [alter, delete])
def test_a_damaged_record_is_named(
    damage: Callable[[Path, int], None], where: str, stopped: Installation, tmp_path: Path
) -> None:
    home = copy(stopped, tmp_path)
    seq = {"first": 1, "middle": MIDDLE, "last": len(rows(home))}[where]
    damage(home, seq)
    before = rows(home)
    for command, code in ((serve, 2), (verify, 1)):
        ended, said = command(home)
        assert ended == code, said
        assert f"record {seq}" in said
        assert "Traceback" not in said
        assert rows(home) == before


@pytest.mark.parametrize("part", ["some", "more", "all but a byte"])
def test_half_a_wal_is_a_prefix_or_is_refused(
    part: str, killed: Installation, tmp_path: Path
) -> None:
    """What the read model has seen is not forgotten in silence; what it has not is a clean prefix."""
    home = copy(killed, tmp_path)
    whole = rows(copy(killed, tmp_path / "whole"))
    wal = home / "journal.db-wal"
    size = wal.stat().st_size
    with wal.open("r+b") as file:
        # The tables themselves are at the beginning.
        cut = random.Random(part).randrange(size // 2, size - 20_000)
        file.truncate(size - 1 if part == "all but a byte" else cut)
    kept = rows(copy_of(home, tmp_path / "looked at"))
    assert kept == whole[: len(kept)]
    ended, said = verify(home)
    if part == "all but a byte":
        assert _seen(home) <= len(kept) < len(whole)
        assert ended == 0, said
        assert f"{len(kept)} records" in said
    else:
        assert len(kept) < _seen(home)
        assert ended == 1
        assert f"record {len(kept) + 1}" in said
        assert serve(home)[0] == 2
    assert rows(home) == kept


def copy_of(home: Path, folder: Path) -> Path:
    """A copy to look at, because looking at a WAL empties it."""
    return Path(shutil.copytree(home, folder, ignore=shutil.ignore_patterns("*.sock")))


def _seen(home: Path) -> int:
    engine = connect(f"sqlite:///{home / 'readmodel.db'}")
    seq = ReadModel(engine).seq
    engine.dispose()
    return seq
