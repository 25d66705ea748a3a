"""Each behaviour, seen from the wire."""

from decimal import Decimal

import pytest

from simulators.behaviours import ANSWERS, BEHAVIOURS, LATER
from tests.simulators import test_surprises
from tests.simulators.bench import Bench, limit, order, request, states

NEW, PART, FILL = ("0", "0"), ("F", "1"), ("F", "2")


def test_every_behaviour_is_documented_and_tested() -> None:
    assert all(behaviour.__doc__ for behaviour in BEHAVIOURS.values())
    tests = set(globals()) | set(vars(test_surprises))
    assert {f"test_{name}" for name in BEHAVIOURS} <= tests
    assert ANSWERS.keys() | LATER.keys() <= BEHAVIOURS.keys()


def test_ack_fill() -> None:
    bench = Bench("ack_fill")
    new, fill = bench.tell(order("C1", t1="ACC1"))
    assert states([new, fill]) == [NEW, FILL]
    assert (new[151], new[14], new[6]) == ("1000", "0", "0")
    assert (fill[32], fill[151], fill[14], fill[6]) == ("1000", "0", "1000", fill[31])
    assert (fill[30], fill[75], fill[1], fill[11]) == ("XSIM", "20221228", "ACC1", "C1")
    assert new[37] == fill[37]
    assert new[17] != fill[17]


def test_ack_fill_over_several_levels() -> None:
    reports = Bench("ack_fill").tell(order("C1", 50_000))
    fills = [report for report in reports if report[150] == "F"]
    assert 1 < len(fills) <= 6
    assert [Decimal(fill[31]) for fill in fills] == sorted({Decimal(fill[31]) for fill in fills})
    assert sum(int(fill[32]) for fill in fills) == 50_000
    notional = sum(int(fill[32]) * Decimal(fill[31]) for fill in fills)
    assert abs(Decimal(fills[-1][6]) - notional / 50_000) <= Decimal("0.000000005")


def test_partials() -> None:
    bench = Bench("partials")
    assert states(bench.tell(order("C1"))) == [NEW]
    fills = bench.wait()
    assert states(fills) == [PART] * (len(fills) - 1) + [FILL]
    assert 2 <= len(fills) <= 5
    assert sum(int(fill[32]) for fill in fills) == 1000
    assert len({fill[17] for fill in fills}) == len(fills)


def test_partials_of_one_share() -> None:
    bench = Bench("partials")
    bench.tell(order("C1", 1))
    assert states(bench.wait()) == [FILL]


def test_reject() -> None:
    bench = Bench("reject")
    (report,) = bench.tell(order("C1"))
    assert (report[150], report[39], report[103], report[151]) == ("8", "8", "99", "0")
    assert report[58]
    assert bench.wait() == []


def test_slow() -> None:
    bench = Bench("slow")
    assert bench.tell(order("C1")) == []
    assert bench.wait(0.29) == []
    assert states(bench.wait(0.02)) == [NEW]
    assert states(bench.wait())[-1] == FILL


def test_unsolicited_cancel() -> None:
    bench = Bench("unsolicited_cancel")
    new, fill, cancel = bench.tell(order("C1")) + bench.wait()
    assert states([new, fill, cancel]) == [NEW, PART, ("4", "4")]
    assert (cancel[11], cancel[151], cancel[14]) == ("C1", "0", "500")
    assert 41 not in cancel


def test_bust() -> None:
    bench = Bench("bust")
    reports = bench.tell(order("C1")) + bench.wait()
    kinds = states(reports)
    bust = kinds.index(("H", "1"))
    assert kinds[bust - 1] == FILL
    assert kinds[bust + 1 :] == [FILL]
    busted = next(report for report in reports if report[17] == reports[bust][19])
    again = reports[-1]
    assert int(reports[bust][14]) == 1000 - int(busted[32])
    assert (again[32], again[14], again[151]) == (busted[32], "1000", "0")
    assert Decimal(again[31]) == Decimal(busted[31]) - Decimal("0.01")
    assert again[17] not in {report[17] for report in reports[:-1]}


def test_bust_of_the_only_fill_makes_the_order_new_again() -> None:
    bench = Bench("bust")
    bench.tell(order("C1", 1))
    assert states(bench.wait()) == [FILL, ("H", "0"), FILL]


def test_silent() -> None:
    bench = Bench("silent")
    assert bench.tell(order("C1"), request("H", "C1"), order("C1", t97="Y"), order("C1")) == []
    assert bench.tell(request("F", "C2", "C1"), request("G", "C3", "C1")) == []
    assert bench.wait() == []
    book = bench.book()
    assert [held.OrdStatus for held in book.orders.values()] == ["A"]
    assert book.received == {"C1": 3}


def test_ack_only() -> None:
    bench = Bench("ack_only")
    assert states(bench.tell(order("C1"))) == [NEW]
    assert bench.wait() == []
    assert states(bench.tell(request("G", "C2", "C1", t38="500"))) == [("5", "0")]
    assert states(bench.tell(request("F", "C3", "C2"))) == [("4", "4")]


#: Behaviours that fill an order only when they are asked for something else, or never.
UNFILLED = ANSWERS.keys() - {"too_late"} | {"ack_only", "lost", "reject", "silent"}
UNFILLED |= {"reject_after_new", "reject_by_3", "reject_by_j"}


@pytest.mark.parametrize("name", sorted(BEHAVIOURS.keys() - UNFILLED))
def test_the_same_seed_and_orders_give_the_same_fills(name: str) -> None:
    def fills() -> list[tuple[str, str, str]]:
        bench = Bench(name)
        heard = bench.tell(order("C1", 70_000), limit("C2", "129.66", 3_000, side="2"), order("C3"))
        return [
            (fill.get(11, ""), fill[32], fill[31]) for fill in heard + bench.wait() if 31 in fill
        ]

    assert fills() == fills() != []


def test_nth_and_weights_choose() -> None:
    bench = Bench("ack_fill", nth={2: "reject"})
    heard = bench.tell(order("C1"), order("C2"), order("C3"))
    assert [report[11] for report in heard if report[39] == "8"] == ["C2"]
    weighted = Bench("ack_fill", weights={"reject": 1, "ack_only": 1})
    drawn = "".join(report[39] for i in range(40) for report in weighted.tell(order(f"C{i}")))
    assert set(drawn) == {"0", "8"}
