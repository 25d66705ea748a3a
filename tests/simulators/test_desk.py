"""Requests and the answers FIX 4.4 wants to them."""

import pytest

from simulators import wire
from simulators.wire import Fields
from tests.simulators.bench import Bench, limit, order, request, states


def test_a_duplicate_ClOrdID_leaves_the_first_order_alone() -> None:
    bench = Bench("ack_only")
    (new,) = bench.tell(order("C1"))
    (again,) = bench.tell(order("C1", 500))
    assert (again[150], again[39], again[103], again[11]) == ("8", "0", "6", "C1")
    assert (again[37], again[38], again[151]) == (new[37], "1000", "1000")
    assert states(bench.tell(request("F", "C2", "C1"))) == [("4", "4")]
    assert len(bench.book().orders) == 1
    assert bench.book().received == {"C1": 2}


def test_a_possible_resend_of_a_known_order_is_told_the_state() -> None:
    bench = Bench()
    fill = bench.tell(order("C1"))[-1]
    (status,) = bench.tell(order("C1", t97="Y", t43="Y"))
    assert (status[150], status[39], status[14], status[6]) == ("I", "2", "1000", fill[6])
    assert 31 not in status
    line = bench.lines[-1]
    assert (line.PossResend, line.PossDup, line.OrderID) == (True, True, "")  # type: ignore[union-attr]


def test_a_possible_resend_of_an_unknown_order_is_an_order() -> None:
    assert states(Bench().tell(order("C1", t97="Y"))) == [("0", "0"), ("F", "2")]


def test_status() -> None:
    bench = Bench("ack_only")
    bench.tell(order("C1"))
    (known,) = bench.tell(request("H", "C1", t790="ask"))
    assert (known[150], known[39], known[151], known[790]) == ("I", "0", "1000", "ask")
    (unknown,) = bench.tell(request("H", "C9"))
    assert [unknown[tag] for tag in (37, 11, 150, 39, 103)] == ["NONE", "C9", "I", "8", "5"]
    assert [unknown[tag] for tag in (38, 14, 151, 6)] == ["0"] * 4


def test_cancel_of_a_part_filled_order_stops_its_fills() -> None:
    bench = Bench("slow")
    bench.tell(order("C1"))
    first = bench.wait(0.451)[-1]
    (cancel,) = bench.tell(request("F", "C2", "C1"))
    assert (cancel[150], cancel[39], cancel[11], cancel[41]) == ("4", "4", "C2", "C1")
    assert (cancel[14], cancel[151]) == (first[14], "0")
    assert bench.wait() == []


def test_cancel_before_the_ack_is_acknowledged_first() -> None:
    bench = Bench("slow")
    bench.tell(order("C1"))
    new, cancel = bench.tell(request("F", "C2", "C1"))
    assert states([new, cancel]) == [("0", "0"), ("4", "4")]
    assert (new[11], cancel[11]) == ("C1", "C2")


def test_cancel_too_late_and_of_nothing() -> None:
    bench = Bench()
    bench.tell(order("C1"))
    (late,) = bench.tell(request("F", "C2", "C1"))
    assert [late[tag] for tag in (35, 11, 41, 39, 434, 102)] == ["9", "C2", "C1", "2", "1", "0"]
    (unknown,) = bench.tell(request("F", "C3", "C9"))
    assert [unknown[tag] for tag in (35, 37, 39, 434, 102)] == ["9", "NONE", "8", "1", "1"]


def test_replace() -> None:
    bench = Bench()
    bench.tell(limit("C1", "100.00"))
    heard = bench.tell(request("G", "C2", "C1", t38="2000", t40="2", t44="101.50"))
    (replaced,) = heard
    assert (replaced[150], replaced[39], replaced[11], replaced[41]) == ("5", "0", "C2", "C1")
    assert (replaced[38], replaced[44], replaced[151]) == ("2000", "101.50", "2000")
    marketable = bench.tell(request("G", "C3", "C2", t38="2000", t40="2", t44="140"))
    assert states(marketable) == [("5", "0"), ("F", "2")]
    assert (marketable[0][41], marketable[1][11]) == ("C2", "C3")
    assert bench.book().by_ClOrdID["C1"].ClOrdIDs == ["C1", "C2", "C3"]


def test_replace_below_CumQty_ends_the_order_at_what_it_has() -> None:
    bench = Bench("slow")
    bench.tell(order("C1"))
    done = bench.wait(0.451)[-1][14]
    (replaced,) = bench.tell(request("G", "C2", "C1", t38="1"))
    assert (replaced[150], replaced[39], replaced[38], replaced[14]) == ("5", "2", done, done)
    assert replaced[151] == "0"
    assert bench.wait() == []


def test_replace_up_revives_a_filled_order() -> None:
    bench = Bench()
    bench.tell(order("C1"))
    heard = bench.tell(request("G", "C2", "C1", t38="1500"))
    assert states(heard) == [("5", "1"), ("F", "2")]
    assert heard[-1][14] == "1500"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (request("G", "C2", "C9"), "1"),
        (request("G", "C2", "C1"), "0"),
        (request("G", "C2", "C1", t38="0"), "2"),
        (request("G", "C2", "C1", t38="2000", t54="2"), "2"),
        (request("G", "C1", "C1", t38="2000"), "6"),
    ],
)
def test_replace_refused(message: Fields, reason: str) -> None:
    bench = Bench()
    bench.tell(order("C1"))
    (refused,) = bench.tell(message)
    assert (refused[35], refused[434], refused[102]) == ("9", "2", reason)


def test_the_answer_names_the_last_accepted_ClOrdID() -> None:
    bench = Bench("ack_only")
    bench.tell(order("C1"), request("G", "C2", "C1", t38="500"))
    (cancel,) = bench.tell(request("F", "C3", "C1"))
    assert (cancel[11], cancel[41]) == ("C3", "C2")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (order("C1", 0), "13"),
        (order("C1", -5), "13"),
        (order("C1", "1.5"), "13"),
        (order("C1", "many"), "13"),
        (order("C1", "1e999999"), "13"),
        (order("C1", t55="NOPE"), "1"),
        (order("C1", t54="9"), "11"),
        (order("C1", t40="P"), "11"),
        (order("C1", t59="6"), "11"),
        (order("C1", t40="2"), "99"),
        (order("C1", t40="2", t44="10.005"), "99"),
        (order("C1", t40="3"), "99"),
    ],
)
def test_bad_fields_are_rejected(message: Fields, reason: str) -> None:
    bench = Bench()
    (report,) = bench.tell(message)
    assert (report[150], report[39], report[103], report[151]) == ("8", "8", reason, "0")
    assert report[58]
    assert "" not in report.values()
    (again,) = bench.tell(order("C1", t97="Y"))
    assert (again[150], again[39]) == ("I", "8")
    assert [held.OrdStatus for held in bench.book().orders.values()] == ["8"]


def test_other_messages_are_not_supported() -> None:
    bench = Bench()
    (answer,) = bench.tell({35: "Q", 34: "7", 37: "X"})
    assert (answer[35], answer[45], answer[372], answer[380]) == ("j", "7", "Q", "3")
    (answer,) = bench.tell({35: "D", 34: "8"})
    assert (answer[35], answer[380]) == ("j", "5")


def test_a_limit_rests_until_the_market_comes() -> None:
    bench = Bench()
    assert states(bench.tell(limit("C1", "129.00", 100))) == [("0", "0")]
    heard: list[Fields] = []
    for _ in range(390):
        bench.desk.step_venues(bench.now)
        heard += bench.hear()
    assert heard[-1][39] == "2"
    assert {fill[31] for fill in heard} == {"129.00"}


def test_immediate_or_cancel_and_fill_or_kill() -> None:
    bench = Bench()
    new, cancel = bench.tell(limit("C1", "100.00", t59="3"))
    assert states([new, cancel]) == [("0", "0"), ("4", "4")]
    assert 41 not in cancel
    part = bench.tell(limit("C2", "129.75", 1_000_000, t59="3"))
    assert states(part)[-1] == ("4", "4")
    assert 0 < int(part[-1][14]) < 1_000_000
    killed = bench.tell(limit("C3", "129.75", 1_000_000, t59="4"))
    assert states(killed) == [("0", "0"), ("4", "4")]
    assert killed[-1][14] == "0"
    assert states(bench.tell(limit("C4", "140.00", 1000, t59="4")))[-1] == ("F", "2")


def test_a_stop_waits_for_its_price() -> None:
    bench = Bench()
    assert states(bench.tell(order("C1", side="2", t40="3", t99="128.00"))) == [("0", "0")]
    heard: list[Fields] = []
    while not heard:
        bench.desk.step_venues(bench.now)
        heard = bench.hear()
    assert states(heard)[-1] == ("F", "2")
    assert float(heard[0][31]) < 128.5


def test_a_stop_that_is_reached_already_trades() -> None:
    assert states(Bench().tell(order("C1", t40="3", t99="100.00"))) == [("0", "0"), ("F", "2")]


def test_a_cancelled_stop_stays_quiet() -> None:
    bench = Bench()
    bench.tell(order("C1", side="2", t40="3", t99="128.00"), request("F", "C2", "C1"))
    bench.hear()
    for _ in range(390):
        bench.desk.step_venues(bench.now)
    assert bench.hear() == []


def test_a_large_market_order_is_filled_from_fresh_liquidity() -> None:
    heard = Bench().tell(order("C1", 1_000_000))
    assert heard[-1][39] == "2"
    assert heard[-1][14] == "1000000"


def orders_of(ListID: str, *quantities: int) -> str:
    """An E as it is on the wire."""
    text = f"35=E|34=5|66={ListID}|394=3|68={len(quantities)}|73={len(quantities)}|"
    for n, qty in enumerate(quantities, start=1):
        text += f"11={ListID}-{n}|67={n}|55=AAPL|54=1|60=20221228-15:00:00|38={qty}|40=1|"
    return text.replace("|", wire.SOH)


def told(bench: Bench, raw: str) -> list[wire.Fields]:
    bench.desk.on_message(wire.parse(raw), bench.now, raw)
    return bench.hear() + bench.wait()


def test_a_list_is_received_and_its_orders_are_worked() -> None:
    bench = Bench("ack_fill")
    status, *reports = told(bench, orders_of("L1", 100, 200))
    assert [status[tag] for tag in (35, 66, 431, 68)] == ["N", "L1", "2", "2"]
    assert [(r[11], r[39], r[14]) for r in reports] == [
        *(("L1-1", "0", "0"), ("L1-1", "2", "100")),
        *(("L1-2", "0", "0"), ("L1-2", "2", "200")),
    ]
    assert {order.CumQty for order in bench.book().orders.values()} == {100, 200}
    (again,) = told(bench, orders_of("L1", 100))
    assert (again[431], again[444]) == ("7", "ListID(66) was used before")


def test_a_list_that_is_refused_or_not_known_is_no_order() -> None:
    refused, strange = Bench(lists="reject"), Bench(lists="unsupported")
    (status,) = told(refused, orders_of("L1", 100, 200))
    assert [status[tag] for tag in (35, 431, 39, 151)] == ["N", "7", "8", "0"]
    (reject,) = told(strange, orders_of("L1", 100))
    assert [reject[tag] for tag in (35, 45, 372, 380)] == ["j", "5", "E", "3"]
    (nameless,) = told(Bench(), orders_of("", 100))
    assert (nameless[35], nameless[380]) == ("j", "5")
    assert not refused.book().orders
