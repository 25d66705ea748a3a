"""Playing events into an exact book."""

from collections.abc import Callable, Iterable
from typing import Any

from allocation.book import Book
from allocation.corporate import distribute, exercise, merge, split
from allocation.lot_errors import LotDateError, MethodError
from allocation.lot_events import (
    Buy,
    BuyAcross,
    CloseShort,
    Distribution,
    Event,
    Exercise,
    Merger,
    Sell,
    SellShort,
    Split,
    Transfer,
)
from allocation.policy import Policy
from allocation.selection import KEYS
from allocation.shorting import close_short, cover, sell_short
from allocation.trading import buy, check_name, open_lot, sell, transfer


def buy_across(book: Book, event: BuyAcross) -> None:
    """T6: a buy that crosses zero closes and opens."""
    check_name(book, event.account, event.symbol, event.lot)
    quantity, amount = cover(book, event)
    if quantity:
        opened = Buy(
            date=event.date,
            account=event.account,
            symbol=event.symbol,
            lot=event.lot,
            quantity=quantity,
            amount=amount,
        )
        open_lot(book, opened, quantity, amount)


HANDLERS: dict[type[Any], Callable[[Book, Any], None]] = {
    Buy: buy,
    Sell: sell,
    Transfer: transfer,
    SellShort: sell_short,
    CloseShort: close_short,
    BuyAcross: buy_across,
    Split: split,
    Distribution: distribute,
    Exercise: exercise,
    Merger: merge,
}


def record(book: Book, event: Event) -> None:
    """Book one event.

    Raises:
        LotError: naming account and lot; the book is as it was.
    """
    if book.method not in KEYS:
        raise MethodError("*", event.symbol, book.method)
    if book.latest and event.date < book.latest:
        where = getattr(event, "account", "*")
        raise LotDateError(where, event.symbol, event.date, book.latest)
    HANDLERS[type(event)](book, event)
    book.latest = event.date
    book.event += 1


def play(events: Iterable[Event], method: str = "FIFO", policy: Policy | None = None) -> Book:
    """A book of these events by date, those of a day as given.

    A late trade, a bust or a correction is this again, with the list as it should have been.

    Raises:
        LotError: an event cannot be booked.
    """
    book = Book(method, policy or Policy())
    for event in sorted(events, key=lambda each: each.date):
        record(book, event)
    return book
