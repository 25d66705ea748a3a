"""A short soak ends with equal books, and its comparison notices what is not equal."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.console import Console

from benchmarks import soak
from benchmarks.soak import Sample
from benchmarks.soak_books import Book, differences
from benchmarks.soak_house import House, build
from tradeoms.model.fields import Effect
from tradeoms.model.state import State

pytestmark = pytest.mark.timeout(300)  # real processes, on a machine that may be busy
SECONDS, SESSIONS, RATE = 5, 4, 4.0
MB = 1 << 20


def lose_a_fill(state: State) -> None:
    id = next(x.key for x in state.executions.values() if x.effect is Effect.Booked)
    del state.executions[id]


def dispute_a_fill(state: State) -> None:
    id = next(x.key for x in state.executions.values() if x.effect is Effect.Booked)
    state.executions[id] = replace(state.executions[id], effect=Effect.Disputed)


def count_a_share_more(state: State) -> None:
    name, placement = next(iter(state.placements.items()))
    state.placements[name] = replace(placement, CumQty=placement.CumQty + 1)


def lose_a_placement(state: State) -> None:
    state.placements.popitem()


def forget_a_confirmation(state: State) -> None:
    state.confirmations.popitem()


def wait_for_an_answer(state: State) -> None:
    state.pending["P1"] = 1


SPOILT = {
    "lost": lose_a_fill,
    "disputed": dispute_a_fill,
    "there": count_a_share_more,
    "placements here": lose_a_placement,
    "affirmed": forget_a_confirmation,
    "waiting for answers: 1 requests": wait_for_an_answer,
}


def test_a_short_soak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four sessions on bad lines: all is done, and the books are equal."""
    built: list[House] = []

    def keep(folder: Path, sessions: int, seed: int) -> House:
        built.append(build(folder, sessions, seed))
        return built[0]

    monkeypatch.setattr(soak, "build", keep)
    with (tmp_path / "out.txt").open("w+") as out:
        wrong = soak.soak(tmp_path / "run", SECONDS, SESSIONS, RATE, Console(file=out, width=100))
        out.seek(0)
        assert wrong == [], out.read()
    (house,) = built
    state = Book(house).read_on()
    assert set(house.versions.values()) == {"FIX.4.2", "FIX.4.4", "FIX.5.0SP2"}
    assert {p.broker for p in state.placements.values()} == set(house.versions)
    again, _ = soak._archived(house, set(house.versions))
    assert again > 0  # the lines were bad indeed
    assert len(state.days) > 1
    assert not state.undelivered
    assert all(answer.rejected == {} for answer in state.delivery_answers.values())
    assert state.delivery_answers.keys() == state.deliveries.keys()
    for said, spoil in SPOILT.items():
        state = Book(house).read_on()
        assert differences(house, state) == []
        spoil(state)
        assert any(said in line for line in differences(house, state)), said
    assert soak.explained(house, "reader") < 64 * MB


@pytest.mark.parametrize(
    ("writer", "reader", "wrong"),
    [
        # 75 MB of state for what came after warming up: a quarter more and 24 MB are allowed.
        (100 + 93 + 24, 100 + 187 + 24, []),
        (100 + 95 + 24, 100 + 187 + 24, ["writer"]),
        (100 + 93 + 24, 100 + 189 + 24, ["reader"]),
    ],
)
def test_memory_beyond_the_state_is_told(
    monkeypatch: pytest.MonkeyPatch,
    writer: int,
    reader: int,
    wrong: list[str],
) -> None:
    monkeypatch.setattr(
        soak, "explained", lambda _, name: {"writer": 100 * MB, "reader": 200 * MB}[name]
    )
    warm, end = Sample(25, 250, 100 * MB, 100 * MB), Sample(100, 1000, writer * MB, reader * MB)
    start = Sample(0, 0, 50 * MB, 50 * MB)
    house = House(Path(), {}, frozenset(), "", "")
    told = soak._memory(house, [start, warm, end])
    assert [text.split()[1] for text in told] == wrong


@pytest.mark.parametrize(
    ("writer", "reader", "wrong"),
    [
        # A tenth and 24, or 64, MB more than on the fifth day; what came before does not count.
        (134, 284, []),
        (135, 284, ["writer"]),
        (134, 285, ["reader"]),
    ],
)
def test_memory_that_grows_from_day_to_day_is_told(
    writer: int, reader: int, wrong: list[str]
) -> None:
    grows = [Sample(n, 100 * n, 20 * n * MB, 40 * n * MB, n) for n in range(6)]
    end = Sample(60, 900, writer * MB, reader * MB, 9)
    told = soak._flat([*grows, end])
    assert [text.split()[1] for text in told] == wrong
