"""Which lots a sale takes: by each account's standing method, in the order of the trades."""

from decimal import Decimal

import pytest

from tests.builders import Desk, desk, lot
from tests.properties import invariants
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model.fields import OrdStatus, Side
from tradeoms.model.reference import Account

#: A1's lots of ten shares, by number: age in days and basis.
LOTS = ((900, 400), (800, 520), (30, 650), (20, 480), (10, 300))


def standing(method: str, *accounts: str) -> c.DefineAccounts:
    rows = (Account(a, a, f"T{a}", lot_method=method, may_short=True) for a in accounts)
    return c.DefineAccounts(tuple(rows))


def traded(floor: Desk, quantity: int, price: str, side: Side, *accounts: str) -> tuple[str, ...]:
    """A finished block in which each account trades the quantity: block, placement, ExecID."""
    members = tuple((account, quantity) for account in accounts or ("A1",))
    block = floor.block(*members, Side=side)
    name = floor.route(block, quantity * len(members))
    ExecID = floor.fill(name, quantity * len(members), price)
    floor.finish(block)
    return block, name, ExecID


def gains(floor: Desk) -> list[tuple[int, int]]:
    """Lot and quantity of each relief that stands, oldest first."""
    table = floor.state.realized
    rows = zip(table["lot"].tolist(), table["quantity"].tolist(), strict=True)
    return [(number, quantity) for number, quantity in rows if quantity]


@pytest.mark.parametrize(
    ("method", "order"),
    [
        ("FIFO", [0, 1, 2]),
        ("LIFO", [4, 3, 2]),
        ("HIFO", [2, 1, 3]),
        ("LOFO", [4, 0, 3]),
        ("HIGHEST_COST", [2, 1, 3]),
        # Sold at 50 less commission: short losses (2), long losses (1), long gains (0), short (3).
        ("MINTAX", [2, 1, 0]),
    ],
)
def test_a_sale_takes_lots_by_the_account_s_method(method: str, order: list[int]) -> None:
    floor = desk(tuple(lot("A1", 10, basis, age) for age, basis in LOTS))
    floor.done(standing(method, "A1"))
    traded(floor, 25, "50", Side.Sell)
    assert gains(floor) == list(zip(order, (10, 10, 5), strict=True))
    invariants.positions_are_the_sum_of_lots(floor.state)


def test_each_account_of_a_block_has_its_own_method() -> None:
    owned = [lot(a, 10, basis, age) for a in ("A1", "A2", "A3") for age, basis in LOTS]
    floor = desk(tuple(owned))
    for method, account in (("LIFO", "A1"), ("MINTAX", "A2"), ("FIFO", "A3")):
        floor.done(standing(method, account))
    traded(floor, 15, "50", Side.Sell, "A1", "A2", "A3")
    # Rows go by account as the block lists them; A2's lots are 5 to 9, A3's 10 to 14.
    assert gains(floor) == [(4, 10), (3, 5), (7, 10), (6, 5), (10, 10), (11, 5)]
    net = sum(floor.state.allocations["B1"].net)
    assert floor.state.realized["proceeds"].sum() == net
    same(floor.journal.replay(), floor.state)


def test_two_orders_of_an_account_are_two_sales_for_the_least_tax() -> None:
    floor = desk(tuple(lot("A1", 10, basis, age) for age, basis in LOTS))
    floor.done(standing("MINTAX", "A1"))
    orders = [floor.order(("A1", q), Side=Side.Sell) for q in (12, 13)]
    (block,) = floor.done(c.BlockOrders(tuple(orders)), "trader")
    name = floor.route(block, 25)
    floor.fill(name, 25, "50")
    floor.finish(block)
    assert gains(floor) == [(2, 10), (1, 2), (1, 8), (0, 5)]


def test_covers_are_first_in_first_out_whatever_sales_are() -> None:
    floor = desk((lot("A1", -10, 400, 30), lot("A1", -10, 700, 10)))
    floor.done(standing("HIFO", "A1"))
    traded(floor, 15, "50", Side.Buy)
    assert gains(floor) == [(0, 10), (1, 5)]


def test_a_block_keeps_the_method_of_its_statement() -> None:
    floor = desk(tuple(lot("A1", 10, basis, age) for age, basis in LOTS))
    _, name, ExecID = traded(floor, 15, "50", Side.Sell)
    floor.done(standing("LIFO", "A1"))
    floor.correct(name, ExecID, 15, "51", OrdStatus=OrdStatus.Filled)
    floor.finish("B1")
    assert gains(floor) == [(0, 10), (1, 5)]
    traded(floor, 10, "50", Side.Sell)
    assert gains(floor)[2:] == [(4, 10)]


def test_an_unknown_method_is_refused() -> None:
    floor = desk()
    assert floor.refused(standing("AVG", "A1")) == {
        "accounts[0].lot_method": "must be FIFO or LIFO or HIFO or LOFO or HIGHEST_COST or MINTAX"
    }


def test_a_correction_of_an_early_buy_does_not_turn_a_later_sale_into_a_short() -> None:
    floor = desk()
    buy, name, ExecID = traded(floor, 100, "50", Side.Buy)
    sale, _, _ = traded(floor, 60, "55", Side.Sell)
    cheap, _, _ = traded(floor, 10, "40", Side.Buy)
    traded(floor, 10, "56", Side.Sell)
    floor.correct(name, ExecID, 100, "49", OrdStatus=OrdStatus.Filled)
    # Until the trader finishes it again, the shares are not there.
    assert floor.held("A1") == -60
    floor.finish(buy)
    assert floor.held("A1") == 40
    invariants.positions_are_the_sum_of_lots(floor.state)
    short = {number: int(s) for number, s in enumerate(floor.state.lots["short"].tolist())}
    kept = [(n, s, r) for n, s, r, _ in floor.lots("A1")]
    assert [(s, r) for _, s, r in kept] == [(0, 30), (0, 10)]
    assert all(not short[number] for number, _ in gains(floor))
    assert [q for _, q in gains(floor)] == [60, 10]
    table = floor.state.realized
    sold = table["block"] == int(sale[1:])
    cost = 60 * Decimal(49) * 100 + 75  # with its part of the commission of 1.25
    assert int(table["basis"][sold].sum()) == cost
    assert floor.state.bookings_of["ACME"] == [buy, sale, cheap, "B4"]
    same(floor.journal.replay(), floor.state)


def test_two_early_buys_corrected_at_once_come_back_in_the_order_of_the_trades() -> None:
    floor = desk()
    first, one, early = traded(floor, 100, "50", Side.Buy)
    second, two, late = traded(floor, 100, "60", Side.Buy)
    sale, _, _ = traded(floor, 150, "55", Side.Sell)
    before = _book(floor)
    floor.correct(one, early, 100, "50", OrdStatus=OrdStatus.Filled)
    floor.correct(two, late, 100, "60", OrdStatus=OrdStatus.Filled)
    floor.finish(second)  # in the other order than they were traded
    floor.finish(first)
    assert _book(floor) == before
    assert floor.state.bookings_of["ACME"] == [first, second, sale]


def _book(floor: Desk) -> tuple[object, ...]:
    """What is open and what was gained, without the numbers of lots."""
    table = floor.state.realized
    stands = table["quantity"] > 0
    columns = ("block", "quantity", "basis", "proceeds", "gain")
    rows = [table[name][stands].tolist() for name in columns]
    return [row[1:] for row in floor.lots("A1")], rows, floor.cash("A1"), floor.held("A1")
