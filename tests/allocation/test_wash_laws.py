"""Wash sales: what holds for every history (W18, W5, C4), against two other ways to reckon it."""

from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from allocation.book import Book
from allocation.booking import play, record
from allocation.lot_events import Buy, Event, Sell, Split, Transfer
from allocation.policy import Policy
from allocation.selection import KEYS
from allocation.statements import OpenLot, open_lots, summed
from allocation.wash import realized
from tests.allocation.ledgers import IRAS, ledgers
from tests.allocation.shares import Shares

WASH = Policy(wash=True, iras=IRAS)
METHODS = ("FIFO", "LIFO", "HIFO", "LOFO", "HIGHEST_COST", "MINTAX", "AVG", "AVG_ALL")


def test_every_method_is_held_to_the_law() -> None:
    assert {*METHODS, "SPEC"} == KEYS.keys()


def bookable(events: list[Event], method: str) -> list[Event]:
    """One pool over all accounts leaves no telling what an account can still transfer."""
    return [e for e in events if method != "AVG_ALL" or not isinstance(e, Transfer)]


def economic(events: list[Event]) -> Fraction:
    """What came in less what went out, from the events alone."""
    bought = sum(Fraction(e.amount) for e in events if isinstance(e, Buy))
    sold = sum(Fraction(e.amount) for e in events if isinstance(e, Sell))
    return Fraction(sold - bought)


@given(
    ledgers(splits=True),
    st.sampled_from(METHODS),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_w18_nothing_is_lost_but_to_iras(
    events: list[Event], method: str, ira_last: bool, same_lot_ok: bool, tack: bool
) -> None:
    policy = Policy(wash=True, iras=IRAS, ira_last=ira_last, same_lot_ok=same_lot_ok, tack=tack)
    events = bookable(events, method)
    book = play(events, method, policy)
    rows, lots = realized(book), open_lots(book)
    recognized = sum((row.recognized for row in rows), Fraction(0))
    lost = sum((row.lost for row in rows), Fraction(0))
    still = sum((lot.basis for lot in lots), Fraction(0))
    assert recognized == economic(events) + still + lost
    for name in ("quantity", "proceeds", "basis", "disallowed", "lost"):
        sums = (
            sum((getattr(row, name) for row in each), Fraction(0)) for each in (rows, summed(rows))
        )
        assert len(set(sums)) == 1
    for row in rows:
        assert 0 <= row.lost <= row.disallowed <= max(-row.gain, 0)


@given(ledgers(splits=True), st.booleans(), st.data())
def test_w18_whatever_lots_are_named(
    events: list[Event], ira_last: bool, data: st.DataObject
) -> None:
    book = Book("SPEC", Policy(wash=True, iras=IRAS, ira_last=ira_last))
    for event in events:
        if isinstance(event, Sell):
            record(book, replace(event, lots=named(book, event, data)))
        else:
            record(book, event)
    rows, lots = realized(book), open_lots(book)
    recognized = sum((row.recognized for row in rows), Fraction(0))
    lost = sum((row.lost for row in rows), Fraction(0))
    assert recognized == economic(events) + sum((lot.basis for lot in lots), Fraction(0)) + lost


def named(book: Book, event: Sell, data: st.DataObject) -> dict[str, Fraction]:
    """Lots of the account in any order, as many as the sale takes."""
    held: Counter[str] = Counter()
    for piece in book.pieces(event.account, event.symbol):
        held[piece.lot.name] += piece.quantity  # type: ignore[assignment]
    chosen, left = {}, Fraction(event.quantity)
    for name in data.draw(st.permutations(sorted(held))):
        if left:
            chosen[name] = min(left, Fraction(held[name]))
            left -= chosen[name]
    return chosen


@given(ledgers(most=20, step=12), st.booleans())
def test_agrees_with_a_book_of_single_shares(events: list[Event], ira_last: bool) -> None:
    policy = Policy(wash=True, iras=IRAS, ira_last=ira_last)
    book, shares = play(events, "FIFO", policy), Shares(policy).play(events)
    rows = realized(book)
    assert sum((row.recognized for row in rows), Fraction(0)) == shares.recognized
    assert sum((row.lost for row in rows), Fraction(0)) == shares.lost
    assert max((share.losses for share in shares.shares), default=0) <= 1
    theirs: Counter[tuple[str, str, date]] = Counter()
    basis: Counter[tuple[str, str, date]] = Counter()
    for share in shares.shares:
        if not share.sold:
            theirs[share.account, share.lot, share.since] += 1
            basis[share.account, share.lot, share.since] += share.basis  # type: ignore[assignment]
    ours = {(x.account, x.lot, x.holding_from): (x.quantity, x.basis) for x in open_lots(book)}
    assert ours == {key: (count, basis[key]) for key, count in theirs.items()}


@given(ledgers(splits=True), st.sampled_from(METHODS))
def test_lots_add_up_to_the_position_and_replays_agree(events: list[Event], method: str) -> None:
    events = bookable(events, method)
    book = play(events, method, WASH)
    bought: Counter[str] = Counter()
    for event in events:
        match event:
            case Buy():
                bought[event.account] += event.quantity  # type: ignore[assignment]
            case Split():
                for account in bought:
                    bought[account] = bought[account] * event.new / event.old  # type: ignore
            case Sell() if method != "AVG_ALL":
                bought[event.account] -= event.quantity  # type: ignore[assignment]
            case Sell():
                bought["all"] -= event.quantity  # type: ignore[assignment]
    lots = open_lots(book)
    assert sum((lot.quantity for lot in lots), Fraction(0)) == sum(bought.values())
    again = play(events, method, WASH)
    assert open_lots(again) == lots
    assert [str(row) for row in realized(again)] == [str(row) for row in realized(book)]


@given(ledgers(), st.integers(2, 5), st.data(), st.booleans())
def test_c4_a_split_moves_no_money_and_no_date(
    events: list[Event], ratio: int, data: st.DataObject, ira_last: bool
) -> None:
    """Split anywhere: as if nothing had happened and all later trades were in new shares."""
    policy = Policy(wash=True, iras=IRAS, ira_last=ira_last)
    at = data.draw(st.integers(1, len(events)))
    plain, book = play(events, "FIFO", policy), Book("FIFO", policy)
    for event in events[:at]:
        record(book, event)
    record(book, Split(date=events[at - 1].date, symbol="X", new=ratio, old=1))
    for event in events[at:]:
        record(book, _in_new_shares(event, ratio))
    assert [_scaled(lot, 1) for lot in open_lots(book)] == [
        _scaled(lot, ratio) for lot in open_lots(plain)
    ]
    money = [(row.recognized, row.disallowed, row.lost, row.term) for row in realized(plain)]
    assert [(r.recognized, r.disallowed, r.lost, r.term) for r in realized(book)] == money


def _in_new_shares(event: Event, ratio: int) -> Event:
    fields = {name: getattr(event, name) for name in event.__slots__}
    return type(event)(**{**fields, "quantity": fields["quantity"] * ratio})


def _scaled(lot: OpenLot, ratio: int) -> tuple[object, ...]:
    return lot.account, lot.lot, lot.holding_from, lot.quantity * ratio, lot.basis
