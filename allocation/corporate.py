"""Corporate actions in the exact book: each lot by itself, dates kept (C1)."""

from bisect import insort
from fractions import Fraction

from allocation.book import ZERO, Book, Lot, Piece
from allocation.lot_errors import InsufficientError, LotError, LotQuantityError
from allocation.lot_events import Buy, Distribution, Exercise, Merger, Split
from allocation.selection import Disposal, select
from allocation.trading import dispose, open_lot
from allocation.wash import exchange, rescale

#: Where no single account is at fault.
ALL = "*"


def split(book: Book, event: Split) -> None:
    """C1, C4: more or fewer shares for the same basis, on both sides of the book."""
    new, old = Fraction(event.new), Fraction(event.old)
    if new <= 0 or old <= 0:
        raise LotQuantityError(ALL, event.symbol, new=new, old=old)
    ratio, fractions = new / old, _fractions(book, event, new / old)
    for piece in book.all_pieces(event.symbol):
        piece.quantity *= ratio
    for short in book.shorts:
        if short.symbol == event.symbol:
            for name in ("quantity", "recent", "old", "absorbed"):
                setattr(short, name, getattr(short, name) * ratio)
    rescale(book, event.symbol, ratio)
    _sell_fractions(book, event, fractions)


def _fractions(book: Book, event: Split, ratio: Fraction) -> dict[str, Fraction]:
    """Account -> the fraction of a share it would be left with, if that is paid in cash."""
    if event.cash_in_lieu is None:
        return {}
    totals: dict[str, Fraction] = {}
    for piece in book.all_pieces(event.symbol):
        totals[piece.account] = totals.get(piece.account, ZERO) + piece.quantity * ratio
    fractions = {account: total % 1 for account, total in totals.items() if total % 1}
    if not fractions:
        raise LotError(ALL, event.symbol, "cash in lieu, but no fraction of a share")
    return fractions


def _sell_fractions(book: Book, event: Split, fractions: dict[str, Fraction]) -> None:
    """C2: the fraction is sold; its basis is its part of the basis by shares."""
    total = sum(fractions.values(), ZERO)
    for account, fraction in sorted(fractions.items()):
        amount = Fraction(event.cash_in_lieu or 0) * fraction / total
        dispose(book, account, event.symbol, fraction, amount, event.date, book.method)


def distribute(book: Book, event: Distribution) -> None:
    """C3: basis of each lot divided by relative value between the old and the new security."""
    quantity, value_old, value_new = (
        Fraction(event.quantity),
        Fraction(event.value_old),
        Fraction(event.value_new),
    )
    if min(quantity, value_old, value_new) <= 0:
        raise LotQuantityError(
            ALL, event.symbol, quantity=quantity, value_old=value_old, value_new=value_new
        )
    pieces = book.all_pieces(event.symbol)
    held = sum((piece.quantity for piece in pieces), ZERO)
    if not held:
        raise InsufficientError(ALL, event.symbol, quantity)
    lots: dict[Lot, Lot] = {}
    for piece in pieces:
        part = quantity * piece.quantity / held
        moved = piece.basis * value_new * part
        moved /= value_old * piece.quantity + value_new * part
        lot = lots.get(piece.lot) or lots.setdefault(piece.lot, _derived(book, event, piece.lot))
        lot.size += part
        piece.basis -= moved
        book.place(
            Piece(lot, piece.account, part, moved, piece.holding_from, absorbed=piece.absorbed)
        )


def _derived(book: Book, event: Distribution, old: Lot) -> Lot:
    """A lot that came out of another without a purchase (W15); it keeps the dates (C1)."""
    book.sequence += 1
    return Lot(
        name=old.name + event.suffix,
        symbol=event.new_symbol,
        acquired=old.acquired,
        booked=event.date,
        sequence=book.sequence,
        acquisition=old.acquisition,
        purchase=False,
        size=ZERO,
    )


def exercise_unit_basis(book: Book, rights: str, price: Fraction) -> Fraction:
    """Basis of one share got by exercising a right now: the price and the right's basis.

    Raises:
        InsufficientError: there are no such rights.
    """
    pieces = book.all_pieces(rights)
    held = sum((piece.quantity for piece in pieces), ZERO)
    if not held:
        raise InsufficientError(ALL, rights, Fraction(1))
    return price + sum((piece.basis for piece in pieces), ZERO) / held


def exercise(book: Book, event: Exercise) -> None:
    """Rights become a new lot: basis is price and the rights' basis, held from today."""
    held = book.pieces(event.account, event.rights)
    total = sum((piece.quantity for piece in held), ZERO)
    quantity = total if event.quantity is None else Fraction(event.quantity)
    disposal = Disposal(event.account, event.rights, quantity, event.date, ZERO, book.policy)
    selected = select(held, disposal, "FIFO", None)
    basis = sum((p.basis * each / p.quantity for p, each in selected), ZERO)
    new = Buy(
        date=event.date,
        account=event.account,
        symbol=event.symbol,
        lot=event.lot,
        quantity=quantity,
        amount=quantity * Fraction(event.price) + basis,
    )
    open_lot(book, new, quantity, Fraction(new.amount))
    for piece, each in selected:
        book.take(piece, each)


def merge(book: Book, event: Merger) -> None:
    """Every lot becomes one of the new security; cash is taxed up to the gain (356, 358)."""
    new, old = Fraction(event.new), Fraction(event.old)
    cash, price = Fraction(event.cash), Fraction(event.price)
    if new <= 0 or old <= 0 or cash < 0 or (cash and price <= 0):
        raise LotQuantityError(ALL, event.symbol, new=new, old=old, cash=cash, price=price)
    if any(short.symbol == event.symbol for short in book.shorts):
        raise LotError(ALL, event.symbol, "close the shorts before the merger")
    for piece in book.all_pieces(event.symbol):
        if cash:
            _pay(book, event, piece, cash * piece.quantity, price * piece.quantity * new / old)
        piece.quantity *= new / old
    rescale(book, event.symbol, new / old)
    _rename(book, event)


def _pay(book: Book, event: Merger, piece: Piece, cash: Fraction, received: Fraction) -> None:
    gain = min(cash, max(cash + received - piece.basis, ZERO))
    paid = Piece(piece.lot, piece.account, piece.quantity, cash - gain, piece.holding_from)
    book.realize(paid, event.date, cash)
    piece.basis -= cash - gain


def _rename(book: Book, event: Merger) -> None:
    for account, symbol in list(book.holdings):
        if symbol == event.symbol:
            held = book.holdings.pop((account, symbol))
            book.holdings.setdefault((account, event.new_symbol), {}).update(held)
            for lot in held:
                lot.symbol = event.new_symbol
    exchange(book, event.symbol, event.new_symbol)
    before, after = book.identity(event.symbol), book.identity(event.new_symbol)
    if before != after:
        lots = book.bought.get(before, [])
        book.bought[before] = [lot for lot in lots if lot.symbol != event.new_symbol]
        for lot in lots:
            if lot.symbol == event.new_symbol:
                index = book.bought.setdefault(after, [])
                insort(index, lot, key=lambda each: (each.acquired, each.sequence))
