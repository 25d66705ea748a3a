"""Buys, sells and transfers in the exact book."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from allocation.book import ZERO, Book, Gain, Lot, Piece
from allocation.lot_errors import DuplicateLotError, LotDateError, LotError, LotQuantityError
from allocation.lot_events import Buy, Exact, Sell, Transfer
from allocation.selection import Disposal, select
from allocation.shorting import suspend_purchase
from allocation.wash import bought, sold, wash


def buy(book: Book, event: Buy) -> None:
    """Open a lot; it may replace shares sold at a loss, and fall under an open short."""
    acquired = event.acquired or event.date
    if acquired > event.date:
        raise LotDateError(event.account, event.lot, event.date, acquired)
    open_lot(book, event, Fraction(event.quantity), Fraction(event.amount))


def open_lot(book: Book, event: Buy, quantity: Fraction, basis: Fraction) -> None:
    """Put a new lot into the book, or refuse it."""
    if quantity <= 0:
        raise LotQuantityError(event.account, event.lot, quantity=quantity)
    check_name(book, event.account, event.symbol, event.lot)
    acquired = event.acquired or event.date
    book.sequence += 1
    lot = Lot(
        name=event.lot,
        symbol=event.symbol,
        acquired=acquired,
        booked=event.date,
        sequence=book.sequence,
        acquisition=event.acquisition or f"#{book.sequence}",
        purchase=event.purchase,
        size=quantity,
    )
    book.place(Piece(lot, event.account, quantity, basis, acquired))
    if event.purchase and book.policy.wash:
        bought(book, lot)
    suspend_purchase(book, lot)


def check_name(book: Book, account: str, symbol: str, name: str) -> None:
    """Refuse a lot whose name an open lot of the account has."""
    if any(lot.name == name for lot in book.holdings.get((account, symbol), {})):
        raise DuplicateLotError(account, name)


def sell(book: Book, event: Sell) -> None:
    """Relieve long lots by the lots named in time (T3), else by the method."""
    quantity, lots = Fraction(event.quantity), event.lots
    if event.identified and event.settle and event.identified > event.settle:
        lots = None
    rows = dispose(
        book,
        event.account,
        event.symbol,
        quantity,
        Fraction(event.amount),
        event.date,
        event.method or book.method,
        lots,
    )
    sold(book, rows)


def dispose(
    book: Book,
    account: str,
    symbol: str,
    quantity: Fraction,
    amount: Fraction,
    disposed: date,
    method: str,
    lots: Mapping[str, Exact] | None = None,
) -> list[Gain]:
    """Sell ``quantity`` for ``amount`` in all: select, average where asked, realize, wash."""
    price = amount / quantity if quantity > 0 else ZERO
    disposal = Disposal(account, symbol, quantity, disposed, price, book.policy)
    held = pool(book, account, symbol, method)
    selected = select(held, disposal, method, lots)
    if method.startswith("AVG") and not lots:
        average(held)
    parts = [book.take(piece, each) for piece, each in selected]
    rows = [book.realize(part, disposed, amount * part.quantity / quantity) for part in parts]
    wash(book, list(zip(rows, parts, strict=True)), disposed)
    return rows


def pool(book: Book, account: str, symbol: str, method: str) -> list[Piece]:
    """The pieces a sale chooses from: the account's (T2), or everybody's where the policy says."""
    if book.policy.scope == "global" or method == "AVG_ALL":
        return book.all_pieces(symbol)
    return book.pieces(account, symbol)


def average(pieces: list[Piece]) -> None:
    """T7: every share of a pool gets the pool's average basis, exactly; dates stay."""
    unit = sum((p.basis for p in pieces), ZERO) / sum((p.quantity for p in pieces), ZERO)
    for piece in pieces:
        piece.basis = unit * piece.quantity


def transfer(book: Book, event: Transfer) -> None:
    """Move lots, with their dates, basis and wash state, to another account of the group.

    An average is struck before (1.1012-1(e)).
    """
    if event.to == event.account:
        raise LotError(event.account, event.symbol, "a transfer needs another account")
    method = event.method or book.method
    if method.startswith("AVG"):
        average(pool(book, event.account, event.symbol, method))
    if method == "MINTAX":  # a transfer has no price that could be a gain or a loss
        method = "FIFO"
    quantity = Fraction(event.quantity)
    disposal = Disposal(event.account, event.symbol, quantity, event.date, ZERO, book.policy)
    for piece, each in select(
        book.pieces(event.account, event.symbol), disposal, method, event.lots
    ):
        part = book.take(piece, each)
        part.account = event.to
        book.place(part)
