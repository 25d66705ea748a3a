"""Short sales in the exact book: section 1233 of the Internal Revenue Code, Publication 550.

S1: where identical property was held for a year or less on the short date, or was bought before
closing, a gain is short-term and the holding period of that property starts again at closing.
S2: where it was held longer on the short date, a loss is long-term. S3: else the delivered shares
decide. S4: what exceeds the identical quantity goes by the delivered shares too.
A constructive sale (section 1259, S5) is not booked: it is for a person to see.
"""

from datetime import date
from fractions import Fraction
from itertools import pairwise

from allocation.book import ZERO, Book, Gain, Lot, Piece, Short
from allocation.lot_errors import (
    DuplicateLotError,
    InsufficientError,
    LotQuantityError,
    UnknownLotError,
)
from allocation.lot_events import BuyAcross, CloseShort, SellShort
from allocation.selection import Disposal, Selected, select
from allocation.term import held_long
from allocation.wash import shorted, wash, wash_short


def sell_short(book: Book, event: SellShort) -> None:
    """Open a short lot; the holding period of identical young shares is suspended (S1)."""
    quantity = Fraction(event.quantity)
    if quantity <= 0:
        raise LotQuantityError(event.account, event.lot, quantity=quantity)
    if any(s.name == event.lot and s.account == event.account for s in book.shorts):
        raise DuplicateLotError(event.account, event.lot)
    book.sequence += 1
    short = Short(
        name=event.lot,
        account=event.account,
        symbol=event.symbol,
        opened=event.date,
        sequence=book.sequence,
        quantity=quantity,
        proceeds=Fraction(event.amount),
    )
    if book.taxable(event.account):
        _set_against(book, short)
    book.shorts.append(short)
    shorted(book, short)


def _set_against(book: Book, short: Short) -> None:
    """S1, S2: identical shares, young and old, on the day of a short sale."""
    old = -sum((s.old for s in _open_shorts(book, short.symbol)), ZERO)
    for piece in _identical(book, short.symbol):
        if not piece.against and held_long(piece.holding_from, short.opened):
            old += piece.quantity
        else:
            _suspend(book, piece, short)
    short.old = min(short.quantity, max(old, ZERO))


def suspend_purchase(book: Book, lot: Lot) -> None:
    """S1: shares bought while a short is open fall under it, as far as it still has room."""
    for short in _open_shorts(book, lot.symbol):
        for piece in list(lot.pieces):
            if book.taxable(piece.account):
                _suspend(book, piece, short)


def _open_shorts(book: Book, symbol: str) -> list[Short]:
    """Of accounts that section 1233 is for: no IRA, no dealer."""
    identity = book.identity(symbol)
    return [
        short
        for short in book.shorts
        if book.identity(short.symbol) == identity and book.taxable(short.account)
    ]


def _identical(book: Book, symbol: str) -> list[Piece]:
    """The taxpayer's identical shares in order of acquisition (1.1233-1(a)(5))."""
    identity = book.identity(symbol)
    pieces = [
        piece
        for piece in book.open_pieces()
        if book.identity(piece.lot.symbol) == identity and book.taxable(piece.account)
    ]
    return sorted(pieces, key=lambda p: (p.lot.acquired, p.lot.sequence, p.account, *p.rank))


def _suspend(book: Book, piece: Piece, short: Short) -> None:
    """S1, S4: no more shares than were sold short."""
    quantity = min(piece.quantity, short.quantity - short.recent)
    if quantity > 0 and piece.against is None:
        book.cut(piece, quantity).against = short
        short.recent += quantity


def close_short(book: Book, event: CloseShort) -> None:
    """Deliver shares of a named lot against a short."""
    short = _find(book, event)
    quantity = Fraction(event.quantity)
    disposal = Disposal(event.account, event.symbol, quantity, event.date, ZERO, book.policy)
    held = book.pieces(event.account, event.symbol)
    selected = select(held, disposal, "SPEC", {event.deliver: quantity})
    if quantity > short.quantity:
        raise InsufficientError(event.account, event.short, quantity - short.quantity)
    parts = _detach(book, short, selected)
    for part in parts:
        _close(book, short, part, event.date)
    own = sum((part.quantity for part in parts if part.against is short), ZERO)
    _resume(book, short, quantity - own, event.date)


def _find(book: Book, event: CloseShort) -> Short:
    for short in book.shorts:
        if (short.name, short.account, short.symbol) == (event.short, event.account, event.symbol):
            return short
    raise UnknownLotError(event.account, event.short)


def _detach(book: Book, short: Short, selected: Selected) -> list[Piece]:
    """Delivered shares, cut where S1 and S2 end (S4)."""
    parts, recent, old = [], short.recent, short.old
    for piece, quantity in selected:
        left = quantity
        while left:
            size = min([left, *(edge for edge in (recent, old) if edge)])
            parts.append(book.take(piece, size))
            recent, old = max(recent - size, ZERO), max(old - size, ZERO)
            left -= size
    return parts


def _close(book: Book, short: Short, part: Piece, closed: date) -> None:
    """Realize one part of a short, and wash its loss (W16)."""
    proceeds = short.proceeds * part.quantity / short.quantity
    reduced = min(part.quantity, short.absorbed)
    reduction = short.reduction * reduced / short.absorbed if reduced else ZERO
    row = Gain(
        event=book.event,
        date=closed,
        account=short.account,
        lot=short.name,
        symbol=short.symbol,
        acquired=part.lot.acquired,
        holding_from=part.holding_from,
        term="S",
        quantity=part.quantity,
        proceeds=proceeds - reduction,
        basis=part.basis,
    )
    long = held_long(part.holding_from, closed)
    if (row.gain > 0 and short.recent) or part.against:
        long = False
    if row.gain < 0 and short.old:
        long = True
    row.term = "L" if long else "S"
    book.gains.append(row)
    _shrink(book, short, part.quantity, proceeds, reduced, reduction)
    if part.lot.sequence < short.sequence:  # it was owned then: the short date counts
        wash(book, [(row, part)], short.opened)
    else:
        wash_short(book, row, short)


def _shrink(
    book: Book,
    short: Short,
    quantity: Fraction,
    proceeds: Fraction,
    absorbed: Fraction,
    reduction: Fraction,
) -> None:
    short.quantity -= quantity
    short.proceeds -= proceeds
    short.absorbed -= absorbed
    short.reduction -= reduction
    short.recent = max(short.recent - quantity, ZERO)
    short.old = max(short.old - quantity, ZERO)
    if not short.quantity:
        book.shorts.remove(short)


def _resume(book: Book, short: Short, quantity: Fraction, closed: date) -> None:
    """S1: suspended shares start a new holding period, as many as were closed, oldest first."""
    left = quantity
    for piece in _identical(book, short.symbol):
        if piece.against is short and left:
            part = book.cut(piece, min(left, piece.quantity))
            part.against, part.holding_from = None, closed
            left -= part.quantity


def cover(book: Book, event: BuyAcross) -> tuple[Fraction, Fraction]:
    """T6: close the account's shorts, oldest first; the quantity and the amount left over."""
    quantity, amount = Fraction(event.quantity), Fraction(event.amount)
    if quantity <= 0:
        raise LotQuantityError(event.account, event.lot, quantity=quantity)
    unit, left = amount / quantity, quantity
    for short in [s for s in book.shorts if (s.account, s.symbol) == (event.account, event.symbol)]:
        closing = min(left, short.quantity)
        if closing:
            _cover(book, short, event, closing, unit)
        left -= closing
    return left, unit * left


def _cover(book: Book, short: Short, event: BuyAcross, quantity: Fraction, unit: Fraction) -> None:
    lot = Lot(
        name=event.lot,
        symbol=event.symbol,
        acquired=event.date,
        booked=event.date,
        sequence=book.sequence,
        acquisition=f"cover {event.lot}",
        purchase=False,
        size=quantity,
    )
    edges = [edge for edge in (short.recent, short.old) if ZERO < edge < quantity]
    bounds = sorted({ZERO, quantity, *edges})
    for lower, upper in pairwise(bounds):
        size = upper - lower
        _close(
            book,
            short,
            Piece(lot, event.account, size, unit * size, event.date),
            event.date,
        )
    _resume(book, short, quantity, event.date)
