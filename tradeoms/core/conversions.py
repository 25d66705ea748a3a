"""Corporate actions on whole units and cents: each lot by itself, its dates kept (C1 to C4).

`allocation.corporate` does the same in fractions; a test plays both.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np

from tradeoms.core.effects import MILLIONTHS, Effects, Held, by_account, counted, held
from tradeoms.core.matching import WINDOW, between
from tradeoms.core.ratios import divided
from tradeoms.model import events as e
from tradeoms.model.lot_actions import ActionKind, CorporateAction, LotAction
from tradeoms.model.state import State


def ratio_of(state: State, terms: CorporateAction) -> Fraction:
    """New units for one old unit."""
    new = Fraction(terms.new) / Fraction(terms.old)
    if terms.kind is ActionKind.StockDividend:
        return 1 + new
    to = state.instruments[terms.new_instrument or terms.instrument]
    return new * Fraction(10) ** (to.qty_scale - state.instruments[terms.instrument].qty_scale)


def part_of(state: State, terms: CorporateAction) -> Fraction:
    """How much of the basis goes over to new shares: by value, unless it is given (C3)."""
    if terms.basis_percent is not None:
        return Fraction(terms.basis_percent) / 100
    assert terms.value_old is not None
    assert terms.value_new is not None
    new = Fraction(terms.value_new) * Fraction(terms.new) / Fraction(terms.old)
    return new / (Fraction(terms.value_old) + new)


def rounded(value: Fraction) -> int:
    """A half away from zero."""
    return between(value.numerator, 0, 1, value.denominator)


def convert(state: State, action: LotAction) -> e.LotsConverted:
    """What a corporate action does to every lot that is open, long and short."""
    terms = action.terms
    assert isinstance(terms, CorporateAction)
    made = _Made(state, action, terms)
    WORK[terms.kind](made)
    return made.effects.event()


class _Made:
    """An action on its way through the lots."""

    def __init__(self, state: State, action: LotAction, terms: CorporateAction) -> None:
        self.state, self.terms, self.effects = state, terms, Effects(state, action)
        self.old = state.instrument_axis.index[terms.instrument]
        self.new = state.instrument_axis.index[terms.new_instrument or terms.instrument]

    def lots(self) -> list[Held]:
        """Every open lot, by account and side, the oldest first."""
        lots = self.state.lots
        open_ = (lots["instrument"] == self.old) & (lots["remaining"] > 0)
        numbers = np.flatnonzero(open_)
        keys = ("root", "acquired", "short", "account")
        return held(
            self.state, numbers[np.lexsort([numbers, *(lots[key][numbers] for key in keys)])]
        )

    def worth(self, units: Fraction, price: Decimal, old: bool) -> Fraction:
        """Units at a price a share, in cents."""
        terms = self.terms
        name = terms.instrument if old else terms.new_instrument or terms.instrument
        instrument = self.state.instruments[name]
        value = Fraction(price) * Fraction(instrument.multiplier) * 100
        return units * value / Fraction(10**instrument.qty_scale)

    def become(self, lots: list[Held], replaces: bool = True) -> None:
        """Lots of one account in new units; the fraction is sold (C2)."""
        ratio = ratio_of(self.state, self.terms)
        shares = divided(
            [one.units for one in lots],
            [one.money for one in lots],
            ratio.numerator,
            ratio.denominator,
        )
        for one, units, (basis, added, markdown) in zip(
            lots, shares.units, shares.values, strict=True
        ):
            if units:
                may = one.replaces if replaces else 0
                got = replace(one, units=units, basis=basis, added=added, markdown=markdown)
                self.effects.open(replace(got, replaces=may), self.new)
        if shares.sold:
            self._sell_fraction(lots, shares.sold, ratio.denominator)

    def _sell_fraction(
        self, lots: list[Held], sold: list[tuple[int, int, tuple[int, ...]]], unit: int
    ) -> None:
        parts = sum(part for _, part, _ in sold)
        price = self.terms.fraction_price
        total = rounded(self.worth(Fraction(parts, unit), price or Decimal(0), old=False))
        done = 0
        for n, part, (basis, added, markdown) in sold:
            one = replace(lots[n], basis=basis, added=added, markdown=markdown)
            paid = between(total, done, done + part, parts)
            done += part
            millionths = rounded(Fraction(part * MILLIONTHS, unit))
            own = counted(one, paid)
            self.effects.realize(one, self.new, paid, own, fraction=millionths)


def _split(made: _Made) -> None:
    """Also a stock dividend: more or fewer shares for the same basis."""
    for lots in by_account(made.lots()):
        for one in lots:
            made.effects.close(one, made.old)
        made.become(lots)
    _rescale(made)


def _rescale(made: _Made) -> None:
    """C4: losses that wait for a purchase count in new shares."""
    table, ratio = made.state.realized, ratio_of(made.state, made.terms)
    waits = (table["instrument"] == made.old) & (table["gain"] < 0)
    waits &= (table["matched"] < table["units"]) & (table["sold"] >= made.effects.day - WINDOW)
    rows = np.flatnonzero(waits)
    if not len(rows):
        return
    old = {name: table[name][rows].tolist() for name in ("units", "matched")}
    made.effects.losses = {
        "rows": tuple(rows.tolist()),
        "units": tuple(int(n * ratio) for n in old["units"]),
        "matched": tuple(int(n * ratio) for n in old["matched"]),
        "old_units": tuple(old["units"]),
        "old_matched": tuple(old["matched"]),
    }


def _merger(made: _Made) -> None:
    """Shares for shares; cash is taxed up to the gain, a loss is not recognized (356, 358)."""
    terms = made.terms
    if terms.taxable or not terms.new:
        return _sale(made)
    for lots in by_account(made.lots()):
        paid = _cash(made, lots)
        rest = []
        for one, cash in zip(lots, paid, strict=True):
            made.effects.close(one, made.old)
            rest.append(replace(one, basis=one.basis - _boot(made, one, cash)))
        made.become(rest)
    return _rescale(made)


def _cash(made: _Made, lots: list[Held]) -> list[int]:
    """An account's cash by lot, to the cent."""
    units = sum(one.units for one in lots)
    total = rounded(made.worth(Fraction(units), made.terms.cash, old=True))
    done, parts = 0, []
    for one in lots:
        parts.append(between(total, done, done + one.units, units))
        done += one.units
    return parts


def _received(made: _Made, one: Held) -> int:
    """Cents that the new shares of a lot are worth."""
    units = one.units * ratio_of(made.state, made.terms)
    return rounded(made.worth(units, made.terms.price or Decimal(0), old=False))


def _boot(made: _Made, one: Held, cash: int) -> int:
    """Cents by which the basis falls; the gain is booked. What a short pays lowers what it brought."""
    if not cash:
        return 0
    gain = 0 if one.short else min(cash, max(cash + _received(made, one) - one.basis, 0))
    made.effects.realize(
        replace(one, markdown=0), made.old, cash, cash if one.short else cash - gain, one.units
    )
    return cash - gain


def _sale(made: _Made) -> None:
    """For cash, or taxable: old shares are sold, new ones bought for what they are worth."""
    for lots in by_account(made.lots()):
        bought = []
        for one, cash in zip(lots, _cash(made, lots), strict=True):
            value = _received(made, one) if made.terms.new else 0
            made.effects.close(one, made.old)
            made.effects.realize(one, made.old, cash + value, counted(one, cash + value), one.units)
            # Shares were the price, not money.
            back = value if one.short else -value
            made.effects.move(one.account, made.old, 0, back, made.terms.payable)
            bought.append(_bought(made, one, value))
        if made.terms.new:
            made.become(bought)


def _bought(made: _Made, one: Held, basis: int) -> Held:
    day, first = made.effects.day, made.state.lots.size
    return replace(
        one,
        basis=basis,
        added=0,
        markdown=0,
        given=0,
        replaces=1,
        acquired=day,
        holding_from=day,
        root=one.root,
        acquisition=first,
    )


def _distribution(made: _Made) -> None:
    """A spin-off, another class, rights: basis divided, dates kept; no purchase (W15)."""
    part = part_of(made.state, made.terms)
    for lots in by_account(made.lots()):
        taken = []
        for one in lots:
            made.effects.close(one, made.old)
            basis, added, markdown = (rounded(cents * part) for cents in one.money)
            taken.append(replace(one, basis=basis, added=added, markdown=markdown))
            left = replace(one, basis=one.basis - basis, added=one.added - added)
            made.effects.open(replace(left, markdown=one.markdown - markdown), made.old)
        made.become(taken, replaces=False)


def _exercise(made: _Made) -> None:
    """Rights become a purchase of today: basis is the price and the rights'."""
    terms, state = made.terms, made.state
    assert terms.quantity is not None
    account = state.account_axis.index[terms.account]
    left = state.instruments[terms.instrument].units(terms.quantity)
    basis, used = 0, 0
    for one in made.lots():
        if one.account != account or one.short or not left:
            continue
        (some,) = held(state, np.array([one.lot]), np.array([min(one.units, left)]))
        made.effects.close(some, made.old)
        basis, used, left = basis + some.basis, used + some.units, left - some.units
    units = int(used * ratio_of(state, terms))
    if not units:
        return
    paid = rounded(made.worth(Fraction(units), terms.price or Decimal(0), old=False))
    number, day = state.lots.size, made.effects.day
    lot = Held(
        lot=number,
        account=account,
        short=0,
        units=units,
        basis=basis + paid,
        added=0,
        markdown=0,
        acquired=day,
        holding_from=day,
        root=number,
        acquisition=number,
        replaces=1,
        given=0,
    )
    made.effects.open(lot, made.new, own=True)
    made.effects.move(account, made.new, 0, -paid, terms.payable)


WORK: dict[ActionKind, Callable[[_Made], None]] = {
    ActionKind.Split: _split,
    ActionKind.StockDividend: _split,
    ActionKind.Merger: _merger,
    ActionKind.SpinOff: _distribution,
    ActionKind.Rights: _distribution,
    ActionKind.Exercise: _exercise,
}
