"""Wash sales: section 1091 of the Internal Revenue Code and 26 CFR 1.1091-1 and -2.

The book is causal. A loss is matched with what was bought in the 30 days before it, when it is
booked; the rest of it waits, and each later purchase goes to the oldest loss that waits (W4). That
is the regulation's order, because a share can only replace after it was bought and before it is
sold (W9). A bust or a correction is a replay of the events without it.
"""

from bisect import bisect_left, bisect_right, insort
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from allocation.book import ZERO, Book, Gain, Loss, Lot, Piece, Sale, Short

#: W1: days before and after the date of the sale, both inclusive.
WINDOW = timedelta(days=30)


def wash(book: Book, sold: list[tuple[Gain, Piece]], disposed: date) -> None:
    """Match the losses of one sale with what replaces them; what was sold with it does not (W9).

    ``disposed`` is the date the window is around. Losses of one sale go by acquisition (W4).
    """
    if not book.policy.wash:
        return
    for row, part in sorted(sold, key=lambda pair: (pair[1].lot.acquired, pair[1].lot.sequence)):
        if row.gain < 0 and book.taxable(row.account):
            loss = Loss(
                row=row,
                date=disposed,
                symbol=part.lot.symbol,
                acquisition=part.lot.acquisition,
                holding_days=(disposed - row.holding_from).days,
                quantity=row.quantity,
                unit=-row.gain / row.quantity,
            )
            _look_back(book, loss)
            if loss.quantity:
                _wait(book, loss)


def _wait(book: Book, loss: Loss) -> None:
    insort(book.losses.setdefault(book.identity(loss.symbol), []), loss, key=_order)


def _order(loss: Loss) -> tuple[date, date]:
    """W4: by date of sale; of one day, whose order a date does not tell, by acquisition."""
    return loss.date, loss.row.acquired


def _look_back(book: Book, loss: Loss) -> None:
    """W2, W4: purchases of the 30 days before, still held, earliest acquisition first."""
    lots = book.bought.get(book.identity(loss.symbol), [])
    first = bisect_left(lots, loss.date - WINDOW, key=lambda lot: lot.acquired)
    last = bisect_right(lots, loss.date + WINDOW, key=lambda lot: lot.acquired)
    idle = []
    for lot in lots[first:last]:
        if not loss.quantity:
            break
        offer(book, loss, lot)
        if _used_up(book, lot):
            idle.append(lot)
    for lot in idle:
        lots.remove(lot)


def _used_up(book: Book, lot: Lot) -> bool:
    """Whether no share of a purchase will ever absorb anything again."""
    iras = book.policy.iras
    if any(not piece.absorbed and piece.account not in iras for piece in lot.pieces):
        return False
    return max(_gone(book, lot), lot.spent) >= lot.size


def bought(book: Book, lot: Lot) -> None:
    """Offer a purchase to the losses that wait for one, oldest first (W4)."""
    identity = book.identity(lot.symbol)
    insort(
        book.bought.setdefault(identity, []), lot, key=lambda each: (each.acquired, each.sequence)
    )
    losses = book.losses.get(identity, [])
    first = bisect_left(losses, lot.acquired - WINDOW, key=lambda loss: loss.date)
    last = bisect_right(losses, lot.acquired + WINDOW, key=lambda loss: loss.date)
    for loss in losses[first:last]:
        if _used_up(book, lot):
            break
        offer(book, loss, lot)
    book.losses[identity] = [
        *losses[:first],
        *(loss for loss in losses[first:last] if loss.quantity),
        *losses[last:],
    ]


def offer(book: Book, loss: Loss, lot: Lot) -> None:
    """Let shares of a purchase inside the window absorb what they can of a loss (W3, W5)."""
    if lot.acquisition == loss.acquisition and not book.policy.same_lot_ok:
        return  # W10: shares of one acquisition do not replace each other
    # Within a purchase by account, then as they would be sold. Absorbing cuts pieces, hence a copy.
    for piece in sorted(lot.pieces, key=lambda each: (each.account, *each.rank)):
        if not loss.quantity:
            return
        if piece.account in book.policy.iras or piece.account in book.policy.exempt:
            continue
        if not piece.absorbed:
            _absorb(book, loss, piece)
    gone = _gone(book, lot)
    if gone < lot.size:
        loss.spare[lot] = gone
        if not book.policy.ira_last:
            quantity, lot.spent = _spend(loss.quantity, lot, gone, lot.spent)
            loss.row.disallowed += quantity * loss.unit
            loss.row.lost += quantity * loss.unit
            loss.quantity -= quantity


def _absorb(book: Book, loss: Loss, piece: Piece) -> None:
    """W6, W7: the loss goes into the basis, the holding period of what was sold comes with it.

    26 CFR 1.1091-2 puts it as old basis plus the new price less the sale price: the same sum.
    """
    quantity = min(loss.quantity, piece.quantity)
    part = book.cut(piece, quantity)
    part.basis += quantity * loss.unit
    part.absorbed = True
    if book.policy.tack:
        part.holding_from -= timedelta(days=loss.holding_days)
    loss.row.disallowed += quantity * loss.unit
    loss.quantity -= quantity


def _gone(book: Book, lot: Lot) -> Fraction:
    """Shares of a purchase that no IRA holds (any more)."""
    if not book.policy.iras:
        return lot.size
    return lot.size - sum((p.quantity for p in lot.pieces if p.account in book.policy.iras), ZERO)


def _spend(
    wanted: Fraction, lot: Lot, gone: Fraction, spent: Fraction
) -> tuple[Fraction, Fraction]:
    """W13: shares in an IRA destroy a loss; how many do, and how far the lot is then used up.

    Neither basis nor date changes (Rev. Rul. 2008-5). The shares of a lot are one row: the first
    are sold first and used first, so that none is used after it is sold (W9) or twice (W5).
    """
    start = max(gone, spent)
    quantity = min(wanted, lot.size - start)
    return quantity, start + quantity if quantity else spent


def wash_short(book: Book, row: Gain, closed: Short) -> None:
    """W16: a loss on closing a short is deferred by another short sale, or a plain one, in the window.

    1.1091-1(g) and section 1091(e): what the sale brought falls by the loss, whether it was short
    or of shares that were owned. Sales by date, short ones first.
    """
    if not book.policy.wash or row.gain >= 0 or not book.taxable(row.account):
        return
    loss = Loss(
        row=row,
        date=row.date,
        symbol=row.symbol,
        acquisition=closed.name,
        holding_days=0,
        quantity=row.quantity,
        unit=-row.gain / row.quantity,
    )
    book.short_losses.append(loss)
    others: list[Short | Sale] = [
        *(short for short in book.shorts if short is not closed),
        *book.sales,
    ]
    for one in sorted(others, key=_sold_on):
        offer_short(book, loss, one)


def _sold_on(one: Short | Sale) -> date:
    return one.opened if isinstance(one, Short) else one.row.date


def shorted(book: Book, short: Short) -> None:
    """Offer a new short sale to the losses on earlier ones, oldest first."""
    for loss in book.short_losses:
        offer_short(book, loss, short)


def sold(book: Book, rows: list[Gain]) -> None:
    """The same of a plain sale."""
    for row in rows:
        if book.policy.wash and book.taxable(row.account):
            sale = Sale(row, row.symbol, row.quantity)
            book.sales.append(sale)
            for loss in book.short_losses:
                offer_short(book, loss, sale)


def offer_short(book: Book, loss: Loss, sale: Short | Sale) -> None:
    """Move a short's loss into another sale of the window, each share of it once (W5)."""
    of = sale if isinstance(sale, Short) else sale.row
    near = abs(_sold_on(sale) - loss.date) <= WINDOW and book.taxable(of.account)
    if not near or book.identity(sale.symbol) != book.identity(loss.symbol):
        return
    if isinstance(sale, Short):
        quantity = min(loss.quantity, sale.quantity - sale.absorbed)
        sale.absorbed += quantity
        sale.reduction += quantity * loss.unit
    else:
        quantity = min(loss.quantity, sale.quantity)
        sale.quantity -= quantity
        sale.row.disallowed -= quantity * loss.unit
    loss.row.disallowed += quantity * loss.unit
    loss.quantity -= quantity


def rescale(book: Book, symbol: str, ratio: Fraction) -> None:
    """C4: after a split, losses and what absorbed them count in new shares."""
    identity = book.identity(symbol)
    losses = [*book.losses.get(identity, []), *book.short_losses]
    for lot in {*book.bought.get(identity, []), *(lot for loss in losses for lot in loss.spare)}:
        if lot.symbol == symbol:
            lot.size *= ratio
            lot.spent *= ratio
    for loss in losses:
        if loss.symbol == symbol:
            loss.quantity *= ratio
            loss.unit /= ratio
        for lot in loss.spare:
            if lot.symbol == symbol:
                loss.spare[lot] *= ratio
    for sale in book.sales:
        if sale.symbol == symbol:
            sale.quantity *= ratio


def exchange(book: Book, old: str, new: str) -> None:
    """After a merger, what waits for shares of the old security waits for the new one's."""
    waiting = book.losses.pop(book.identity(old), [])
    for loss in waiting:
        loss.symbol = new if loss.symbol == old else loss.symbol
        _wait(book, loss)
    others: list[Loss | Sale] = [*book.short_losses, *book.sales]
    for one in others:
        one.symbol = new if one.symbol == old else one.symbol


def realized(book: Book) -> list[Gain]:
    """Every disposal as the book stands, in order; copies.

    Where IRAs come last, what no taxable purchase has taken so far is lost to them here (W13).
    """
    copies = {row: replace(row) for row in book.gains}
    if book.policy.ira_last:
        spent: dict[Lot, Fraction] = {}
        for loss in (each for losses in book.losses.values() for each in losses):
            _ira_last(copies[loss.row], loss, spent)
    return list(copies.values())


def _ira_last(row: Gain, loss: Loss, spent: dict[Lot, Fraction]) -> None:
    left = loss.quantity
    for lot, gone in loss.spare.items():
        quantity, spent[lot] = _spend(left, lot, gone, spent.get(lot, ZERO))
        left -= quantity
        row.disallowed += quantity * loss.unit
        row.lost += quantity * loss.unit


def provisional(book: Book, today: date) -> list[Gain]:
    """Rows with a loss that a purchase up to their day 30 may still defer (W2)."""
    return [
        loss.row
        for losses in (*book.losses.values(), book.short_losses)
        for loss in losses
        if loss.quantity and today <= loss.date + WINDOW
    ]
