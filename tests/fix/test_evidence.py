"""An order's messages are found in the archive, all of them and no others."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import K, desk
from tests.core.leaving import brief, opened, traded
from tradeoms.app.evidence import question
from tradeoms.fix import evidence
from tradeoms.fix.archive import Stream
from tradeoms.fix.evidence import messages
from tradeoms.reader import Reader
from tradeoms.views.placements import row

SOH = "\x01"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def write(folder: Path, *lines: tuple[float, str, str], largest: int = 2**20) -> None:
    """Seconds after noon, I or O, a message with | between its fields."""
    stream = Stream(folder / "S1", largest)
    for seconds, kind, text in lines:
        at = round(NOON.timestamp() + seconds) * 1_000_000_000
        stream.write(kind, at, text.replace("|", SOH))
    stream.close()


def found(folder: Path, *ids: str, after: float | None = None, until: float | None = None):
    times = [
        ever if n is None else NOON + timedelta(seconds=n)
        for n, ever in zip((after, until), EVER, strict=True)
    ]
    return [
        (one.direction, one.text.replace(SOH, "|")) for one in messages(folder, "S1", ids, *times)
    ]


ORDER = "8=FIX.4.4|35=D|34=2|11=A1|"
CANCEL = "8=FIX.4.4|35=F|34=3|41=A1|11=A2|"
FILL = "8=FIX.4.4|35=8|34=9|11=A2|37=X7|58=a\\b\nc|"
LINES = (
    (0, "O", ORDER),
    (1, "I", "8=FIX.4.4|35=8|34=8|11=A1|37=X7|"),
    (2, "O", "8=FIX.4.4|35=D|34=3|11=A11|"),
    (3, "O", CANCEL),
    (4, "E", "sent 8=FIX.4.4|35=D|11=A1|"),
    (5, "I", FILL),
    (6, "I", "8=FIX.4.4|35=A|34=1|11=A1|554=secret|"),
)


@pytest.mark.parametrize("name", ["A1", "A2"])
def test_a_chain_is_found_from_any_of_its_ids(tmp_path: Path, name: str) -> None:
    write(tmp_path, *LINES)
    expected = [("out", ORDER), ("in", LINES[1][2]), ("out", CANCEL), ("in", FILL)]
    assert found(tmp_path, name) == expected
    assert found(tmp_path, "X7") == expected
    assert found(tmp_path, "A") == found(tmp_path, "A.") == found(tmp_path, "") == []


def test_a_logon_is_never_shown(tmp_path: Path) -> None:
    write(tmp_path, *LINES)
    assert "35=A" not in str(found(tmp_path, "A1"))


def test_more_than_an_answer_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, *LINES)
    monkeypatch.setattr(evidence, "MOST", 3)
    with pytest.raises(ValueError, match="4 messages"):
        found(tmp_path, "A1")
    monkeypatch.setattr(evidence, "MOST_BYTES", 300)
    with pytest.raises(ValueError, match="a shorter time"):
        found(tmp_path, "A1")
    assert len(found(tmp_path, "A1", after=0, until=1)) == 1


seconds = st.integers(-5, 90_000)


@given(st.lists(seconds, max_size=30).map(sorted), seconds, seconds, st.integers(1, 3))
def test_a_time_is_what_lies_between(
    tmp_path_factory: pytest.TempPathFactory, at: list[int], after: int, until: int, size: int
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    lines = [(s, "O", f"8=FIX.4.4|34={n}|11=A1|") for n, s in enumerate(at)]
    write(folder, *lines, largest=size * 200)
    expected = [("out", text) for s, _, text in lines if after <= s < until]
    assert found(folder, "A1", after=after, until=until) == expected


@pytest.mark.parametrize("again", ["X1", "NONE"])
def test_an_orders_messages_are_not_those_of_who_has_its_OrderID_later(
    tmp_path: Path, again: str
) -> None:
    floor = desk()
    names = [floor.working(("A1", 10)), floor.working(("A2", 10))]
    for name in names:
        floor.report(name, K.New, OrderID=again)
    first, second = (floor.placement(name).ClOrdID for name in names)
    at = floor.placement(names[0]).routed.timestamp() - NOON.timestamp() + 5
    lines = (
        f"8=FIX.4.4|35=E|66=L1|11={first}|11={second}|",
        f"8=FIX.4.4|35=8|11={first}|37={again}|",
        f"8=FIX.4.4|35=8|11={second}|37={again}|",
    )
    write(tmp_path, *((at + n, "I", line) for n, line in enumerate(lines)))
    ask, reader = question(tmp_path), Reader(floor.state)
    for name, own in zip(names, (lines[1], lines[2]), strict=True):
        found = [row["text"].replace(SOH, "|") for row in ask(reader, {"placement": name})]
        assert found == [lines[0], own]


def test_an_order_that_has_left_memory_has_its_messages_still(tmp_path: Path) -> None:
    """By its ClOrdID, as the read model knows it; its OrderID is another order's by now."""
    floor = brief()
    _, name, _ = traded(floor)
    known = row(floor.placement(name))
    opened(floor, 6)
    assert name not in floor.state.placements
    at = known.routed.timestamp() - NOON.timestamp() + 5
    lines = (
        f"8=FIX.4.4|35=D|11={known.ClOrdID}|",
        f"8=FIX.4.4|35=8|11={known.ClOrdID}|37={known.OrderID}|",
        f"8=FIX.4.4|35=8|11=20990101|37={known.OrderID}|",
    )
    write(tmp_path, *((at + n, "I", line) for n, line in enumerate(lines)))
    ask = question(tmp_path, {name: known}.get)
    found = [one["text"].replace(SOH, "|") for one in ask(Reader(floor.state), {"placement": name})]
    assert found == [*lines[:2]]
    with pytest.raises(ValueError, match="placement = 'P99': is unknown"):
        ask(Reader(floor.state), {"placement": "P99"})


def test_questions_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    ask = question(tmp_path)
    reader = Reader(desk().state)
    for arguments, reason in (
        ({}, "session = None: is unknown"),
        ({"placement": "P9"}, "placement = 'P9': is unknown"),
        ({"placement": ["P9"]}, "is unknown"),
        ({"session": "../x", "ids": ["A"]}, "session = '../x': is unknown"),
        ({"colour": 1}, "colour: known are placement, session, ids"),
    ):
        with pytest.raises(ValueError, match=re.escape(reason)):
            ask(reader, arguments)
