"""Finished work leaves memory some days later, with all that lies below it, and is never booked again."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.builders import D, Desk, K, new_order
from tests.core import after, corporate, crosses, splits
from tests.core.leaving import brief, calm, opened, stays, traded
from tests.states import dangling, same
from tradeoms import core
from tradeoms.core.retiring import WAITS, reasons
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Report
from tradeoms.model.fields import Handling, OrdStatus, Side, TimeInForce
from tradeoms.model.identifications import NamedLot
from tradeoms.model.state import State
from tradeoms.store import snapshots
from tradeoms.views import VIEWS

#: Tables of what belongs to one order, block or message: nothing may stay in them for ever.
OF_WORK = (
    *("orders", "blocks", "placements", "placement_of", "executions", "execution_of"),
    *("allocations", "bookings", "washes", "errors", "instructions", "instructions_of"),
    *("allocation_reports", "confirmations", "confirmed", "affirmations", "delivered"),
    *("confirmation_requests", "identified", "settled_executions", "baskets", "lists", "missed"),
    *("undelivered", "outbox", "pending", "finished", "alerts", "attended", "closes"),
    *("deliveries", "delivery_answers", "unmatched", "settled_reports", "mass_cancels"),
)


def sizes(state: State) -> dict[str, int]:
    """Entries of what belongs to one piece of work."""
    found = {name: len(getattr(state, name)) for name in OF_WORK}
    found["bookings_of"] = sum(map(len, state.bookings_of.values()))
    found["booking_places"] = sum(map(len, state.booking_places.values()))
    found["answers"] = len(state.answers)
    return found


@pytest.fixture
def floor() -> Desk:
    return brief()


def test_a_trade_leaves_so_many_days_after_it_is_done(floor: Desk) -> None:
    block, name, _ = traded(floor)
    (order,) = floor.state.blocks[block].orders
    opened(floor)  # settles today: it may fail yet
    assert floor.state.allocations[block].settle_date == floor.state.business_date
    opened(floor)
    assert floor.state.finished == {block: floor.state.business_date}
    opened(floor)
    assert name in floor.state.placements
    positions = floor.held("A1"), floor.held("A2"), floor.lots("A1"), floor.cash("A1")
    opened(floor)
    assert not any((floor.state.blocks, floor.state.orders, floor.state.placements))
    assert dangling(floor.state, floor.journal.records) == []
    assert order not in floor.state.orders
    assert (floor.held("A1"), floor.held("A2"), floor.lots("A1"), floor.cash("A1")) == positions
    assert positions[:2] == (1060, 40)
    same(floor.journal.replay(), floor.state)
    same(snapshots.decode(snapshots.encode(floor.state)), floor.state)


def test_memory_is_constant_over_days() -> None:
    """The same day again and again: trades, refusals, answers of brokers, alerts, hand-over."""
    floor = after.automatic()
    floor.done(c.SetRetention(2), "ops")
    counts: list[dict[str, int]] = []
    for day in range(10):
        traded(floor, fills=((50, "50"), (50, "51")))
        after.leave(floor)
        for known in [i for i in after.instructions(floor) if i.answered is None]:
            after.answer(floor, known, "0")
            for account in known.accounts:
                after.confirm(floor, known, account)
        after.leave(floor)
        floor.done(c.CancelOrder(floor.order(("A3", 5)), "no more"), "pm")
        floor.done(c.DissolveBlock(floor.block(("A3", 6))), "trader")
        again = floor.working(("A1", 7))
        floor.fill(again, 7)
        floor.bust(again, f"E{floor.fills}")
        floor.report(again, K.Canceled)
        floor.finish(floor.block_of(again).block)
        floor.hear("S1", Report(kind=K.Trade.value, ClOrdID="nobody", ExecID=f"Z{day}"))
        number = max(floor.state.unmatched)
        floor.done(c.DismissReport(number, "not ours"), "trader")
        basket = c.SubmitBasket(f"K{day}", (new_order(("A4", 8)), new_order(("A4", 9))))
        for name in floor.done(basket):
            floor.done(c.CancelOrder(name, "no"), "pm")
        for up in (True, False, True):  # the alert of what is down ends by itself
            floor.system(c.ChangeSession("S2", up))
        calm(floor)
        floor.done(c.CloseDay(floor.state.business_date), "ops")
        opened(floor)
        counts.append(sizes(floor.state))
    assert counts[-1] == counts[-2] == counts[-3]
    assert counts[-1]["orders"] < 5 * 6
    assert all(counts[-1][name] for name in ("orders", "executions", "confirmations", "alerts"))
    assert dangling(floor.state, floor.journal.records) == []
    same(floor.journal.replay(), floor.state)


def test_what_is_open_stays(floor: Desk) -> None:
    """Whatever a person or a broker may turn to yet."""
    resting = floor.working(("A3", 5), TimeInForce=TimeInForce.GoodTillCancel)
    block, _, _ = traded(floor, instrument="BOLT")
    assert not stays(floor, block)
    assert floor.block_of(resting).block in floor.state.blocks
    for spoil in (not_handed_over, rejected_line, unknown_fill, open_alert, open_break):
        block, name, ExecID = traded(floor, instrument="BOLT")
        spoil(floor, block, name, ExecID)
        assert stays(floor, block), spoil.__name__
        mend(floor, block)
        assert not stays(floor, block), spoil.__name__


def not_handed_over(floor: Desk, block: str, name: str, ExecID: str) -> None:
    floor.bust(name, ExecID)
    calm(floor)


def rejected_line(floor: Desk, block: str, name: str, ExecID: str) -> None:
    number = max(floor.state.deliveries)
    lines = floor.state.deliveries[number].lines
    text = "line,status,reason\n" + "".join(f"{n},rejected,who\n" for n in range(1, len(lines) + 1))
    floor.done(c.AcknowledgeDelivery(number, "a.csv", text), "ops")


def unknown_fill(floor: Desk, block: str, name: str, ExecID: str) -> None:
    """Its ExecID again with another price: a person must say what it is."""
    floor.fill(name, 100, "51", ExecID=ExecID, CumQty=D(100))
    calm(floor)


def open_alert(floor: Desk, block: str, name: str, ExecID: str) -> None:
    floor.report(name, K.CancelReject, OrdStatus=OrdStatus.Filled)


def open_break(floor: Desk, block: str, name: str, ExecID: str) -> None:
    content = f"ExecID,instrument,Side,LastQty,LastPx\n{ExecID},BOLT,Buy,90,50\n"
    day = floor.state.business_date
    floor.done(c.Reconcile("fills", "KING", day, "f.csv", content), "ops")
    assert floor.state.breaks


def mend(floor: Desk, block: str) -> None:
    """Whatever it was, it is done."""
    if floor.state.blocks[block].state == "working":
        for name in floor.state.blocks[block].placements:
            if floor.placement(name).LeavesQty:
                floor.report(name, K.Canceled)
        floor.done(c.FinishBlock(block, "as it is"), "trader")
    for number in [n for n in floor.state.unmatched if n not in floor.state.settled_reports]:
        floor.done(c.DismissReport(number, "seen"), "trader")
    for number, delivery in list(floor.state.deliveries.items()):
        if number not in floor.state.delivery_answers:
            rows = "".join(f"{n},accepted,\n" for n in range(1, len(delivery.lines) + 1))
            text = f"line,status,reason\n{rows}"
            floor.done(c.AcknowledgeDelivery(number, "a.csv", text), "ops")
    for key, one in list(floor.state.breaks.items()):
        if one.state == "open":
            floor.done(c.ExplainBreak(key, "told by telephone"), "ops")
    calm(floor)


def test_what_brokers_have_not_confirmed_stays() -> None:
    floor = after.office(allocations=Handling.Manual, confirmations=Handling.Manual)
    floor.done(c.SetRetention(1), "ops")
    block, _, _ = traded(floor)
    assert stays(floor, block)
    known = after.accepted(floor, block)
    assert stays(floor, block)
    for account in known.accounts:
        after.confirm(floor, known, account)
        floor.done(c.AffirmConfirmations((f"S1/C-{known.AllocID}-{account}",)), "ops")
    after.leave(floor)
    assert not stays(floor, block)


def test_later_bookings_stay_as_long_as_one_before_them(floor: Desk) -> None:
    """A bust of the first takes back and books again what came after it."""
    first, name, ExecID = traded(floor)
    floor.report(name, K.CancelReject, OrdStatus=OrdStatus.Filled)  # leaves an alert
    second, _, _ = traded(floor)
    other, _, _ = traded(floor, instrument="BOLT")
    assert stays(floor, second)
    assert first in floor.state.blocks
    assert other not in floor.state.blocks
    floor.bust(name, ExecID)
    assert second in floor.state.bookings
    assert floor.held("A2") == 40
    same(floor.journal.replay(), floor.state)


@pytest.mark.parametrize("together", [False, True])
def test_blocks_that_share_a_price_leave_together(floor: Desk, together: bool) -> None:
    king = replace(floor.state.brokers["KING"], knows_price_groups=True)
    floor.done(c.DefineBrokers((king,)), "ops")
    splits.define(floor, average_blocks=together)
    first, _, _ = traded(floor)
    second, name, _ = traded(floor)
    floor.report(name, K.CancelReject, OrdStatus=OrdStatus.Filled)  # leaves an alert
    assert stays(floor, second)
    assert (first in floor.state.blocks) is together
    calm(floor)
    assert not stays(floor, second)
    assert not floor.state.blocks
    assert not floor.state.price_groups


def test_the_orders_of_a_list_leave_together(floor: Desk) -> None:
    blocks = tuple(floor.block(("A1", 10), instrument=name) for name in ("ACME", "BOLT"))
    names = floor.done(c.RouteList("KING", blocks), "trader")
    for name, block in zip(names, blocks, strict=True):
        floor.report(name, K.New)
        floor.fill(name, 10)
        floor.finish(block)
    floor.report(names[1], K.CancelReject, OrdStatus=OrdStatus.Filled)  # leaves an alert
    assert stays(floor, blocks[1])
    assert blocks[0] in floor.state.blocks
    calm(floor)
    assert not stays(floor, blocks[1])
    assert not floor.state.blocks
    assert not floor.state.lists


def test_an_order_stays_while_a_block_that_it_left_names_it(floor: Desk) -> None:
    """It left without a fill, and was filled in another block."""
    resting, one = floor.block(("A1", 10), TimeInForce=TimeInForce.GoodTillCancel), ("A2", 20)
    order = floor.order(one, TimeInForce=TimeInForce.GoodTillCancel)
    floor.route(resting, 10, TimeInForce=TimeInForce.GoodTillCancel)
    floor.done(c.JoinBlock(resting, (order,), "with it"), "trader")
    floor.done(c.LeaveBlock(resting, order, "by itself"), "trader")
    (block,) = floor.done(c.BlockOrders((order,)), "trader")
    floor.fill(floor.route(block, 20), 20)
    floor.finish(block)
    assert stays(floor, block)
    placement = floor.state.blocks[resting].placements[0]
    floor.report(placement, K.Canceled)
    floor.done(c.FinishBlock(resting), "trader")
    calm(floor)
    assert not stays(floor, block)
    assert not floor.state.orders


def test_what_starts_again_is_kept_anew(floor: Desk) -> None:
    block, name, ExecID = traded(floor)
    opened(floor, 3)
    floor.correct(name, ExecID, 90, "50")
    opened(floor, 2)
    assert block not in floor.state.finished
    mend(floor, block)
    opened(floor, 2)
    assert block in floor.state.blocks


def test_why_it_stays(floor: Desk) -> None:
    """What a person is told who wonders why memory grows."""
    first, name, _ = traded(floor)
    floor.report(name, K.CancelReject, OrdStatus=OrdStatus.Filled)
    opened(floor, 3)
    second, _, _ = traded(floor)
    order = floor.order(("A1", 5))
    assert dict(reasons(floor.state)) == {
        first: "alerts",
        second: "trades that have not settled",
        order: "orders that are open",
    }
    floor.done(c.CancelOrder(order, "no"))
    assert dict(reasons(floor.state))[order] == "finished work: it is kept for 2 days"
    opened(floor, 6)
    assert dict(reasons(floor.state)) == {first: "alerts", second: WAITS}


@pytest.mark.parametrize("days", [0, 91])
def test_retention_has_bounds(floor: Desk, days: int) -> None:
    assert floor.refused(c.SetRetention(days), "ops") == {"days": "must be 1 to 90"}


def test_old_journals_retire_nothing_by_themselves(floor: Desk) -> None:
    """What leaves is what the events say, not what today's rules would make of them."""
    traded(floor)
    opened(floor, 6)
    floor.journal.records = [
        record for record in floor.journal.records if type(record.event) is not e.WorkRetired
    ]
    state = State()
    for seq, record in enumerate(floor.journal.records, 1):
        core.apply(state, replace(record, seq=seq))
    assert len(state.orders) == 1


def test_a_purchase_stays_while_its_lots_are_named(floor: Desk) -> None:
    """By what was bought they are found again when all is booked anew, whatever their numbers are."""
    day = floor.state.business_date
    _, before, ExecID = corporate.traded(floor, day, Side.Buy, 100, "40")
    bought, _, _ = corporate.traded(floor, day, Side.Buy, 100, "45")
    wanted = floor.lots("A1")[-1][0]
    account = floor.state.accounts["A1"]
    floor.done(c.DefineAccounts((replace(account, account="A9", name="nine"),)), "ops")
    opened(floor, 3)
    _, between, later = corporate.traded(floor, floor.state.business_date, Side.Buy, 30, "60")
    lots, today = (NamedLot(wanted, D(100)),), floor.state.business_date
    floor.done(corporate.transfer(day=today, account="A1", to="A9", lots=lots), "ops")
    floor.correct(before, ExecID, 100, "41")  # what was named has another number from here on
    floor.finish("B1")
    floor.done(c.Deliver(), "ops")
    calm(floor)
    opened(floor, 3)
    assert bought in floor.state.finished
    assert bought in floor.state.blocks
    floor.bust(between, later)
    assert "lots missing" not in floor.alerts()
    assert [row[2:] for row in floor.lots("A9")] == [(100, 450125)]
    floor.report(between, K.Canceled)
    floor.finish("B3")
    assert not stays_calm(floor, bought)


def stays_calm(floor: Desk, block: str) -> bool:
    floor.done(c.Deliver(), "ops")
    calm(floor)
    return stays(floor, block)


def test_nothing_is_booked_before_an_action_that_stands_for_good(floor: Desk) -> None:
    """Ten shares of the day before a split are twenty now: nobody can tell which were meant."""
    opened(floor, 3)
    day = floor.state.business_date
    floor.done(corporate.corporate("split", day=day, new=2, old=1), "ops")
    opened(floor, 6)
    late = corporate.transfer(day=day - timedelta(1), account="A1", quantity=10)
    why = f"is too long ago: L1 of {day} stands for good, what came before it has left memory"
    assert floor.refused(late, "ops") == {"terms.day": why}
    floor.done(corporate.transfer(day=day + timedelta(1), account="A1", quantity=10), "ops")
    assert floor.held("A1") == 1990


def test_what_was_taken_back_stays_until_it_would_have_settled() -> None:
    """The ladder of cash has its money in and out on that day."""
    floor = crosses.crossing()
    acme = replace(floor.state.instruments["ACME"], settle_cycle=4)
    floor.done(c.DefineInstruments((acme,)), "ops")
    floor.done(c.SetRetention(1), "ops")
    crosses.approved(floor, crosses.sell(floor, ("A1", 300)), floor.order(("A3", 300)))
    crosses.busted(floor, "X1")
    for name in ("O1", "O2"):
        floor.done(c.CancelOrder(name, "no"))
    calm(floor)
    opened(floor, 4)
    assert set(floor.state.blocks) == {"B1", "B2"}
    assert dict(reasons(floor.state))["B1"] == "trades that have not settled"
    assert list(VIEWS["ladder"].all_rows(floor.state))
    opened(floor)
    assert not floor.state.blocks
    assert list(VIEWS["ladder"].all_rows(floor.state))
