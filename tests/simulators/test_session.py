"""Brokers behind real sockets and real sessions."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from simulators import ledger
from simulators.behaviours.steps import Delays
from simulators.settings import Settings
from simulators.wire import SOH
from tests.simulators.bench import CLOSES_CSV, broker, limit, order, request, settings, states
from tests.simulators.client import PATIENCE, client, serving, until
from tradeoms.demo.files import free_ports

DICTIONARY = Path(__file__).parents[2] / "fixconfig" / "FIX.4.4" / "dictionary.xml"


@pytest.fixture
def market(tmp_path: Path) -> Settings:
    """Two brokers on free ports."""
    (tmp_path / "closes.csv").write_text(CLOSES_CSV)
    first, second = free_ports(2)
    nth = {2: "reject", 3: "unsolicited_cancel", 4: "bust", 5: "ack_only", 6: "silent"}
    return settings(
        broker("partials", port=first, nth=nth),
        broker("ack_fill", name="BETA", port=second),
        home=tmp_path,
    )


def test_a_day_with_two_brokers(market: Settings, tmp_path: Path) -> None:
    market = replace(market, dictionary=DICTIONARY)
    with serving(market), client(market, tmp_path) as oms:
        oms.send(order("C1", t1="ACC1"))
        filled = oms.hear_until("2")
        assert states(filled)[0] == ("0", "0")
        assert sum(int(report.get(32, "0")) for report in filled) == 1000

        assert oms.ask(order("C2"))[103] == "99"

        oms.send(order("C3"))
        cancel = oms.hear_until("4")[-1]
        assert (cancel[11], cancel[14], 41 in cancel) == ("C3", "500", False)

        oms.send(order("C4"))
        busted = oms.hear_until("2")
        busted += oms.hear_until("2")
        assert [report[150] for report in busted][-2:] == ["H", "F"]
        assert busted[-2][19] in {report[17] for report in busted[:-2]}

        assert oms.ask(limit("C5", "100.00"))[39] == "0"
        replaced = oms.ask(request("G", "C5a", "C5", t38="400", t40="2", t44="101.00"))
        assert states([replaced]) == [("5", "0")]
        assert oms.ask(order("C5"))[103] == "6"
        assert oms.ask(order("C5", t97="Y"))[150] == "I"
        assert oms.ask(request("F", "C5b", "C5a"))[39] == "4"
        assert oms.ask(request("F", "C5c", "C5a"))[102] == "0"
        assert oms.ask(request("F", "C5d", "C99"))[102] == "1"
        assert oms.ask(request("H", "C99"))[37] == "NONE"
        oms.send(order("C6"))
        # The silent order is passed over: the next answer is about something else.
        assert oms.ask(request("H", "C98"))[11] == "C98"

        oms.send(order("C1", side="2"), "BETA")
        assert [report[49] for report in oms.hear(2)] == ["BETA", "BETA"]
    alpha = ledger.read(market.home / "ALPHA.jsonl")
    assert [held.OrdStatus for held in alpha.orders.values()] == ["2", "8", "4", "2", "4", "A"]
    assert alpha.received == {"C1": 1, "C2": 1, "C3": 1, "C4": 1, "C5": 3, "C6": 1}
    assert alpha.by_ClOrdID["C5b"].ClOrdIDs == ["C5", "C5a", "C5b"]
    first = alpha.by_ClOrdID["C1"]
    told = [report for report in filled if report[150] == "F"]
    assert {report[17] for report in told} == set(first.executions)
    assert first.net == sum(int(r[32]) * Decimal(r[31]) for r in told) + Decimal("5.00")
    beta = ledger.read(market.home / "BETA.jsonl").by_ClOrdID["C1"]
    assert beta.net == beta.gross - Decimal("5.00")


def test_a_restarted_broker_knows_its_orders(market: Settings, tmp_path: Path) -> None:
    with serving(market), client(market, tmp_path) as oms:
        new = oms.ask(limit("C1", "100.00"), "BETA")
        assert oms.ask({35: "Q", 37: new[37], 17: new[17], 127: "A"}, "BETA")[380] == "3"
    with serving(market), client(market, tmp_path) as oms:
        status = oms.ask(request("H", "C1"), "BETA")
        assert (status[37], status[39], status[151]) == (new[37], "0", "1000")
        assert status[17] != new[17]
        cancel = oms.ask(request("F", "C2", "C1"), "BETA")
        assert (cancel[37], cancel[39]) == (new[37], "4")
    book = ledger.read(market.home / "BETA.jsonl")
    assert (book.runs, len(book.orders)) == (2, 1)


def test_reports_of_a_client_that_left_come_when_it_is_back(
    market: Settings, tmp_path: Path
) -> None:
    late = replace(market.brokers[0], behaviour="slow", nth={})
    market = replace(market, brokers=(late,), delays=Delays(slow_ack=1200))
    path = market.home / "ALPHA.jsonl"

    def filled() -> bool:
        return [held.OrdStatus for held in ledger.read(path).orders.values()] == ["2"]

    with serving(market):
        with client(market, tmp_path) as oms:
            oms.send(order("C1"))
        until(filled)
        with client(market, tmp_path) as oms:
            heard = oms.hear_until("2")
    assert {report[43] for report in heard} == {"Y"}
    assert sum(int(report.get(32, "0")) for report in heard) == 1000


def test_strangers_get_no_answer(market: Settings) -> None:
    body = "35=A|34=1|49=TRADEOMS|52=20221228-15:00:00.000|56=ALPHA|98=0|108=30|141=Y|".replace(
        "|", SOH
    )
    logon = f"8=FIX.4.4{SOH}9={len(body)}{SOH}{body}"
    logon += f"10={sum(logon.encode()) % 256:03d}{SOH}"
    with serving(market), socket.socket() as stranger:
        try:
            stranger.bind(("127.0.0.2", 0))
        except OSError:
            pytest.skip("this machine has no second loopback address")
        stranger.settimeout(PATIENCE)
        stranger.connect(("127.0.0.1", market.brokers[0].port))
        stranger.sendall(logon.encode())
        assert stranger.recv(1000) == b""


@contextmanager
def process(market: Settings, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """The first broker as a process of its own."""
    config = tmp_path / "sim.toml"
    config.write_text(
        f'closes = "{market.closes}"\ndate = 2022-12-28\nhome = "{market.home}"\n'
        f'[[broker]]\nname = "ALPHA"\nclient = "TRADEOMS"\nport = {market.brokers[0].port}\n'
        'behaviour = "ack_only"\n'
    )
    command = [sys.executable, "-m", "simulators", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        try:
            assert started.stdout
            assert started.stdout.readline() == "ready\n"
            yield started
        finally:
            started.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_says_ready_and_stops_cleanly(
    market: Settings, tmp_path: Path, number: signal.Signals
) -> None:
    with process(market, tmp_path) as started:
        socket.create_connection(("127.0.0.1", market.brokers[0].port), PATIENCE).close()
        started.send_signal(number)
        assert started.wait(PATIENCE) == 0


def test_a_killed_broker_has_written_what_it_told(market: Settings, tmp_path: Path) -> None:
    market = replace(market, brokers=market.brokers[:1])
    with process(market, tmp_path) as started, client(market, tmp_path) as oms:
        new = oms.ask(order("C1"))
        started.kill()
        started.wait(PATIENCE)
        held = ledger.read(market.home / "ALPHA.jsonl").orders[new[37]]
        assert (held.ClOrdIDs, held.OrdStatus, held.LeavesQty) == (["C1"], "0", 1000)
    with process(market, tmp_path), client(market, tmp_path) as oms:
        assert oms.ask(request("H", "C1"))[37] == new[37]


def test_a_config_with_mistakes_is_explained(tmp_path: Path) -> None:
    config = tmp_path / "sim.toml"
    config.write_text("colour = 1\n")
    command = [sys.executable, "-m", "simulators", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert "colour = 1: is no setting" in done.stderr
    assert "home = None: is missing" in done.stderr
