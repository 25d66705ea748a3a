"""Lines that fail: what can be drawn, and that FIX sessions get over it."""

import queue
import random
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import quickfix as fix

from simulators import faults, ledger, wire
from simulators.faults import FRAME, KINDS, Faults
from tests.simulators.bench import CLOSES_CSV, broker, order, request, settings
from tests.simulators.client import PATIENCE, client, serving
from tradeoms.demo.files import free_ports

REPORT = (
    fix.Message(
        "8=FIX.4.4|9=0|35=8|34=7|49=ALPHA|52=20221228-15:00:00.000|56=TRADEOMS|11=C1|17=E1|10=000|".replace(
            "|", wire.SOH
        ),
        False,
    )
    .toString()
    .encode()
)
LOGON = REPORT.replace(b"\x0135=8\x01", b"\x0135=A\x01")
RESENT = REPORT.replace(b"\x0134=7\x01", b"\x0134=7\x0143=Y\x01")


def drawn(some: Faults, frame: bytes = REPORT, to_client: bool = True) -> list[str]:
    rng = random.Random("seed")
    return [faults.draw(some, rng, frame, to_client) for _ in range(2000)]


def test_faults_are_as_frequent_as_asked_and_always_the_same() -> None:
    found = drawn(Faults(gap=100, delay=300))
    assert found == drawn(Faults(gap=100, delay=300))
    assert 150 < found.count("gap") < 250
    assert 520 < found.count("delay") < 680
    assert set(drawn(Faults())) == {""}
    assert not Faults(delay_ms=7)


def test_what_a_session_needs_is_spared() -> None:
    for kind in KINDS:
        always = Faults(**{kind: 1000})
        assert set(drawn(always, LOGON)) == {""}
        assert set(drawn(always)) == {kind}
    assert set(drawn(Faults(gap=1000), RESENT)) == {""}
    assert set(drawn(Faults(reset=1000), to_client=False)) == {""}
    assert set(drawn(Faults(duplicate=1000), REPORT.replace(b"35=8", b"35=0"))) == {""}


def test_changed_messages_are_whole_and_a_garbled_one_is_not() -> None:
    duplicate = faults.duplicated(REPORT).decode()
    found = wire.parse(fix.Message(duplicate, True).toString())
    assert [found[tag] for tag in (34, 43, 122, 17)] == ["7", "Y", "20221228-15:00:00.000", "E1"]
    reset = wire.parse(fix.Message(faults.reset(REPORT).decode(), True).toString())
    assert [reset[tag] for tag in (35, 34, 36)] == ["4", "7", "8"]
    assert 123 not in reset
    with pytest.raises(fix.InvalidMessage):
        fix.Message(faults.garbled(REPORT).decode(), True)
    assert FRAME.findall(REPORT + LOGON + b"8=FIX") == [REPORT, LOGON]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "reset"])
def test_every_fill_arrives_in_the_end(kind: str, tmp_path: Path) -> None:
    (tmp_path / "closes.csv").write_text(CLOSES_CSV)
    (port,) = free_ports(1)
    rate = 20 if kind in ("disconnect", "silent") else 100
    bad = Faults(**{kind: rate}, delay_ms=10, silent_ms=100)
    market = settings(broker("partials", port=port, faults=bad), home=tmp_path)
    heard: dict[str, str] = {}
    with serving(market), client(market, tmp_path) as oms:
        for number in range(20):
            oms.send(order(f"C{number}"))
        end = time.monotonic() + 3 * PATIENCE
        while len(found := _fills(market.home)) < 40 or set(found) - set(heard):
            assert time.monotonic() < end, f"{kind}: {set(found) - set(heard)} did not arrive"
            # Whatever was lost last is missed when the next message comes.
            oms.send(request("H", f"ask {len(heard)}"))
            _listen(oms.inbox, heard)
    book = ledger.read(market.home / "ALPHA.jsonl")
    assert {order_.OrdStatus for order_ in book.orders.values()} <= {"2"}
    assert heard == _fills(market.home)


def _fills(home: Path) -> dict[str, str]:
    book = ledger.read(home / "ALPHA.jsonl")
    done = [held for held in book.orders.values() if held.OrdStatus == "2"]
    if len(done) < 20:
        return {}
    return {key: str(fill.qty) for held in done for key, fill in held.executions.items()}


def _listen(inbox: "queue.SimpleQueue[str]", heard: dict[str, str]) -> None:
    try:
        while True:
            report = wire.parse(inbox.get(timeout=0.05))
            if report.get(150) == "F":
                heard[report[17]] = report[32]
    except queue.Empty:
        return


def test_a_reset_loses_a_message_that_only_a_status_request_finds(tmp_path: Path) -> None:
    (tmp_path / "closes.csv").write_text(CLOSES_CSV)
    (port,) = free_ports(1)
    market = settings(broker(port=port, faults=Faults(reset=1000)), home=tmp_path)
    with serving(market), client(market, tmp_path) as oms:
        for number in range(3):
            oms.send(order(f"C{number}"))
        with pytest.raises(queue.Empty):
            oms.inbox.get(timeout=0.3)
    assert len(_book(market.home)) == 3


def _book(home: Path) -> list[str]:
    return [held.OrdStatus for held in ledger.read(home / "ALPHA.jsonl").orders.values()]


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "closes.csv").write_text(CLOSES_CSV)
    config = tmp_path / "sim.toml"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config.write_text(
            f'closes = "{tmp_path}/closes.csv"\ndate = 2022-12-28\nhome = "{tmp_path}/var"\n'
            f'[[broker]]\nname = "ALPHA"\nclient = "TRADEOMS"\nport = {port}\n'
        )
        command = [sys.executable, "-m", "simulators", "--config", str(config)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr == f"ALPHA: port {port}: Address already in use\n"
    assert not (tmp_path / "var").exists()
