"""Each FIX version has its own words for the same facts."""

from dataclasses import replace
from pathlib import Path

import pytest

from simulators import ledger
from simulators.forms import FORMS
from tests.simulators.bench import CLOSES_CSV, Bench, broker, order, request, settings, states
from tests.simulators.client import client, serving
from tradeoms.demo.files import free_ports

CONFIG = Path(__file__).parents[2] / "fixconfig"
VERSIONS = sorted(FORMS)


def kinds(bench: Bench, *messages: dict[int, str]) -> list[tuple[str, str, str]]:
    """ExecTransType, ExecType and OrdStatus of what is heard."""
    heard = bench.tell(*messages) + bench.wait()
    return [(r.get(20, ""), r.get(150, ""), r.get(39, "")) for r in heard]


@pytest.mark.parametrize("version", ["FIX.4.4", "FIX.5.0SP2"])
def test_later_versions_have_no_ExecTransType(version: str) -> None:
    assert kinds(Bench("correct", version=version), order("C1")) == [
        ("", "0", "0"),
        ("", "F", "2"),
        ("", "G", "2"),
    ]


def test_FIX_4_2_says_it_with_ExecTransType() -> None:
    def old(name: str, *messages: dict[int, str]) -> list[tuple[str, str, str]]:
        return kinds(Bench(name, version="FIX.4.2"), *messages)

    new, fill = ("0", "0", "0"), ("0", "2", "2")
    assert old("correct", order("C1")) == [new, fill, ("2", "2", "2")]
    partial = ("0", "1", "1")
    assert old("bust_after_cancel", order("C1"))[1:] == [partial, ("0", "4", "4"), ("1", "4", "4")]
    assert old("stopped", order("C1"))[1:] == [("0", "1", "7"), fill]
    pending = old("fill_pending_cancel", order("C1"), request("F", "C2", "C1"))
    assert pending[1:3] == [("0", "6", "6"), ("0", "2", "6")]
    assert old("ack_only", order("C1"), request("H", "C1"))[1] == ("3", "0", "0")
    assert old("silent", request("H", "C1")) == [("3", "8", "8")]
    assert old("pending_new", order("C1"))[0] == ("0", "A", "A")


def test_FIX_4_2_has_fewer_reasons() -> None:
    bench = Bench("ack_only", version="FIX.4.2")
    (refused,) = bench.tell(order("C1", "many"))
    assert refused[103] == "0"
    assert bench.tell(order("C2", t55="NOPE"))[0][103] == "1"
    bench.tell(order("C3"))
    assert bench.tell(request("F", "C3", "C3"))[0][102] == "2"
    assert 790 not in bench.tell(request("H", "C3", t790="ask"))[0]


def test_the_ledger_has_one_form() -> None:
    books = [Bench("correct_twice", version=version) for version in VERSIONS]
    for bench in books:
        bench.tell(order("C1"))
        bench.wait()
    assert len({repr(bench.lines) for bench in books}) == 1


@pytest.mark.parametrize("dictionaries", [False, True])
def test_one_process_speaks_all_versions(tmp_path: Path, dictionaries: bool) -> None:
    (tmp_path / "closes.csv").write_text(CLOSES_CSV)
    brokers = [
        broker("correct", name=f"V{number}", version=version, port=port)
        for number, (version, port) in enumerate(zip(VERSIONS, free_ports(3), strict=True))
    ]
    if dictionaries:
        brokers = [replace(b, dictionary=CONFIG / b.version / "dictionary.xml") for b in brokers]
        transport = CONFIG / "FIX.5.0SP2" / "transport.xml"
        brokers[2] = replace(brokers[2], transport_dictionary=transport)
    market = settings(*brokers, home=tmp_path)
    with serving(market), client(market, tmp_path) as oms:
        for each in brokers:
            oms.send(order("C1", t21="1"), each.name)
            heard = oms.hear(3)
            assert {report[49] for report in heard} == {each.name}
            assert {report[8] for report in heard} == {FORMS[each.version].begin}
            expected = ["0", "2", "2"] if each.version == "FIX.4.2" else ["0", "F", "G"]
            assert [report[150] for report in heard] == expected
            assert states(heard)[-1][1] == "2"
    for each in brokers:
        (held,) = ledger.read(market.home / f"{each.name}.jsonl").orders.values()
        assert (held.CumQty, len(held.corrected)) == (1000, 1)
