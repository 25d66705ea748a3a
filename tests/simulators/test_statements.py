"""The files that brokers and the custodian write are what their ledgers say, unless spoilt."""

from pathlib import Path

import pytest

from simulators.codes import AllocStatus
from simulators.lines import (
    Allocated,
    Changed,
    Confirmed,
    Ledger,
    Line,
    Opened,
    Received,
)
from simulators.statements import FAULTS, main

FIRST, SECOND = (Opened("ALPHA", run, "0.005", "t") for run in (1, 2))


def order(name: str, side: str = "1") -> Received:
    more = {"OrderQty": "100", "OrdType": "1", "TimeInForce": "1"}
    return Received("t", "D", f"C{name}", "", name, "MSFT", side, **more)


def filled(name: str, ExecID: str, quantity: int, cum: int, **more: str) -> Changed:
    kind = more.pop("ExecType", "F")
    status = "1" if cum else "0"
    return Changed(
        *("t", name, f"C{name}", ExecID, kind, status, 100, cum, 100 - cum, quantity),
        LastPx="240.10",
        TimeInForce="1",
        **more,  # type: ignore[arg-type]
    )


LINES: tuple[Line, ...] = (
    *(FIRST, order("O1"), filled("O1", "E1", 40, 40)),
    *(SECOND, filled("O1", "E2", 10, 50), filled("O1", "E3", 5, 55)),
    filled("O1", "E4", 0, 50, ExecType="H", ExecRefID="E3"),
    *(order("O2", "5"), filled("O2", "E5", 7, 7)),
    Allocated("t", "A1", "0", AllocStatus.ACCEPTED, "", "MSFT", "1", 50, "240.10", ("O1",)),
    Confirmed("t", "K1", "0", "A1", "FUND1", 30, "240.10", "0.15", "7203.15"),
    Confirmed("t", "K2", "0", "A1", "FUND2", 20, "240.10", "0.10", "4802.10"),
    Allocated("t", "A2", "0", AllocStatus.ACCEPTED, "", "MSFT", "5", 7, "240.10", ("O2",)),
    Confirmed("t", "K3", "0", "A2", "FUND2", 7, "240.10", "0.04", "1680.66"),
)


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    written = Ledger(tmp_path / "ALPHA.jsonl")
    for line in LINES:
        written.add(line)
    written.close()
    (tmp_path / "lots.csv").write_text("account,instrument,quantity,basis\nFUND1,KO,4000,1\n")
    (tmp_path / "cash.csv").write_text("account,Currency,amount\nFUND1,USD,10000.00\n")
    return str(tmp_path / "ALPHA.jsonl")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(arguments) == 0
    return capsys.readouterr().out.splitlines()


def test_fills_are_those_of_the_last_run_that_live(
    ledger: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(capsys, "fills", ledger) == [
        "ExecID,instrument,Side,LastQty,LastPx",
        "E2,MSFT,Buy,10,240.10",
        "E5,MSFT,SellShort,7,240.10",
    ]


def test_the_custodian_adds_what_brokers_confirmed(
    ledger: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(ledger).parent
    assert printed(capsys, "positions", ledger, "--lots", str(folder / "lots.csv")) == [
        "account,instrument,quantity",
        *("FUND1,KO,4000", "FUND1,MSFT,30", "FUND2,MSFT,13"),
    ]
    assert printed(capsys, "cash", ledger, "--cash", str(folder / "cash.csv")) == [
        "account,Currency,amount",
        *("FUND1,USD,2796.85", "FUND2,USD,-3121.44"),
    ]


SPOILT = {
    "missing": ["E5,MSFT,SellShort,7,240.10"],
    "extra": ["E2,MSFT,Buy,10,240.10", "E5,MSFT,SellShort,7,240.10", "X-E2,MSFT,Buy,10,240.10"],
    "amount": ["E2,MSFT,Buy,11,240.10", "E5,MSFT,SellShort,7,240.10"],
    "price": ["E2,MSFT,Buy,10,240.11", "E5,MSFT,SellShort,7,240.10"],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults(fault: str, ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "fills", ledger, "--fault", fault)[1:] == SPOILT[fault]


def test_what_is_no_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x").write_text("no ledger\n")
    assert main(["fills", str(tmp_path / "x")]) == 2
    assert "x:1" in capsys.readouterr().err
