"""Lots that a person names for a sale: before it trades, and until it has settled."""

from datetime import timedelta
from decimal import Decimal

from tests.builders import Desk, K, desk, lot
from tests.properties import invariants
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model.fields import OrdStatus, Side
from tradeoms.model.identifications import NamedLot

D = Decimal
#: A1's lots 0 to 2 and A2's lot 3.
OWNED = (lot("A1", 10, 400, 900), lot("A1", 10, 650, 30), lot("A1", 10, 300, 10), lot("A2", 9, 90))


def names(*lots: tuple[int, int]) -> tuple[NamedLot, ...]:
    return tuple(NamedLot(number, D(quantity)) for number, quantity in lots)


def taken(floor: Desk) -> list[tuple[int, int, int, int]]:
    """Lot, units, basis and proceeds of each relief that stands."""
    table = floor.state.realized
    columns = (table[name].tolist() for name in ("lot", "quantity", "basis", "proceeds"))
    return [row for row in zip(*columns, strict=True) if row[1]]


def sold(floor: Desk, order: str, quantity: int, price: str = "50") -> tuple[str, str]:
    """Block and placement of an order of which so much is filled, the rest cancelled."""
    (block,) = floor.done(c.BlockOrders((order,)), "trader")
    total = floor.state.blocks[block].OrderQty
    placement = floor.route(block, total, "QUEEN")
    floor.fill(placement, quantity, price)
    if quantity < total:
        floor.report(placement, K.Canceled)
    floor.finish(block)
    return block, placement


def test_an_order_names_its_lots() -> None:
    floor = desk(OWNED)
    order = floor.order(("A1", 12), ("A2", 5), Side=Side.Sell)
    floor.done(c.IdentifyLots(order, "A1", names((2, 8), (1, 4))))
    block, _ = sold(floor, order, 17)
    net = floor.state.allocations[block].net
    rows = taken(floor)
    assert [row[:3] for row in rows] == [(2, 8, 24_000), (1, 4, 26_000), (3, 5, 5_000)]
    assert (sum(row[3] for row in rows[:2]), rows[2][3]) == net
    invariants.positions_are_the_sum_of_lots(floor.state)
    same(floor.journal.replay(), floor.state)


def test_of_a_partial_fill_the_lots_go_in_the_order_named() -> None:
    floor = desk(OWNED)
    order = floor.order(("A1", 12), Side=Side.Sell)
    floor.done(c.IdentifyLots(order, "A1", names((2, 8), (1, 4))))
    sold(floor, order, 9)
    assert [row[:2] for row in taken(floor)] == [(2, 8), (1, 1)]


def test_lots_may_be_named_until_the_sale_has_settled() -> None:
    floor = desk(OWNED)
    order = floor.order(("A1", 12), Side=Side.Sell)
    block, _ = sold(floor, order, 12)
    sold(floor, floor.order(("A1", 5), Side=Side.Sell), 5)
    assert [row[:2] for row in taken(floor)] == [(0, 10), (1, 2), (1, 5)]
    settles = floor.state.allocations[block].settle_date
    floor.done(c.OpenDay(settles), "ops")
    floor.done(c.IdentifyLots(order, "A1", names((1, 10), (2, 2))), "trader")
    # The later sale is booked again behind it: the oldest lot is free now.
    assert [row[:2] for row in taken(floor)] == [(1, 10), (2, 2), (0, 5)]
    floor.done(c.IdentifyLots(order, "A1"), "trader")
    assert [row[:2] for row in taken(floor)] == [(0, 10), (1, 2), (1, 5)]
    floor.done(c.OpenDay(settles + timedelta(1)), "ops")
    assert floor.refused(c.IdentifyLots(order, "A1", names((1, 10), (2, 2))), "trader") == {
        "order": f"has settled on {settles}: its lots can no longer be named"
    }
    invariants.positions_are_the_sum_of_lots(floor.state)


def test_what_cannot_be_named_is_refused_with_account_and_block() -> None:
    floor = desk((*OWNED, lot("A1", -4, 200, 5, "BOLT")))
    order = floor.order(("A1", 12), Side=Side.Sell)
    (block,) = floor.done(c.BlockOrders((order,)), "trader")
    where = f"of ACME in A1, for {block} ({order})"
    wrong = names((3, 1), (99, 1), (-1, 1), (4, 1), (2, 11), (1, 0))
    assert floor.refused(c.IdentifyLots(order, "A1", wrong)) == {
        "lots[0].lot": f"is no lot {where}",
        "lots[1].lot": f"is no lot {where}",
        "lots[2].lot": f"is no lot {where}",
        "lots[3].lot": f"is no lot {where}",
        "lots[4].quantity": f"10 of lot 2 are open, {where}",
        "lots[5].quantity": "must be above zero",
    }
    assert floor.refused(c.IdentifyLots(order, "A1", names((1, 5), (1, 7)))) == {
        "lots[0].lot": "is named twice",
        "lots[1].lot": "is named twice",
    }
    assert floor.refused(c.IdentifyLots(order, "A1", names((1, 5)))) == {
        "lots": f"must be all that A1 sells 12 in {block} ({order})"
    }
    assert floor.refused(c.IdentifyLots(order, "A2", names((3, 5)))) == {
        "account": f"is not in {order}"
    }
    assert floor.refused(c.IdentifyLots("O99", "A1")) == {"order": "is no open or traded order"}
    buy = floor.order(("A1", 1))
    assert floor.refused(c.IdentifyLots(buy, "A1")) == {"order": "sells no lots that are owned"}


def test_a_named_lot_that_is_gone_by_then_is_told_and_the_standing_method_chooses() -> None:
    floor = desk(OWNED)
    order = floor.order(("A1", 10), Side=Side.Sell)
    floor.done(c.IdentifyLots(order, "A1", names((0, 10))))
    sold(floor, floor.order(("A1", 6), Side=Side.Sell), 6)
    block, _ = sold(floor, order, 10)
    assert [row[:2] for row in taken(floor)] == [(0, 6), (0, 4), (1, 6)]
    (told,) = [a for a in floor.state.alerts.values() if a.kind == "lots not identified"]
    assert told.subject == block
    assert told.text.startswith(f"A1: 6 units of {order} by its standing method")


def test_shares_that_a_wash_sale_cut_out_of_a_named_lot_go_with_it() -> None:
    floor = desk((lot("A1", 10, 900, 100), lot("A1", 10, 400, 20)))
    order = floor.order(("A1", 10), Side=Side.Sell)
    floor.done(c.IdentifyLots(order, "A1", names((1, 10))))
    sold(floor, floor.order(("A1", 4), Side=Side.Sell), 4)
    (deferred,) = floor.state.realized["disallowed"].tolist()
    sold(floor, order, 10)
    # Six shares of the lot itself, and the four that took over the loss.
    assert deferred == 4 * 4_000 + 5  # sold at 50 less 5 cents, cost 90
    assert [row[:3] for row in taken(floor)][1:] == [(1, 6, 24_000), (2, 4, 16_000 + deferred)]
    assert floor.alerts().count("lots not identified") == 0


def test_an_order_without_named_lots_beside_one_with_them() -> None:
    floor = desk(OWNED)
    first, second = (floor.order(("A1", q), Side=Side.Sell) for q in (5, 10))
    floor.done(c.IdentifyLots(second, "A1", names((0, 10))))
    (block,) = floor.done(c.BlockOrders((first, second)), "trader")
    placement = floor.route(block, 15)
    floor.fill(placement, 15, "50", OrdStatus=OrdStatus.Filled)
    floor.finish(block)
    assert sorted(row[:2] for row in taken(floor)) == [(0, 10), (1, 5)]


def test_who_leaves_a_block_takes_the_lots_that_were_not_sold_along() -> None:
    floor = desk(OWNED)
    order, other = (
        floor.order((account, quantity), Side=Side.Sell)
        for account, quantity in (("A1", 12), ("A2", 5))
    )
    floor.done(c.IdentifyLots(order, "A1", names((2, 8), (1, 4))))
    (block,) = floor.done(c.BlockOrders((order, other)), "trader")
    floor.fill(floor.route(block, 8), 8, "50")
    (rest,) = floor.done(c.LeaveBlock(block, order, "the mandate ends"), "trader")
    named = {key: found.lots for key, found in floor.state.identified.items()}
    assert named == {f"{order}/A1": names((2, 6)), f"{rest}/A1": names((2, 2), (1, 4))}
    floor.finish(block)
    sold(floor, rest, 6)
    assert [row[:2] for row in taken(floor)] == [(2, 6), (3, 2), (2, 2), (1, 4)]
    assert "lots not identified" not in floor.alerts()
    same(floor.journal.replay(), floor.state)


def test_a_named_lot_is_still_named_when_its_purchase_is_booked_again() -> None:
    floor = desk((lot("A1", 10, 400, 900),))
    first = floor.working(("A1", 10))
    ExecID = floor.fill(first, 10, "50")
    floor.finish(floor.placement(first).block)
    second = floor.working(("A1", 10))
    floor.fill(second, 10, "55")
    floor.finish(floor.placement(second).block)
    order = floor.order(("A1", 10), Side=Side.Sell)
    floor.done(c.IdentifyLots(order, "A1", names((2, 10))))
    sold(floor, order, 10, "60")
    assert [row[:2] for row in taken(floor)] == [(2, 10)]
    floor.correct(first, ExecID, 10, "50.5")
    floor.finish(floor.placement(first).block)
    assert [row[1:3] for row in taken(floor)] == [(10, 55_013)]
    assert [basis for *_, basis in floor.lots("A1")] == [40_000, 50_513]
    same(floor.journal.replay(), floor.state)
