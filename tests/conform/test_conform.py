"""The published cases pass, in every mode, and a wrong number in any of them is noticed."""

import copy
import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.allocation.published import numbers as places_of
from tests.allocation.published import spoil as change
from tests.conform import order_state, scenarios
from tests.conform.__main__ import main
from tests.conform.scenarios import load, plays
from tests.conform.session import Sessions

CASES = Path(__file__).parents[1] / "cases"
ORDER_STATE = CASES / "order_state.json"
KINDS = {"order-state": "order_state", "taxlots": "taxlots", "allocation": "allocation"}


def test_all_scenarios_through_the_codec(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["order-state", str(ORDER_STATE), "--codec"]) == 0
    assert capsys.readouterr().out == "51 passed, 0 failed\n"


def test_all_scenarios_over_real_sessions() -> None:
    tally = order_state.run(ORDER_STATE, Sessions)
    assert tally.lines == []
    assert tally.passed == 51


def test_every_branch_is_played() -> None:
    everything = load(ORDER_STATE)
    branches = sum(bool(row["alternative"]) for case in everything for row in case["rows"])
    assert branches >= 50
    assert sum(1 for case in everything for _ in plays(case)) == len(everything) + branches


def test_our_request_is_first_of_what_crosses() -> None:
    report = {"time": "4", "recv": None, "sent": {"MsgType": "8"}, "crosses": True}
    request = {"time": "4", "recv": "Cancel Request(Y,X)", "sent": None, "crosses": True}
    play = next(scenarios.plays({"id": "", "fix_version": "", "rows": [report, request]}))
    assert play.rows == (request, report)


def numbers(row: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Where a row expects a number."""
    expect = row.get("expect") or {}
    for key in ("CumQty", "LeavesQty", "AvgPx"):
        if expect.get(key) is not None:
            yield expect, key


PICKS: dict[str, Callable[[list[Any]], Any]] = {
    "first": lambda found: found[0],
    "middle": lambda found: found[len(found) // 2],
    "last": lambda found: found[-1],
}


@pytest.mark.parametrize("pick", PICKS)
def test_a_wrong_number_fails_its_scenario(pick: str, tmp_path: Path) -> None:
    changed = copy.deepcopy(load(ORDER_STATE))
    for case in changed:
        where, key = PICKS[pick]([place for row in case["rows"] for place in numbers(row)])
        where[key] = float(where[key]) + 1
    file = tmp_path / "order_state.json"
    file.write_text(json.dumps(changed))
    tally = order_state.run(file)
    assert tally.failures == [case["id"] for case in changed]


@pytest.mark.parametrize("key", ["OrdStatus", "OrigClOrdID", "unchanged"])
def test_a_wrong_word_is_noticed(key: str, tmp_path: Path) -> None:
    changed = [
        copy.deepcopy(case) for case in load(ORDER_STATE) if _spoil(case, key, try_only=True)
    ]
    assert changed
    for case in changed:
        _spoil(case, key)
    file = tmp_path / "order_state.json"
    file.write_text(json.dumps(changed))
    assert order_state.run(file).failures == [case["id"] for case in changed]


def _spoil(case: dict[str, Any], key: str, try_only: bool = False) -> bool:
    """Change the last mention of something in a case; False where there is none."""
    for row in reversed(case["rows"]):
        expect, asked = row.get("expect") or {}, row.get("recv_fields") or {}
        if key == "OrdStatus" and expect.get(key):
            if not try_only:
                expect[key] = "B"
            return True
        if key == "OrigClOrdID" and asked.get(key) and asked["MsgType"] == "G":
            if not try_only:
                asked[key] = asked["ClOrdID"]
            return True
        if key == "unchanged" and expect.get(key):
            if not try_only:
                row["sent"]["ClOrdID"] = "X"  # a report that does belong to a placement
                row["sent"] |= {"OrdStatus": "4", "ExecType": "4", "ExecTransType": "0"}
            return True
    return False


def spoiled_lots(case: dict[str, Any]) -> bool:
    rows = [*case["expected"].get("realized", ()), *case["expected"].get("lots", ())]
    for row in rows:
        for key in ("qty", "gain", "basis"):
            if key in row:
                row[key] = str(Fraction(row[key]) + 1)
                return True
    for row in case["expected"].get("errors", ()):
        row[2] = str(Fraction(row[2]) + 1)
        return True
    return False


def spoiled_allocation(case: dict[str, Any]) -> bool:
    places = list(places_of(case["expected"]))
    if places:
        change(case, places[0])
    return bool(places)


@pytest.mark.parametrize(
    ("kind", "spoil"), [("taxlots", spoiled_lots), ("allocation", spoiled_allocation)]
)
def test_a_wrong_number_fails_its_case(
    kind: str, spoil: Callable[[dict[str, Any]], bool], tmp_path: Path, capsys: Any
) -> None:
    found = json.loads((CASES / f"{kind}.json").read_text())
    assert main([kind, str(CASES / f"{kind}.json")]) == 0
    passed, failed, *skipped = capsys.readouterr().out.splitlines()[-1].split(", ")
    assert failed == "0 failed"
    unplayed = {line.partition(":")[0] for line in _lines(main, kind, CASES, capsys)}
    for case in found["cases"]:
        if case["id"] not in unplayed:
            assert spoil(case), case["id"]
    (tmp_path / f"{kind}.json").write_text(json.dumps(found))
    assert main([kind, str(tmp_path / f"{kind}.json")]) == 1
    last = capsys.readouterr().out.splitlines()[-1].split(", ")
    assert last == ["0 passed", passed.replace("passed", "failed"), *skipped]


def _lines(run: Callable[[list[str]], int], kind: str, folder: Path, capsys: Any) -> list[str]:
    """What is said of cases that are not played."""
    run([kind, str(folder / f"{kind}.json")])
    return [line for line in capsys.readouterr().out.splitlines() if "skipped" in line]
