"""The state surprises of the FIX matrices, one behaviour each, seen from the wire."""

from decimal import Decimal

import pytest

from simulators import ledger
from simulators.wire import Fields
from tests.simulators.bench import Bench, limit, order, request, states

NEW, PART, FILL = ("0", "0"), ("F", "1"), ("F", "2")
DONE, STOPPED, CANCELED = ("3", "3"), ("7", "7"), ("4", "4")


def play(name: str, *messages: Fields, **more: object) -> tuple[Bench, list[Fields]]:
    """The bench after the messages and after all that follows, and what was heard."""
    bench = Bench(name, **more)  # type: ignore[arg-type]
    return bench, bench.tell(*messages) + bench.wait()


def numbers(report: Fields) -> tuple[str, str, str]:
    """OrderQty, CumQty and LeavesQty."""
    return report[38], report[14], report[151]


def the(bench: Bench) -> ledger.BrokerOrder:
    """The only order of the ledger."""
    (held,) = bench.book().orders.values()
    return held


def test_pending_new() -> None:
    _, heard = play("pending_new", order("C1"))
    assert states(heard)[:2] == [("A", "A"), NEW]
    assert numbers(heard[0]) == ("1000", "0", "1000")
    assert states(heard)[-1] == FILL


def test_pending() -> None:
    bench, (new,) = play("pending", limit("C1", "100.00"))
    (asked,) = bench.tell(request("G", "C2", "C1", t38="2000", t40="2", t44="101.00"))
    assert [asked[tag] for tag in (150, 39, 11, 41, 37)] == ["E", "E", "C2", "C1", new[37]]
    assert (asked[38], asked[44], asked[151]) == ("1000", "100.00", "1000")
    assert bench.tell(request("H", "C1"))[0][39] == "E"
    (early,) = bench.tell(request("F", "C3", "C1"))
    assert [early[tag] for tag in (35, 11, 102, 434)] == ["9", "C3", "3", "1"]
    (replaced,) = bench.wait()
    assert [replaced[tag] for tag in (150, 39, 11, 41, 38)] == ["5", "0", "C2", "C1", "2000"]
    heard = bench.tell(request("F", "C4", "C2")) + bench.wait()
    assert states(heard) == [("6", "6"), CANCELED]
    assert [report[41] for report in heard] == ["C2", "C2"]


def test_pending_before_new() -> None:
    bench, heard = play("pending_before_new", order("C1"), request("F", "C2", "C1"))
    assert states(heard) == [("6", "6"), NEW, CANCELED]
    assert [report[11] for report in heard] == ["C2", "C1", "C2"]
    assert [report.get(41) for report in heard] == ["C1", None, "C1"]
    assert the(bench).OrdStatus == "4"


def test_fill_pending_cancel() -> None:
    bench, heard = play("fill_pending_cancel", order("C1"), request("F", "C2", "C1"))
    assert states(heard[:3]) == [NEW, ("6", "6"), ("F", "6")]
    assert (heard[2][151], heard[2][14], heard[2][11]) == ("0", "1000", "C1")
    assert [heard[3][tag] for tag in (35, 39, 102, 11, 41)] == ["9", "2", "0", "C2", "C1"]
    assert the(bench).OrdStatus == "2"


def test_too_late() -> None:
    bench, heard = play("too_late", order("C1"))
    assert states(heard) == [NEW, PART]
    late = bench.tell(request("F", "C2", "C1")) + bench.wait()
    assert [late[0][tag] for tag in (35, 39, 102)] == ["9", "1", "0"]
    assert states(late[1:]) == [FILL]
    assert (late[1][11], late[1][14]) == ("C1", "1000")


def test_replace_rejected() -> None:
    bench, _ = play("replace_rejected", order("C1"))
    heard = bench.tell(request("G", "C2", "C1", t38="2000")) + bench.wait()
    assert states(heard[:2]) == [("E", "E"), ("F", "E")]
    assert numbers(heard[1]) == ("1000", "500", "500")
    assert [heard[2][tag] for tag in (35, 39, 434, 102)] == ["9", "1", "2", "2"]
    assert states(bench.tell(request("F", "C3", "C1"))) == [CANCELED]
    assert the(bench).ClOrdIDs == ["C1", "C3"]


def test_replace_below() -> None:
    bench, _ = play("replace_below", order("C1"))
    heard = bench.tell(request("G", "C2", "C1", t38="300")) + bench.wait()
    assert states(heard) == [PART, ("5", "2")]
    assert numbers(heard[1]) == ("301", "301", "0")


def test_replaced_status() -> None:
    bench, _ = play("replaced_status", order("C1"))
    heard = bench.tell(request("G", "C2", "C1", t38="2000"))
    assert states(heard) == [("5", "5")]
    assert numbers(heard[0]) == ("2000", "0", "2000")
    assert states(bench.tell(request("F", "C3", "C2"))) == [CANCELED]


def test_fill_after_cancel() -> None:
    bench, heard = play("fill_after_cancel", order("C1"), request("F", "C2", "C1"))
    assert states(heard) == [NEW, CANCELED, ("F", "4")]
    assert numbers(heard[2]) == ("1000", "500", "0")
    assert (the(bench).CumQty, the(bench).OrdStatus) == (500, "4")


def test_done_for_day() -> None:
    bench, heard = play("done_for_day", order("C1"))
    assert states(heard) == [NEW, PART, DONE]
    assert numbers(heard[2]) == ("1000", "500", "0")
    assert bench.tell(request("F", "C2", "C1"))[0][102] == "0"
    _, heard = play("done_for_day", order("C1", t59="1"))
    assert numbers(heard[2]) == ("1000", "500", "500")


def test_an_order_good_till_cancel_goes_on_the_next_day() -> None:
    old, heard = play("done_for_day", order("C1", t59="1"))
    new = Bench("done_for_day", run=2)
    new.desk.restore(old.book())
    new.desk.resume(new.now)
    renewed = new.hear()[0]
    assert (renewed[150], renewed[39], renewed[378]) == ("D", "1", "1")
    assert [renewed[tag] for tag in (424, 425, 37)] == ["500", "0", heard[0][37]]
    more = new.wait()
    assert states(more) == [PART, DONE]
    assert more[0][14] == "750"


def test_done_for_day_bust() -> None:
    bench, heard = play("done_for_day_bust", order("C1"))
    assert states(heard) == [NEW, PART, DONE, ("G", "3"), ("H", "3")]
    assert [numbers(report)[1:] for report in heard[3:]] == [("499", "0"), ("0", "0")]
    assert (heard[3][19], heard[4][19]) == (heard[1][17], heard[3][17])
    assert (the(bench).CumQty, list(the(bench).corrected)) == (0, [heard[1][17]])


def test_bust_after_cancel() -> None:
    bench, heard = play("bust_after_cancel", order("C1"))
    assert states(heard) == [NEW, PART, CANCELED, ("H", "4")]
    assert numbers(heard[3]) == ("1000", "0", "0")
    assert (heard[2][378], heard[3][19]) == ("4", heard[1][17])
    assert the(bench).notional == 0


def test_correct() -> None:
    bench, (new, fill, correction) = play("correct", order("C1"))
    assert states([new, fill, correction]) == [NEW, FILL, ("G", "2")]
    assert (correction[19], correction[32]) == (fill[17], "1000")
    assert Decimal(correction[31]) == Decimal(fill[31]) + Decimal("0.01")
    assert correction[6] == correction[31]
    assert the(bench).executions.keys() == {correction[17]}
    assert the(bench).notional == 1000 * Decimal(correction[31])


def test_correct_twice() -> None:
    bench, heard = play("correct_twice", order("C1"))
    assert states(heard) == [NEW, PART, ("G", "1"), ("G", "1"), FILL]
    assert [report[19] for report in heard[2:4]] == [heard[1][17], heard[2][17]]
    assert [report[14] for report in heard[1:]] == ["500", "500", "501", "1000"]
    assert the(bench).CumQty == 1000


def next_day(name: str, *messages: Fields) -> tuple[Bench, list[Fields], list[Fields]]:
    old, heard = play(name, *messages)
    new = Bench(name, run=2)
    new.desk.restore(old.book())
    new.desk.resume(new.now)
    later = new.wait()
    new.lines = old.lines + new.lines
    return new, heard, later


def test_late_bust() -> None:
    bench, heard, (bust,) = next_day("late_bust", order("C1"))
    assert (bust[150], bust[39], bust[19]) == ("H", "0", heard[1][17])
    assert numbers(bust) == ("1000", "0", "1000")
    assert (the(bench).CumQty, list(the(bench).busted)) == (0, [heard[1][17]])


def test_late_correct() -> None:
    bench, heard, (correction,) = next_day("late_correct", order("C1", side="2"))
    assert (correction[150], correction[39], correction[19]) == ("G", "2", heard[1][17])
    assert Decimal(correction[31]) == Decimal(heard[1][31]) - Decimal("0.01")
    assert the(bench).notional == 1000 * Decimal(correction[31])


def test_stopped() -> None:
    bench, (new, stop, fill) = play("stopped", order("C1"))
    assert states([new, stop, fill]) == [NEW, STOPPED, FILL]
    assert (stop[32], stop[31], stop[14], stop[151]) == ("1000", fill[31], "0", "1000")
    assert the(bench).CumQty == 1000
    assert states(play("stopped", order("C1", 50_000))[1])[2] == ("F", "7")


def test_suspended() -> None:
    _, heard = play("suspended", order("C1"))
    assert states(heard) == [NEW, PART, ("9", "9"), FILL]
    assert numbers(heard[2]) == ("1000", "500", "500")


def test_restated() -> None:
    _, heard = play("restated", order("C1"))
    assert states(heard) == [NEW, ("D", "0"), FILL]
    assert (heard[1][378], heard[1][11], 41 in heard[1]) == ("5", "C1", False)
    assert [numbers(report) for report in heard[1:]] == [("900", "0", "900"), ("900", "900", "0")]


def test_unsolicited_replace() -> None:
    _, heard = play("unsolicited_replace", order("C1"))
    assert states(heard) == [NEW, ("5", "0"), FILL]
    assert (heard[1][11], 41 in heard[1], 378 in heard[1]) == ("C1", False, False)
    assert numbers(heard[1]) == ("900", "0", "900")


def test_shares_split() -> None:
    bench, heard = play("shares_split", limit("C1", "140.00"))
    assert states(heard) == [NEW, PART, ("D", "1")]
    split = heard[2]
    assert (split[378], split[44], numbers(split)) == ("0", "70.00", ("2000", "1000", "1000"))
    assert Decimal(split[6]) == Decimal(heard[1][31]) / 2
    held = the(bench)
    assert (held.CumQty, held.adjusted, held.notional) == (1000, 500, 500 * Decimal(heard[1][31]))
    held.commission_per_share = Decimal("0.01")
    assert held.commission == 5  # of the shares that traded


def test_overnight_split() -> None:
    bench, heard, later = next_day("overnight_split", limit("C1", "140.00", t59="1"))
    assert states(heard) == [NEW, PART]
    assert states(later) == [("D", "1")]
    assert numbers(later[0]) == ("2000", "1000", "1000")
    again = Bench("ack_only", run=3)
    again.desk.restore(bench.book())
    assert numbers(again.tell(request("H", "C1"))[0]) == ("2000", "1000", "1000")


def test_duplicate() -> None:
    _, heard = play("duplicate", order("C1"))
    assert states(heard) == [NEW, ("8", "0"), FILL]
    assert (heard[1][103], heard[1][11], numbers(heard[1])) == ("6", "C1", ("1000", "0", "1000"))


def test_reject_after_new() -> None:
    _, heard = play("reject_after_new", order("C1"))
    assert states(heard) == [NEW, ("8", "8")]
    assert numbers(heard[1]) == ("1000", "0", "0")


@pytest.mark.parametrize(("name", "kind", "tag"), [("j", "j", 380), ("3", "3", 373)])
def test_a_reject_that_names_a_number_only(name: str, kind: str, tag: int) -> None:
    bench, (answer,) = play(f"reject_by_{name}", order("C1"))
    assert [answer[t] for t in (35, 45, 372)] == [kind, "2", "D"]
    assert tag in answer
    assert 11 not in answer
    assert (the(bench).OrdStatus, the(bench).LeavesQty) == ("8", 0)
    assert bench.tell(request("H", "C1"))[0][37] == "NONE"


def test_reject_by_j() -> None:
    assert play("reject_by_j", order("C1"))[1][0][380] == "4"


def test_reject_by_3() -> None:
    assert play("reject_by_3", order("C1"))[1][0][373] == "5"


def test_lost() -> None:
    bench, heard = play("lost", order("C1"), nth={2: "ack_only"})
    assert heard == []
    (status,) = bench.tell(request("H", "C1"))
    assert [status[tag] for tag in (37, 39, 103, 151)] == ["NONE", "8", "5", "0"]
    (cancel,) = bench.tell(request("F", "C2", "C1"))
    assert [cancel[tag] for tag in (35, 37, 39, 102)] == ["9", "NONE", "8", "1"]
    assert states(bench.tell(order("C1", t97="Y"))) == [NEW]
    assert [held.OrdStatus for held in bench.book().orders.values()] == ["8", "0"]


def test_expired() -> None:
    bench, heard = play("expired", limit("C1", "129.75", 1_000_000, t59="3"))
    assert states(heard)[-1] == ("C", "C")
    assert 0 < int(heard[-1][14]) < 1_000_000
    assert heard[-1][151] == "0"
    assert the(bench).OrdStatus == "C"
    assert states(play("expired", order("C1"))[1]) == [NEW, PART, ("C", "C")]


def test_exchange() -> None:
    assert states(play("exchange", order("C1"))[1]) == [FILL]
    assert states(play("exchange", limit("C1", "100.00"))[1]) == [NEW]
    bench, heard = play("exchange", limit("C1", "129.75", 1_000_000, t59="3"))
    assert states(heard)[-1] == ("F", "4")
    assert int(heard[-1][151]) == 1_000_000 - int(heard[-1][14]) > 0
    assert (the(bench).LeavesQty, str(the(bench).CumQty)) == (0, heard[-1][14])


def test_telephone() -> None:
    bench, heard = play("telephone", order("C1"))
    assert states(heard) == [NEW, FILL, NEW, FILL]
    assert [11 in report for report in heard] == [True, True, False, False]
    assert heard[2][37] == heard[3][37] != heard[0][37]
    assert [held.ClOrdIDs for held in bench.book().orders.values()] == [["C1"], []]
    again = Bench("ack_only", run=2)
    again.desk.restore(bench.book())
    assert bench.book().received == {"C1": 1}


def test_over_fill() -> None:
    bench, heard = play("over_fill", order("C1"))
    assert states(heard) == [NEW, FILL, FILL]
    assert numbers(heard[2]) == ("1000", "1100", "0")
    assert the(bench).CumQty == 1100


@pytest.mark.parametrize(("side", "limit_px", "px"), [("1", "140.00", "141.00"), ("2", "99", "98")])
def test_a_worse_price(side: str, limit_px: str, px: str) -> None:
    _, heard = play("worse_price", limit("C1", limit_px, side=side))
    assert Decimal(heard[1][31]) == Decimal(px)


def test_worse_price() -> None:
    bench, heard = play("worse_price", order("C1"))
    assert Decimal(heard[1][31]) > Decimal(130)
    assert the(bench).notional == 1000 * Decimal(heard[1][31])


def test_wrong_symbol() -> None:
    bench, heard = play("wrong_symbol", order("C1"))
    assert [report[55] for report in heard] == ["AAPL", "WRONG"]
    assert the(bench).Symbol == "AAPL"


def test_wrong_side() -> None:
    assert [report[54] for report in play("wrong_side", order("C1"))[1]] == ["1", "2"]
    assert play("wrong_side", order("C1", side="5"))[1][1][54] == "1"


def test_poss_resend() -> None:
    bench, (_, fill, again) = play("poss_resend", order("C1"))
    assert again == fill | {97: "Y"}
    assert 97 not in fill
    assert list(the(bench).executions) == [fill[17]]
