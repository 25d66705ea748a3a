"""The journal gives back what was written, and names the record that somebody touched."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, delete, select, update

from tests.states import same
from tests.views.house import House
from tradeoms import core
from tradeoms.model.events import Record
from tradeoms.model.state import State
from tradeoms.store import upcast
from tradeoms.store.journal import JournalBroken, SqlJournal, chain, connect
from tradeoms.store.schema import journal, metadata


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path / 'journal.sqlite'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def written(database: Engine, house: House) -> Engine:
    """The house's first records, in batches of several sizes."""
    records, log = house.journal.records[:300], SqlJournal(database)
    at, size = 0, 1
    while at < len(records):
        log.append(records[at : at + size])
        at, size = at + size, size % 7 + 1
    return database


def read(engine: Engine, after: int = 0) -> list[Record]:
    return list(SqlJournal(engine).read(after))


def broken(engine: Engine) -> int:
    with pytest.raises(JournalBroken) as error:
        read(engine)
    assert f"record {error.value.seq}" in str(error.value)
    return error.value.seq


def touch(engine: Engine, number: int, **columns: Any) -> None:
    with engine.begin() as connection:
        connection.execute(update(journal).where(journal.c.seq == number).values(**columns))


def test_what_is_read_is_what_was_written(written: Engine, house: House) -> None:
    assert read(written) == house.journal.records[:300]
    assert read(written, 250) == house.journal.records[250:300]
    assert read(written, 300) == []
    assert SqlJournal(written).count() == 300


def test_the_state_from_disk_is_the_state_that_was(written: Engine, house: House) -> None:
    states = State(), State()
    for records, state in zip((read(written), house.journal.records[:300]), states, strict=True):
        for record in records:
            core.apply(state, record)
    same(*states)


def test_writing_goes_on_after_a_restart(written: Engine, house: House) -> None:
    again = SqlJournal(written)
    assert again.seq == 300
    again.append(house.journal.records[300:310])
    assert read(written) == house.journal.records[:310]


def test_a_batch_must_continue_the_journal(written: Engine, house: House) -> None:
    log = SqlJournal(written)
    for first in (299, 301):
        with pytest.raises(JournalBroken, match="does not follow 300"):
            log.append(house.journal.records[first : first + 1])
    assert len(read(written)) == 300


def test_a_second_writer_stops(written: Engine, house: House) -> None:
    one, two = SqlJournal(written), SqlJournal(written)
    one.append(house.journal.records[300:302])
    with pytest.raises(Exception, match="UNIQUE"):
        two.append(house.journal.records[300:305])
    assert read(written) == house.journal.records[:302]


def test_a_batch_is_written_whole_or_not_at_all(
    database: Engine, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = SqlJournal(database)
    bad = [*house.journal.records[:3], house.journal.records[1]]
    with pytest.raises(Exception, match="UNIQUE"):
        log.append(bad)
    assert read(database) == []
    log.append(house.journal.records[:4])
    assert len(read(database)) == 4


TOUCHED = {
    "kind": "Nonsense",
    "version": 2,
    "record": '{"seq":1,"at":"2026-03-02T00:00:00Z","cause":{"user":"mallory"},'
    '"event":{"type":"DayOpened","business_date":"2027-03-02"}}',
    "hash": bytes(32),
}


@pytest.mark.parametrize("column", TOUCHED)
@pytest.mark.parametrize("seq", [1, 150, 300])
def test_a_changed_column_is_found(column: str, seq: int, written: Engine) -> None:
    touch(written, seq, **{column: TOUCHED[column]})
    assert broken(written) == seq


def test_one_changed_digit_is_found(written: Engine) -> None:
    with written.begin() as connection:
        row = connection.execute(select(journal).where(journal.c.kind == "OrderEntered")).first()
        assert row is not None
    touch(written, row.seq, record=row.record.replace('"OrderQty":"', '"OrderQty":"1', 1))
    assert broken(written) == row.seq


@pytest.mark.parametrize("seq", [1, 150])
def test_a_missing_record_is_found(seq: int, written: Engine) -> None:
    with written.begin() as connection:
        connection.execute(delete(journal).where(journal.c.seq == seq))
    assert broken(written) == seq


def test_reading_after_a_record_that_is_gone(written: Engine) -> None:
    with pytest.raises(JournalBroken, match="record 301: is missing"):
        read(written, 301)


def test_a_record_put_in_between_is_found(written: Engine) -> None:
    with written.begin() as connection:
        connection.execute(delete(journal).where(journal.c.seq == 300))
        connection.execute(update(journal).where(journal.c.seq == 299).values(seq=300))
    assert broken(written) == 299


def test_two_swapped_records_are_found(written: Engine) -> None:
    for old, new in ((100, 999), (101, 100), (999, 101)):
        touch(written, old, seq=new)
    assert broken(written) == 100


def test_a_whole_tail_written_anew_is_found_at_its_first_record(written: Engine) -> None:
    """Whoever hashes one record anew must hash all that follow; here one link is left."""
    with written.begin() as connection:
        rows = connection.execute(select(journal).order_by(journal.c.seq)).all()
    row = rows[149]
    text = row.record + " "
    digest = chain(rows[148].hash, row.kind, row.version, text.encode())
    touch(written, 150, record=text, hash=digest)
    assert broken(written) == 151


def test_what_cannot_be_decoded_is_named(written: Engine) -> None:
    with written.begin() as connection:
        rows = connection.execute(select(journal).order_by(journal.c.seq)).all()
    row = rows[299]
    text = row.record.replace(f'"type":"{row.kind}"', '"type":"Nonsense"')
    digest = chain(rows[298].hash, "Nonsense", row.version, text.encode())
    touch(written, 300, kind="Nonsense", record=text, hash=digest)
    assert broken(written) == 300


def test_a_record_with_another_number_is_found(written: Engine) -> None:
    with written.begin() as connection:
        rows = connection.execute(select(journal).order_by(journal.c.seq)).all()
    row = rows[299]
    text = row.record.replace('"seq":300', '"seq":301')
    digest = chain(rows[298].hash, row.kind, row.version, text.encode())
    touch(written, 300, record=text, hash=digest)
    assert broken(written) == 300


def test_what_readers_are_sent_is_what_was_written(written: Engine, house: House) -> None:
    log, records = SqlJournal(written), house.journal.records[300:310]
    log.append(records)
    for some in (records, house.journal.records[5:20]):
        decoded = msgspec.json.decode(b"[%b]" % b",".join(log.texts(some)), type=list[Record])
        assert decoded == some


def test_an_event_of_an_older_version_is_brought_up(
    written: Engine, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rename(body: dict[str, Any]) -> dict[str, Any]:
        return body | {"reason": body.get("reason", "").upper()}

    monkeypatch.setitem(upcast.UPCASTS, "SessionChanged", (rename,))
    kinds = [type(record.event).__name__ for record in house.journal.records[:300]]
    assert "SessionChanged" in kinds
    for record in read(written):
        if type(record.event).__name__ == "SessionChanged":
            assert record.event.reason == record.event.reason.upper()


def test_every_commit_is_on_disk_before_it_returns(database: Engine) -> None:
    with database.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


@pytest.mark.parametrize("columns", [{"record": b"\xff"}, {"kind": b"\xff"}, {"version": "one"}])
def test_a_column_of_another_type_is_named(written: Engine, columns: dict[str, Any]) -> None:
    name, value = next(iter(columns.items()))
    with written.begin() as connection:
        connection.exec_driver_sql(f"UPDATE journal SET {name} = ? WHERE seq = 170", (value,))
    assert broken(written) == 170


PAGE = 4096


def on_disk(engine: Engine) -> Path:
    """The database's file, with all of the journal in it and nobody using it."""
    with engine.connect() as connection:
        connection.commit()
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return Path(str(engine.url.database))


def readable(path: Path, seq: int) -> bool:
    """Whether SQLite itself finds a record."""
    with sqlite3.connect(path) as plain:
        try:
            return bool(plain.execute("SELECT * FROM journal WHERE seq=?", (seq,)).fetchall())
        except sqlite3.DatabaseError:
            return False


@pytest.mark.parametrize("seq", [5, 150, 300])
def test_the_first_record_of_a_damaged_page_is_named(written: Engine, seq: int) -> None:
    """Rows are fetched in hundreds; the first that cannot be read is named, not its hundred."""
    kept = read(written)
    path = on_disk(written)
    content = bytearray(path.read_bytes())
    page = content.index(msgspec.json.encode(kept[seq - 1])) // PAGE * PAGE
    content[page : page + PAGE] = b"\xff" * PAGE
    path.write_bytes(content)
    first = next(n for n in range(1, 301) if not readable(path, n))
    assert first <= seq
    assert broken(written) == first


def test_a_file_that_is_cut_off_is_no_journal(written: Engine) -> None:
    path = on_disk(written)
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(JournalBroken, match=r"record 1: cannot be read: .*malformed"):
        connect(str(written.url))


def alone(file: Path) -> int:
    """Records in the database's file without its write-ahead log."""
    with sqlite3.connect(f"file:{file}?immutable=1", uri=True) as connection:
        return int(connection.execute("SELECT count(*) FROM journal").fetchone()[0])


def test_the_log_is_copied_when_nobody_waits(
    database: Engine, house: House, tmp_path: Path
) -> None:
    """Also while others read and write; a commit does it by itself only after many megabytes."""
    records, log = house.journal.records, SqlJournal(database)
    log.checkpoint()
    log.append(records[:200])
    assert alone(tmp_path / "journal.sqlite") == 0
    reading = SqlJournal(database).read()
    next(reading)
    log.append(records[200:300])
    SqlJournal(database).checkpoint()
    log.append(records[300:400])
    assert [record.seq for record in reading] == [*range(2, 201)]
    SqlJournal(database).checkpoint()
    assert alone(tmp_path / "journal.sqlite") == 400
    assert read(database) == records[:400]
