"""The exact book of one taxpayer group: its lots, share for share, and what it realized.

Everything is a Fraction: a third of a share and an average stay exact, and nothing is rounded
before it is shown. A lot is split into pieces where its shares differ (in account, basis, holding
period or wash state). :mod:`allocation.booking` plays events into a book.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from allocation.policy import Policy
from allocation.term import held_long

ZERO = Fraction(0)


@dataclass(slots=True, eq=False)
class Lot:
    """One purchase in one account, wherever its shares are now.

    ``size`` is what was bought, in today's shares; ``spent`` how far into them shares in an IRA have
    destroyed a loss (W13).
    """

    name: str
    symbol: str
    acquired: dt.date
    booked: dt.date
    sequence: int
    acquisition: str
    purchase: bool
    size: Fraction
    spent: Fraction = ZERO
    pieces: list["Piece"] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Piece:
    """Shares of one lot that have everything in common.

    ``holding_from`` is the acquisition date moved back by tacked days (W7); ``absorbed``: these
    shares have taken over a loss (W5); ``against``: an open short sale suspends their holding
    period (S1).
    """

    lot: Lot
    account: str
    quantity: Fraction
    basis: Fraction
    holding_from: dt.date
    absorbed: bool = False
    against: "Short | None" = None

    @property
    def rank(self) -> tuple[int, bool, bool]:
        """The order of shares of one lot in one account."""
        return self.holding_from.toordinal(), not self.absorbed, self.against is None


@dataclass(slots=True, eq=False)
class Short:
    """An open short sale.

    ``recent`` are the shares sold short while identical ones were held for a year or less, or
    bought before closing (S1); ``old`` those while identical ones were held longer (S2).
    """

    name: str
    account: str
    symbol: str
    opened: dt.date
    sequence: int
    quantity: Fraction
    proceeds: Fraction
    recent: Fraction = ZERO
    old: Fraction = ZERO
    absorbed: Fraction = ZERO
    reduction: Fraction = ZERO


@dataclass(slots=True, eq=False)
class Gain:
    """One disposal of one piece; a line of Form 8949 is the sum over a lot, sale and term.

    ``event`` numbers the event in the book. ``disallowed`` is the part of a loss that a wash sale
    defers, ``lost`` the part of it that is gone for good (W13). A sale that took over a short's loss
    has it below zero there (W16).
    """

    event: int
    date: dt.date
    account: str
    lot: str
    symbol: str
    acquired: dt.date
    holding_from: dt.date
    term: str
    quantity: Fraction
    proceeds: Fraction
    basis: Fraction
    disallowed: Fraction = ZERO
    lost: Fraction = ZERO

    @property
    def gain(self) -> Fraction:
        """Proceeds less basis, before section 1091."""
        return self.proceeds - self.basis

    @property
    def recognized(self) -> Fraction:
        """What counts this year: column h of Form 8949."""
        return self.gain + self.disallowed


@dataclass(slots=True, eq=False)
class Loss:
    """A loss that replacement shares may still absorb.

    ``quantity`` shares of ``symbol`` are not matched yet, each with ``unit`` lost; ``date`` is the date of
    disposal the window is around; ``spare``: lots in IRAs that could replace it, and how many
    shares of each were gone by then.
    """

    row: Gain
    date: dt.date
    symbol: str
    acquisition: str
    holding_days: int
    quantity: Fraction
    unit: Fraction
    spare: dict[Lot, Fraction] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Sale:
    """A plain sale that may take over a short's loss (W16): ``quantity`` shares of it have not yet."""

    row: Gain
    symbol: str
    quantity: Fraction


@dataclass(slots=True, eq=False)
class Book:
    """Lots, shorts, gains and pending losses of one taxpayer group under one policy.

    ``method`` is the standing method of relief. ``sequence`` numbers lots in order of booking.
    """

    method: str = "FIFO"
    policy: Policy = field(default_factory=Policy)
    latest: dt.date | None = None
    event: int = 0
    sequence: int = 0
    holdings: dict[tuple[str, str], dict[Lot, None]] = field(default_factory=dict)
    bought: dict[str, list[Lot]] = field(default_factory=dict)
    shorts: list[Short] = field(default_factory=list)
    gains: list[Gain] = field(default_factory=list)
    losses: dict[str, list[Loss]] = field(default_factory=dict)
    short_losses: list[Loss] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)

    def identity(self, symbol: str) -> str:
        """The group of securities substantially identical to ``symbol`` (W14)."""
        return self.policy.identical.get(symbol, symbol)

    def taxable(self, account: str) -> bool:
        """Whether wash sales concern the account as a seller."""
        return account not in self.policy.iras and account not in self.policy.exempt

    def pieces(self, account: str, symbol: str) -> list[Piece]:
        """What an account holds of a security, by lot in order of booking."""
        held = self.holdings.get((account, symbol), {})
        return [piece for lot in held for piece in lot.pieces if piece.account == account]

    def all_pieces(self, symbol: str) -> list[Piece]:
        """What all accounts hold of a security."""
        return [
            piece
            for account, held in list(self.holdings)
            if held == symbol
            for piece in self.pieces(account, symbol)
        ]

    def open_pieces(self) -> Iterator[Piece]:
        """Every open piece, by account, security and lot."""
        for account, symbol in sorted(self.holdings):
            yield from self.pieces(account, symbol)

    def place(self, piece: Piece) -> None:
        """Put a piece where its account holds it."""
        piece.lot.pieces.append(piece)
        self.holdings.setdefault((piece.account, piece.lot.symbol), {})[piece.lot] = None

    def take(self, piece: Piece, quantity: Fraction) -> Piece:
        """Detach ``quantity`` shares of a piece, with their part of the basis."""
        lot, basis = piece.lot, piece.basis * quantity / piece.quantity
        part = Piece(
            lot,
            piece.account,
            quantity,
            basis,
            piece.holding_from,
            piece.absorbed,
            piece.against,
        )
        piece.quantity -= quantity
        piece.basis -= basis
        if not piece.quantity:
            lot.pieces.remove(piece)
            if all(other.account != piece.account for other in lot.pieces):
                del self.holdings[piece.account, lot.symbol][lot]
        return part

    def cut(self, piece: Piece, quantity: Fraction) -> Piece:
        """Make ``quantity`` shares of an open piece an open piece of their own."""
        if quantity == piece.quantity:
            return piece
        part = self.take(piece, quantity)
        part.lot.pieces.insert(part.lot.pieces.index(piece), part)
        return part

    def realize(self, part: Piece, disposed: dt.date, proceeds: Fraction) -> Gain:
        """Write down the disposal of detached shares (T9); a suspended holding is none (S1)."""
        since = disposed if part.against else part.holding_from
        row = Gain(
            event=self.event,
            date=disposed,
            account=part.account,
            lot=part.lot.name,
            symbol=part.lot.symbol,
            acquired=part.lot.acquired,
            holding_from=since,
            term="L" if held_long(since, disposed) else "S",
            quantity=part.quantity,
            proceeds=proceeds,
            basis=part.basis,
        )
        self.gains.append(row)
        return row
