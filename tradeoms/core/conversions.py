"""Corporate actions on whole units and cents: each lot by itself, its dates kept (C1 to C4).

`allocation.corporate` does the same in fractions; a test plays both.
"""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, lcm

import numpy as np
from msgspec.structs import replace

from allocation.exact import LIMIT, Mask
from tradeoms.core.average_basis import evened, is_even
from tradeoms.core.commissions import half_up
from tradeoms.core.converted import RESCALED, counted_in
from tradeoms.core.effects import MILLIONTHS, MONEY, Effects, Holding, holding
from tradeoms.core.matching import WINDOW, between
from tradeoms.core.ratios import Shares, Whole, along, divided, portion, sums
from tradeoms.model import events as e
from tradeoms.model.columns import Int64s
from tradeoms.model.lot_actions import ActionKind, CorporateAction, LotAction
from tradeoms.model.state import State

#: Parts of a share in which losses wait, at most.
FINEST = 10**6


def ratio_of(state: State, terms: CorporateAction) -> Fraction:
    """New units for one old unit."""
    if terms.kind in (ActionKind.Split, ActionKind.StockDividend):
        return terms.shares
    new = Fraction(terms.new) / Fraction(terms.old)
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
        self.averaging = state.account_axis.numbers(action.averaging)

    def lots(self) -> Holding:
        """Every open lot, by account and side, the oldest first."""
        lots = self.state.lots
        open_ = (lots["instrument"] == self.old) & (lots["remaining"] > 0)
        numbers = np.flatnonzero(open_)
        keys = ("root", "acquired", "short", "account")
        order = np.lexsort([numbers, *(lots[key][numbers] for key in keys)])
        return holding(self.state, numbers[order])

    def struck(self, lots: Holding, selling: Int64s) -> Holding:
        """With the average basis of those of the accounts `selling` that average (1.1012-1(e))."""
        pooled: Mask = (lots.short == 0) & (lots.markdown == 0)
        pooled &= np.isin(lots.account, np.intersect1d(self.averaging, selling))
        money = {name: getattr(lots, name).copy() for name in ("basis", "added")}
        for account in np.unique(lots.account[pooled]):
            own = np.flatnonzero(pooled & (lots.account == account))
            units = lots.units[own].tolist()
            if not is_even(units, lots.basis[own].tolist()):
                for column in money.values():
                    column[own] = evened(units, int(column[own].sum()))
        return replace(lots, **money)

    def worth(self, units: Fraction, price: Decimal, old: bool) -> Fraction:
        """Units at a price a share, in cents."""
        terms = self.terms
        name = terms.instrument if old else terms.new_instrument or terms.instrument
        instrument = self.state.instruments[name]
        value = Fraction(price) * Fraction(instrument.multiplier) * 100
        return units * value / Fraction(10**instrument.qty_scale)

    def become(self, lots: Holding, replaces: bool = True) -> None:
        """Lots in new units; the fraction of each account is sold (C2)."""
        if not len(lots.lot):
            return
        ratio, shares = ratio_of(self.state, self.terms), self._divided(lots)
        selling = lots.account[shares.sold]
        if np.isin(selling, self.averaging).any():
            lots = self.struck(lots, selling)
            shares = self._divided(lots)
        some = np.flatnonzero(shares.units)
        basis, added, markdown = (column[some] for column in shares.values)
        got = replace(
            lots.at(some), units=shares.units[some], basis=basis, added=added, markdown=markdown
        )
        may = got.replaces if replaces else np.zeros_like(got.replaces)
        self.effects.open(replace(got, replaces=may), self.new)
        if len(shares.sold):
            self._sell_fraction(lots, shares, ratio.denominator)

    def _divided(self, lots: Holding) -> Shares:
        money = [getattr(lots, name) for name in MONEY]
        return divided(lots.units, money, owners(lots), ratio_of(self.state, self.terms))

    def _sell_fraction(self, lots: Holding, shares: Shares, unit: int) -> None:
        """What is paid for an account's fraction is rounded once."""
        basis, added, markdown = shares.taken
        sold = replace(lots.at(shares.sold), basis=basis, added=added, markdown=markdown)
        offsets, price = owners(sold), self.terms.fraction_price or Decimal(0)
        whole = sums(shares.parts, offsets).tolist()
        paid = [half_up(self.worth(Fraction(n, unit), price, old=False)) for n in whole]
        cash = along(np.array(paid, np.int64), shares.parts, offsets)
        millionths = scaled(shares.parts, Fraction(MILLIONTHS, unit))
        self.effects.realize(sold, self.new, cash, sold.counted(cash), fraction=millionths)


def owners(lots: Holding) -> Int64s:
    """Offsets (n + 1,) of the lots of each account and side."""
    new = np.ones(len(lots.lot), np.bool_)
    new[1:] = (lots.account[1:] != lots.account[:-1]) | (lots.short[1:] != lots.short[:-1])
    return np.append(np.flatnonzero(new), len(new)).astype(np.int64)


def _split(made: _Made) -> None:
    """Also a stock dividend: more or fewer shares for the same basis."""
    lots = made.lots()
    made.effects.close(lots, made.old)
    made.become(lots)
    _rescale(made)


def _rescale(made: _Made) -> None:
    """C4: losses that wait for a purchase, and sales that may take one over, count in new shares."""
    state = made.state
    table, ratio = state.realized, ratio_of(state, made.terms)
    rows = np.flatnonzero(table["sold"] >= made.effects.day - WINDOW)
    rows = rows[counted_in(table, rows) == made.old]
    waits: Mask = (table["gain"][rows] < 0) & (table["matched"][rows] < table["units"][rows])
    if made.terms.instrument in state.shorted:
        waits |= table["taken"][rows] < table["units"][rows]
    if len(rows := rows[waits]):
        old = {name: table[name][rows].tolist() for name in RESCALED}
        lost = (-table["gain"][rows]).tolist()
        new = [
            (*_counted(ratio, *row), made.new + 1 if made.new != made.old else became)
            for *row, became in zip(lost, *old.values(), strict=True)
        ]
        made.effects.losses = {
            "rows": tuple(rows.tolist()),
            **dict(zip(RESCALED, zip(*new, strict=True), strict=True)),
            **{f"old_{name}": tuple(values) for name, values in old.items()},
        }


def _counted(
    ratio: Fraction,
    lost: int,
    units: int,
    matched: int,
    taken: int,
    settled: int,
    start: int,
    parts: int,
) -> tuple[int, ...]:
    """A row's RESCALED in new shares, and parts of these: all that waits of its loss goes to those that
    wait; a part is begun where even the finest are too coarse.
    """
    if matched > start:
        settled += between(lost - settled, 0, matched - start, units - start)
    shares = [Fraction(n, parts or 1) * ratio for n in (units, units - matched, units - taken)]
    fine = min(lcm(*(each.denominator for each in shares)), FINEST, LIMIT // ceil(shares[0] + 1))
    size, waits, free = (each * fine for each in shares)
    begun = ceil(size) - ceil(waits)
    return ceil(size), begun, ceil(size) - floor(free), settled, begun, fine


def _merger(made: _Made) -> None:
    """Shares for shares; cash is taxed up to the gain, a loss is not recognized (356, 358)."""
    terms = made.terms
    if terms.taxable or not terms.new:
        return _sale(made)
    lots = made.lots()
    made.effects.close(lots, made.old)
    lots, cash = _disposed(made, lots)
    made.become(replace(lots, basis=lots.basis - _boot(made, lots, cash)))
    return _rescale(made)


def _disposed(made: _Made, lots: Holding) -> tuple[Holding, Int64s]:
    """Lots, at their average where they are paid for and the account averages, and the cash of each."""
    if made.terms.cash or made.terms.taxable:
        lots = made.struck(lots, lots.account)
    return lots, _cash(made, lots)


def _cash(made: _Made, lots: Holding) -> Int64s:
    """Each account's cash by lot, to the cent."""
    offsets = owners(lots)
    units = sums(lots.units, offsets)
    totals = [half_up(made.worth(Fraction(n), made.terms.cash, old=True)) for n in units.tolist()]
    return along(np.array(totals, np.int64), lots.units, offsets)


def _received(made: _Made, lots: Holding) -> Int64s:
    """Cents that the new shares of each lot are worth."""
    ratio, price = ratio_of(made.state, made.terms), made.terms.price or Decimal(0)
    one = made.worth(ratio, price, old=False)
    return scaled(lots.units, one)


def scaled(column: Whole, ratio: Fraction) -> Int64s:
    """Each number times a ratio, a half away from zero."""
    wide = max(ratio.numerator, ratio.denominator) >= LIMIT or column.dtype == np.object_
    new, old = (
        np.full(len(column), n, object if wide else np.int64) for n in ratio.as_integer_ratio()
    )
    return portion(column, new, old)


def _boot(made: _Made, lots: Holding, cash: Int64s) -> Int64s:
    """Cents by which the basis falls; the gain is booked. What a short pays lowers what it brought."""
    if not cash.any():
        return cash
    gain: Int64s = np.clip(cash + _received(made, lots) - lots.basis, 0, cash)
    gain[lots.short == 1] = 0
    basis = np.where(lots.short == 1, cash, cash - gain)
    some = np.flatnonzero(cash)
    sold = replace(lots.at(some), markdown=np.zeros_like(some))
    made.effects.realize(sold, made.old, cash[some], basis[some], sold.units)
    return cash - gain


def _sale(made: _Made) -> None:
    """For cash, or taxable: old shares are sold, new ones bought for what they are worth."""
    lots = made.lots()
    made.effects.close(lots, made.old)
    lots, cash = _disposed(made, lots)
    value = _received(made, lots) if made.terms.new else np.zeros_like(lots.units)
    paid = cash + value
    made.effects.realize(lots, made.old, paid, lots.counted(paid), lots.units)
    # Shares were the price, not money.
    made.effects.move(lots.account, made.old, cents=-lots.sign * value, on=made.terms.payable)
    if made.terms.new:
        made.become(_bought(made, lots, value))


def _bought(made: _Made, lots: Holding, basis: Int64s) -> Holding:
    nothing = np.zeros_like(lots.lot)
    day = nothing + made.effects.day
    return replace(
        lots,
        basis=basis,
        added=nothing,
        markdown=nothing,
        given=nothing,
        replaces=nothing + 1,
        against=nothing,
        old=nothing,
        acquired=day,
        holding_from=day,
        acquisition=nothing + made.state.lots.size,
    )


def _distribution(made: _Made) -> None:
    """A spin-off, another class, rights: basis divided, dates kept; no purchase (W15)."""
    part, lots = part_of(made.state, made.terms), made.lots()
    made.effects.close(lots, made.old)
    taken = {name: scaled(getattr(lots, name), part) for name in MONEY}
    left = {name: getattr(lots, name) - cents for name, cents in taken.items()}
    made.effects.open(replace(lots, **left), made.old)
    made.become(replace(lots, **taken), replaces=False)


def _exercise(made: _Made) -> None:
    """Rights become a purchase of today: basis is the price and the rights'."""
    terms, state, lots = made.terms, made.state, made.lots()
    assert terms.quantity is not None
    account = state.account_axis.index[terms.account]
    lots = lots.at(np.flatnonzero((lots.account == account) & (lots.short == 0)))
    wanted = state.instruments[terms.instrument].units(terms.quantity)
    taken = np.clip(wanted - (np.cumsum(lots.units) - lots.units), 0, lots.units)
    some = holding(state, lots.lot[taken > 0], taken[taken > 0])
    made.effects.close(some, made.old)
    units = int(int(some.units.sum()) * ratio_of(state, terms))
    if not units:
        return
    paid = half_up(made.worth(Fraction(units), terms.price or Decimal(0), old=False))
    one, number, day = np.ones(1, np.int64), state.lots.size, made.effects.day
    columns = dict.fromkeys(Holding.__struct_fields__, 0 * one)
    columns |= {"account": account * one, "units": units * one, "replaces": one}
    columns |= {"lot": number * one, "acquisition": number * one, "root": number * one}
    columns |= {"acquired": day * one, "holding_from": day * one}
    columns["basis"] = (int(some.basis.sum()) + paid) * one
    made.effects.open(Holding(**columns), made.new, own=True)
    made.effects.move(account * one, made.new, cents=-paid * one, on=terms.payable)


WORK: dict[ActionKind, Callable[[_Made], None]] = {
    ActionKind.Split: _split,
    ActionKind.StockDividend: _split,
    ActionKind.Merger: _merger,
    ActionKind.SpinOff: _distribution,
    ActionKind.Rights: _distribution,
    ActionKind.Exercise: _exercise,
}
