"""What is written is read back as it was, to the last digit, together with where it is true."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from tests.views.house import House
from tradeoms.model import events as e
from tradeoms.model.fields import Outcome
from tradeoms.model.state import State
from tradeoms.store import migrate, readmodel
from tradeoms.store.readmodel import ReadModel
from tradeoms.views import VIEWS
from tradeoms.views.alerts import AlertRow
from tradeoms.views.prices import PriceRow
from tradeoms.views.sessions import SessionRow

AT = datetime(2026, 3, 2, 14, 30, 0, 123456, UTC)
HASH = bytes(range(32))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = readmodel.connect(f"sqlite:///{tmp_path}/read.db")
    migrate.upgrade(engine, "readmodel")
    yield engine
    engine.dispose()


@pytest.fixture
def model(engine: Engine) -> ReadModel:
    return ReadModel(engine)


class Follower:
    """Writes every batch as a reader would."""

    def __init__(self, model: ReadModel) -> None:
        self.model = model

    def consume(self, records: Sequence[e.Record], state: State) -> None:
        upserts: dict[str, dict[str, Any]] = {name: {} for name in VIEWS}
        for record in records:
            for name, view in VIEWS.items():
                upserts[name].update(view.rows(state, record.event))
        answers = [r.event for r in records if isinstance(r.event, e.Answered)]
        self.model.write(upserts, records[-1].seq, HASH, answers)


def test_following_a_run_gives_all_rows(model: ReadModel) -> None:
    house = House(2)
    house.engine.consumers.append(Follower(model))
    house.open()
    for _ in range(60):
        house.step()
    house.settle()
    _equals(model, house.state)
    last = house.answers[-1]
    assert model.answer(last.user, last.id) == last


def test_rebuilding_gives_all_rows(model: ReadModel, house: House) -> None:
    model.write({"prices": {"OLD": PriceRow("OLD", "", "", Decimal(1), "", "")}}, 1, HASH)
    model.rebuild(house.state, HASH)
    _equals(model, house.state)
    assert all(model.answer(a.user, a.id) == a for a in house.state.answers.values())


def _equals(model: ReadModel, state: State) -> None:
    with model.reading() as reading:
        assert (reading.seq, reading.hash) == (state.seq, HASH)
        for name, view in VIEWS.items():
            rows = sorted(reading.rows(name), key=lambda row: str(row.key))
            expected = sorted(view.all_rows(state), key=lambda row: str(row.key))
            assert repr(rows) == repr(expected), name


@pytest.mark.parametrize(
    "text", ["0.1", "1.10", "123456789012345678.123456789", "0", "-3.03", "1E-20"]
)
def test_a_decimal_keeps_every_digit(model: ReadModel, text: str) -> None:
    model.write({"prices": {"I": PriceRow("I", "S", "USD", Decimal(text), "x", "")}}, 1, HASH)
    assert str(model.rows("prices")[0].Px) == str(Decimal(text))


def test_a_time_is_kept_in_utc(model: ReadModel) -> None:
    there = AT.astimezone(timezone(timedelta(hours=9)))
    model.write({"alerts": {"1": AlertRow("1", "k", "s", "t", there)}}, 1, HASH)
    found = model.rows("alerts")[0].at
    assert (found, found.tzinfo) == (AT, UTC)


def test_none_deletes_and_a_later_row_replaces(model: ReadModel) -> None:
    row = AlertRow("1", "k", "s", "t", AT)
    model.write({"alerts": {"1": row, "2": AlertRow("2", "k", "s", "t", AT)}}, 1, HASH)
    model.write(
        {"alerts": {"1": AlertRow("1", "new", "s", "t", AT), "2": None, "3": None}}, 2, HASH
    )
    assert model.rows("alerts") == [AlertRow("1", "new", "s", "t", AT)]
    assert model.seq == 2


def test_a_write_happens_whole_or_not_at_all(model: ReadModel) -> None:
    good = AlertRow("1", "k", "s", "t", AT)
    bad: Any = SessionRow("2", None, True, "r", 1, 1)  # type: ignore[arg-type]
    with pytest.raises(Exception, match="sessions"):  # as the driver says it
        model.write({"alerts": {"1": good}, "prices": {}, "sessions": {"2": bad}}, 7, HASH)
    assert model.rows("alerts") == []
    assert model.seq == 0


def test_a_reading_does_not_move(model: ReadModel) -> None:
    with model.reading() as reading:
        model.write({"alerts": {"1": AlertRow("1", "k", "s", "t", AT)}}, 1, HASH)
        assert (reading.seq, reading.rows("alerts")) == (0, [])
    assert model.seq == 1


def test_rows_are_chosen_by_their_fields(model: ReadModel) -> None:
    rows = {str(n): AlertRow(str(n), f"kind {n % 2}", "s", "t", AT) for n in range(30_000)}
    model.write({"alerts": rows}, 1, HASH)
    assert len(model.rows("alerts", kind="kind 1", subject="s")) == 15_000
    assert model.rows("alerts", kind="kind 1", subject="else") == []
    with model.reading() as reading:
        keys = [str(n) for n in range(5, 25_000)]
        assert {row.key for row in reading.any_of("alerts", "key", keys)} == set(keys)
        assert reading.any_of("alerts", "key", []) == []


def test_an_answer_is_given_again(model: ReadModel) -> None:
    answer = e.Answered("pm", "c1", Outcome.Done, "SubmitOrder", AT, ("O1",))
    model.write({}, 1, HASH, [answer, answer])
    model.write({}, 2, HASH, [answer])
    assert model.answer("pm", "c1") == answer
    assert model.answer("pm", "c2") is None
    assert model.answer("trader", "c1") is None


def test_sqlite_settings(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1  # NORMAL


def test_postgresql_keeps_decimals_as_numeric() -> None:
    ddl = str(CreateTable(readmodel.TABLES["cash"]).compile(dialect=postgresql.dialect()))
    assert "amount NUMERIC NOT NULL" in ddl
    ddl = str(CreateTable(readmodel.TABLES["orders"]).compile(dialect=postgresql.dialect()))
    assert "entered TIMESTAMP WITH TIME ZONE NOT NULL" in ddl
