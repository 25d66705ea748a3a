"""Wash sales: the rules one by one, as stated cases."""

from collections import Counter
from datetime import date, timedelta

import pytest

from allocation.booking import play
from allocation.lot_events import Buy, Event, Merger, Sell
from allocation.policy import Policy
from allocation.statements import by_sale, open_lots, summed
from allocation.wash import provisional, realized
from tests.allocation.ledgers import IRAS

DAY = date(2024, 3, 1)
WASH = Policy(wash=True, iras=IRAS)


def buy(
    lot: str, quantity: int, amount: int, days: int = 0, account: str = "joint", **more: object
) -> Buy:
    """A purchase some days after DAY."""
    given = {"symbol": "X", **more}
    return Buy(
        date=DAY + timedelta(days=days),
        account=account,
        lot=lot,
        quantity=quantity,
        amount=amount,
        **given,  # type: ignore[arg-type]
    )


def sell(quantity: int, amount: int, days: int = 0, account: str = "joint", **more: object) -> Sell:
    """A sale some days after DAY."""
    given = {"symbol": "X", **more}
    return Sell(
        date=DAY + timedelta(days=days),
        account=account,
        quantity=quantity,
        amount=amount,
        **given,  # type: ignore[arg-type]
    )


def washed(*events: Event, policy: Policy = WASH) -> tuple[list[tuple[int, int]], dict[str, int]]:
    """(disallowed, recognized) of each sale, and the open basis of each lot."""
    book = play(events, "FIFO", policy)
    rows = [(int(row.disallowed), int(row.recognized)) for row in summed(realized(book))]
    basis: Counter[str] = Counter()
    for lot in open_lots(book):
        basis[lot.lot] += int(lot.basis)
    return rows, dict(basis)


def test_w1_day_30_is_in_and_day_31_is_out() -> None:
    for day, disallowed in ((30, 20), (31, 0), (-30, 20), (-31, 0)):
        old, new = buy("old", 1, 100, -200), buy("new", 1, 90, day)
        assert washed(old, new, sell(1, 80))[0] == [(disallowed, disallowed - 20)]


def test_w2_a_purchase_before_the_sale_counts() -> None:
    rows, basis = washed(buy("old", 10, 200, -200), buy("new", 10, 90, -30), sell(10, 100))
    assert (rows, basis) == ([(100, 0)], {"new": 190})


def test_w6_old_basis_plus_new_price_less_sale_price() -> None:
    for day in (-5, 5):  # 26 CFR 1.1091-2, example 1
        _, basis = washed(buy("old", 1, 100, -200), buy("new", 1, 90, day), sell(1, 80))
        assert basis == {"new": 100 + 90 - 80}
    _, basis = washed(buy("old", 10, 200, -200), buy("new", 4, 36, 5), sell(10, 100, 0))
    assert basis == {"new": 36 + 4 * (20 - 10)}


def test_w3_only_as_many_shares_as_were_replaced() -> None:
    rows, basis = washed(buy("old", 100, 1000, -200), sell(100, 900), buy("new", 30, 270, 3))
    assert rows == [(30, -70)]
    assert basis == {"new": 300}


def test_w4_losses_of_two_sales_go_by_sale_and_replacements_by_purchase() -> None:
    rows, basis = washed(
        buy("one", 10, 200, -200),
        buy("two", 10, 300, -199),
        sell(10, 100),
        sell(10, 100, 1),
        buy("late", 10, 100, 20),
        buy("later", 5, 50, 21),
    )
    assert rows == [(100, 0), (100, -100)]
    assert basis == {"late": 200, "later": 150}


def test_w4_sales_of_one_day_go_by_acquisition_whatever_was_booked_first() -> None:
    rows, _ = washed(
        buy("older", 10, 200, -200),
        buy("newer", 10, 300, -199),
        sell(10, 100, lots={"newer": 10}),
        sell(10, 100, lots={"older": 10}),
        buy("late", 10, 100, 20),
    )
    assert rows == [(0, -200), (100, 0)]


def test_w5_a_share_absorbs_one_loss() -> None:
    rows, basis = washed(
        buy("one", 10, 200, -200),
        buy("two", 10, 300, -199),
        buy("new", 10, 100, -1),
        sell(10, 100),
        sell(10, 100, 1),
    )
    assert rows == [(100, 0), (0, -200)]
    assert basis == {"new": 200}


def test_w7_the_holding_period_is_taken_over_or_not() -> None:
    events = (buy("old", 10, 200, -300), sell(10, 100), buy("new", 10, 100, 5))
    for tack, since in ((True, -295), (False, 5)):
        book = play(events, "FIFO", Policy(wash=True, tack=tack))
        assert [lot.holding_from for lot in open_lots(book)] == [DAY + timedelta(days=since)]


def test_w7_a_replacement_sold_soon_can_be_long_term() -> None:
    book = play(
        [buy("old", 1, 200, -360), sell(1, 100), buy("new", 1, 100, 5), sell(1, 500, 12)],
        "FIFO",
        WASH,
    )
    assert [row.term for row in realized(book)] == ["S", "L"]


def test_w8_a_raw_gain_becomes_a_washed_loss() -> None:
    rows, basis = washed(
        buy("old", 1, 200, -200),
        sell(1, 100),
        buy("new", 1, 100, 5),
        sell(1, 150, 10),
        buy("third", 1, 150, 15),
    )
    assert rows == [(100, 0), (50, 0)]
    assert basis == {"third": 200}


def test_w9_shares_sold_before_or_with_the_loss_replace_nothing() -> None:
    young = buy("young", 10, 100, -5)
    rows, _ = washed(
        buy("old", 10, 200, -200), young, sell(10, 150, -2, lots={"young": 10}), sell(10, 100)
    )
    assert rows == [(0, 50), (0, -100)]
    assert washed(buy("old", 10, 200, -200), young, sell(20, 200))[0] == [(0, -100), (0, 0)]


def test_w10_fills_of_one_purchase_do_not_replace_each_other() -> None:
    fills = [buy(f"fill{n}", 10, 200, 0, acquisition="order 7") for n in range(3)]
    assert washed(*fills, sell(10, 100, 5))[0] == [(0, -100)]
    lax = Policy(wash=True, same_lot_ok=True)
    assert washed(*fills, sell(10, 100, 5), policy=lax)[0] == [(100, 0)]


def test_w11_a_gain_of_the_same_order_takes_nothing_off_a_washed_loss() -> None:
    rows, _ = washed(
        buy("dear", 10, 300, -200),
        buy("cheap", 10, 50, -199),
        sell(20, 400),
        buy("new", 10, 200, 1),
    )
    assert rows == [(100, 0), (0, 150)]


def test_w12_every_account_of_the_group_counts() -> None:
    rows, basis = washed(
        buy("old", 10, 200, -200), sell(10, 100), buy("new", 10, 90, 3, account="trust")
    )
    assert rows == [(100, 0)]
    assert basis == {"new": 190}


def test_w13_an_ira_destroys_the_loss_once() -> None:
    events = (
        buy("old", 10, 200, -200),
        buy("old2", 10, 200, -199),
        buy("ira", 10, 90, -3, account="ira"),
        sell(10, 100),
        sell(10, 100, 1),
    )
    book = play(events, "FIFO", WASH)
    assert [(int(r.disallowed), int(r.lost)) for r in realized(book)] == [(100, 100), (0, 0)]
    assert [int(lot.basis) for lot in open_lots(book)] == [90]
    assert open_lots(book)[0].holding_from == DAY - timedelta(days=3)


def test_w13_iras_last_waits_for_a_taxable_purchase() -> None:
    events = (
        buy("old", 10, 200, -200),
        buy("ira", 10, 90, -3, account="ira"),
        sell(10, 100),
        buy("new", 4, 40, 5),
    )
    last = Policy(wash=True, iras=IRAS, ira_last=True)
    for policy, lost, basis in ((WASH, 100, 40), (last, 60, 80)):
        book = play(events, "FIFO", policy)
        assert [int(row.lost) for row in realized(book)] == [lost]
        assert [int(lot.basis) for lot in open_lots(book) if lot.lot == "new"] == [basis]
        assert [int(row.recognized) for row in realized(book)] == [0]


def test_w14_substantially_identical_securities_replace_each_other() -> None:
    events = (buy("old", 10, 200, -200), sell(10, 100), buy("new", 10, 90, 3, symbol="X.B"))
    assert washed(*events)[0] == [(0, -100)]
    same = Policy(wash=True, identical={"X": "acme", "X.B": "acme"})
    assert washed(*events, policy=same) == ([(100, 0)], {"new": 190})


def test_w14_what_came_out_of_a_merger_replaces_as_the_new_security() -> None:
    events = (
        buy("old", 10, 200, -200, symbol="Y"),
        buy("young", 10, 90, -5),
        Merger(date=DAY - timedelta(days=1), symbol="X", new_symbol="Y", new=1, old=2),
        sell(10, 100, symbol="Y", lots={"old": 10}),
    )
    assert washed(*events) == ([(50, -50)], {"young": 140})


def test_w15_a_gift_replaces_nothing() -> None:
    gift = buy("gift", 10, 90, 3, purchase=False)
    assert washed(buy("old", 10, 200, -200), sell(10, 100), gift)[0] == [(0, -100)]
    inherited = buy("gift", 10, 90, 3, acquired=DAY - timedelta(days=400))
    assert washed(buy("old", 10, 200, -200), sell(10, 100), inherited)[0] == [(0, -100)]


def test_w17_exempt_accounts_neither_wash_nor_replace() -> None:
    desk = Policy(wash=True, exempt=frozenset({"desk"}))
    own = (
        buy("old", 10, 200, -200, account="desk"),
        sell(10, 100, account="desk"),
        buy("new", 10, 90, 3),
    )
    assert washed(*own, policy=desk)[0] == [(0, -100)]
    other = (buy("old", 10, 200, -200), sell(10, 100), buy("new", 10, 90, 3, account="desk"))
    assert washed(*other, policy=desk)[0] == [(0, -100)]


def test_results_are_provisional_for_thirty_days_and_restated_by_a_replay() -> None:
    events = [buy("old", 10, 200, -200), sell(10, 100), buy("new", 10, 90, 3)]
    book = play(events[:2], "FIFO", WASH)
    assert len(provisional(book, DAY + timedelta(days=30))) == 1
    assert provisional(book, DAY + timedelta(days=31)) == []
    assert provisional(play(events, "FIFO", WASH), DAY) == []
    assert washed(*events)[0] == [(100, 0)]
    assert washed(*events[:2])[0] == [(0, -100)]  # the purchase was busted


def test_a_line_of_form_8949_is_a_sale_a_lot_and_a_term() -> None:
    book = play(
        [
            buy("old", 1, 200, -300),
            sell(1, 100),
            buy("new", 2, 200, 5),
            sell(2, 500, 100),
        ],
        "FIFO",
        WASH,
    )
    lines = summed(realized(book), by_sale)
    assert [(row.lot, row.term, int(row.quantity), int(row.recognized)) for row in lines] == [
        ("old", "S", 1, 0),
        ("new", "L", 1, 50),
        ("new", "S", 1, 150),
    ]


@pytest.mark.parametrize("wash", [True, False])
def test_without_the_policy_nothing_is_washed(wash: bool) -> None:
    events = (buy("old", 10, 200, -200), sell(10, 100), buy("new", 10, 90, 3))
    rows, _ = washed(*events, policy=Policy(wash=wash))
    assert rows == [(100 * wash, 100 * wash - 100)]


def test_w13_a_share_in_an_ira_is_not_used_for_two_losses_nor_after_it_was_sold() -> None:
    """Two shares in the IRA, one of them sold unused: one loss of the two is gone for good."""
    events = (
        buy("one", 1, 200, -200),
        buy("two", 1, 200, -199),
        buy("ira", 2, 180, -3, account="ira"),
        sell(1, 100, -1, account="ira"),
        sell(2, 200),
    )
    for ira_last in (False, True):
        book = play(events, "FIFO", Policy(wash=True, iras=IRAS, ira_last=ira_last))
        assert [int(row.lost) for row in realized(book)] == [0, 100, 0]
