"""The ledger: what is written is what was told, exactly."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulators import ledger
from simulators.behaviours import BEHAVIOURS
from simulators.lines import Changed, Ledger, LedgerError, Line, Opened, Received, lines
from tests.simulators.bench import Bench, limit, order, request

OPENED = Opened("ALPHA", 1, "0.005", "20221228-15:00:00.000")


def written(path: Path, *entries: Line) -> Path:
    file = Ledger(path)
    for entry in entries:
        file.add(entry)
    file.close()
    return path


def changed(exec_id: str, exec_type: str, status: str, cum: int, **more: object) -> Changed:
    leaves = 0 if status in "48" else 333 - cum
    return Changed("t", "O1", "C1", exec_id, exec_type, status, 333, cum, leaves, **more)  # type: ignore[arg-type]


RECEIVED = Received("t", "D", "C1", "", "O1", "AAPL", "1", "333", "1")
FILLED = changed("E1", "F", "2", 333, LastQty=333, LastPx="10.01")


def test_money_is_exact(tmp_path: Path) -> None:
    book = ledger.read(written(tmp_path / "ALPHA.jsonl", OPENED, RECEIVED, FILLED))
    held = book.orders["O1"]
    assert held.executions == {"E1": ledger.Fill(333, Decimal("10.01"))}
    assert held.notional == held.gross == Decimal("3333.33")
    # 333 × 0.005 = 1.665, rounded half up.
    assert held.commission == Decimal("1.67")
    assert held.net == Decimal("3335.00")
    held.Side = "2"
    assert held.net == Decimal("3331.66")


def test_a_busted_execution_no_longer_counts(tmp_path: Path) -> None:
    bust = changed("E2", "H", "0", 0, ExecRefID="E1")
    held = ledger.fold([OPENED, RECEIVED, FILLED, bust]).orders["O1"]
    assert (held.CumQty, held.LeavesQty, held.notional, held.commission) == (0, 333, 0, 0)
    assert list(held.busted) == ["E1"]


@pytest.mark.parametrize(
    "wrong",
    [
        [FILLED],
        [RECEIVED, changed("E1", "F", "1", 5, LastQty=6, LastPx="1.00")],
        [RECEIVED, FILLED, FILLED],
        [RECEIVED, changed("E1", "H", "0", 0, ExecRefID="E9")],
    ],
)
def test_contradictions_are_found(wrong: list[Line]) -> None:
    with pytest.raises(LedgerError):
        ledger.fold([OPENED, *wrong])


def test_a_torn_line_is_no_line_and_is_cut_off(tmp_path: Path) -> None:
    path = written(tmp_path / "ALPHA.jsonl", OPENED, RECEIVED)
    with path.open("ab") as file:
        file.write(b'{"kind":"chan')
    assert len(lines(path)) == 2
    written(path, FILLED)
    assert ledger.read(path).orders["O1"].OrdStatus == "2"


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ALPHA.jsonl"
    path.write_text('{"kind":"received"}\n')
    with pytest.raises(LedgerError, match=r"ALPHA\.jsonl:1"):
        ledger.read(path)


def test_no_file_is_an_empty_book(tmp_path: Path) -> None:
    assert ledger.read(tmp_path / "none.jsonl").orders == {}


acts = st.tuples(
    st.sampled_from("DDDDFGH"), st.integers(1, 200_000), st.sampled_from(["125", "129.66", "140"])
)


@given(st.lists(acts, max_size=12), st.sampled_from(sorted(BEHAVIOURS)), st.floats(0, 0.5))
@example([("D", 1, "125"), ("F", 1, "125")], "fill_pending_cancel", 0.0)
@example([("D", 1, "125"), ("G", 5, "125")], "replaced_status", 0.0)
@example([("D", 1, "125")], "lost", 0.0)
def test_ledger_and_reports_agree(
    todo: list[tuple[str, int, str]], behaviour: str, pause: float
) -> None:
    bench = Bench(behaviour)
    heard = []
    for i, (kind, qty, px) in enumerate(todo):
        if kind == "D":
            message = limit(f"C{i}", px, qty) if qty % 3 else order(f"C{i}", qty, side="2")
        else:
            message = request(kind, f"C{i}", f"C{i - 1}", t38=str(qty))
        heard += bench.tell(message) + bench.wait(pause)
    heard += bench.wait()
    last = {report[37]: report for report in heard if report[35] == "8" and report[37] != "NONE"}
    # Where nothing was filled while a cancel was pending, its reject alone says how the order stands.
    told = {report[37]: report[39] for report in heard if report[35] in "89"}
    for order_id, held in bench.book().orders.items():
        if order_id not in last:
            # No report, but a 3 or a j in its place, or nothing: the broker knows no live order.
            assert held.OrdStatus == "A" or behaviour.startswith(("reject_by_", "lost"))
            continue
        report = last[order_id]
        assert (str(held.CumQty), str(held.LeavesQty)) == (report[14], report[151])
        replaced = behaviour == "replaced_status" and told[order_id] == "5"  # as 4.2 says it
        assert replaced or held.OrdStatus == told[order_id]
        if held.CumQty:
            assert abs(held.notional / held.CumQty - Decimal(report[6])) <= Decimal("0.000000005")


def test_a_new_run_goes_on_where_the_old_one_stopped() -> None:
    old = Bench("slow")
    old.tell(order("C1", t1="ACC1"), limit("C2", "100.00"), request("F", "C3", "C2"))
    fills = old.wait(0.451)
    new = Bench("slow", run=2)
    new.desk.restore(old.book())
    (status,) = new.tell(request("H", "C1"))
    assert (status[39], status[14], status[6], status[1]) == (
        "1",
        fills[-1][14],
        fills[-1][6],
        "ACC1",
    )
    assert new.tell(request("F", "C4", "C2"))[0][102] == "0"
    new.desk.resume(new.now)
    more = new.wait()
    assert {report[150] for report in more} == {"F"}
    assert (more[-1][39], more[-1][14], more[-1][37]) == ("2", "1000", fills[-1][37])
    both = ledger.fold(old.lines + new.lines)
    assert both.orders[more[-1][37]].CumQty == 1000
