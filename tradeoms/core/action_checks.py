"""What can be wrong with a corporate action, a transfer or a gift: all of it at once."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import numpy as np

from allocation.relief import ORDERS
from tradeoms.core.bounds import (
    MOST_CENTS,
    MOST_PRICE,
    MOST_UNITS,
    PRICE_PLACES,
    bad_money,
    bad_number,
    bad_price,
    bad_units,
    brief,
)
from tradeoms.core.conversions import ratio_of
from tradeoms.core.identifying import is_lot_of
from tradeoms.market.calendar import day_of
from tradeoms.model.commands import Problem
from tradeoms.model.fields import TaxStatus
from tradeoms.model.lot_actions import ActionKind, CorporateAction, LotTransfer, Terms
from tradeoms.model.state import State

Found = Iterator[tuple[str, object, str]]  # field, value, reason; no mistake without a reason
K = ActionKind
MOST_ALL = 1000 * MOST_UNITS  # units of all accounts after an action
TO_ANOTHER = (K.Merger, K.SpinOff, K.Rights, K.Exercise)
DIVIDED = (K.SpinOff, K.Rights)


def terms_problems(state: State, terms: Terms, gift: bool, field: str, last: date) -> list[Problem]:
    """Everything wrong with terms of a day up to the last, but for what the lots say."""
    if isinstance(terms, CorporateAction):
        found = [*_common(state, terms, last), *_corporate(state, terms)]
    else:
        found = [*_common(state, terms, last), *_transfer(state, terms, gift)]
    return [Problem(f"{field}{name}", brief(value), why) for name, value, why in found if why]


def _common(state: State, terms: Terms, last: date) -> Found:
    if terms.instrument not in state.instruments:
        yield "instrument", terms.instrument, "unknown instrument"
    if terms.day > last:
        yield "day", terms.day, f"is after the open day {state.business_date}"
    if terms.day <= state.retired_through:
        reason = f"is too long ago: trades up to {state.retired_through} have left memory"
        yield "day", terms.day, reason
    elif settled := _settled_since(state, terms):
        reason = f"is too long ago: {settled} stands for good, what came before it has left memory"
        yield "day", terms.day, reason
    opened = state.opened_on.get(terms.instrument)
    if opened is not None and terms.day < day_of(opened):
        reason = f"is before the balances of {day_of(opened)}, which came with it already"
        yield "day", terms.day, reason


def _settled_since(state: State, terms: Terms) -> str:
    """A booking of the day or later that can no longer be taken back and made again behind this one."""
    own = (terms.instrument, getattr(terms, "new_instrument", ""))
    related = {kin for name in own for kin in state.kin.get(name, (name,))}
    for action in reversed(state.lot_actions.values()):
        known = action.terms
        places = state.booking_places.get(known.instrument, {})
        stands = not action.reversed_by and action.action not in places
        if stands and known.day >= terms.day and related.intersection(action.instruments):
            return f"{action.action} of {known.day}"
    return ""


def _corporate(state: State, terms: CorporateAction) -> Found:
    yield from _ratio(terms)
    yield from _new_instrument(state, terms)
    yield from _money(terms)
    yield from _values(terms)
    if terms.payable is not None and terms.payable < terms.day:
        yield "payable", terms.payable, "is before the day"
    if terms.taxable and terms.kind is not K.Merger:
        yield "taxable", True, "only a merger is"
    yield from _election(state, terms)
    known = terms.instrument in state.instruments and (
        not terms.new_instrument or terms.new_instrument in state.instruments
    )
    if known and not list(_ratio(terms)):
        yield from _units(state, terms)


def _ratio(terms: CorporateAction) -> Found:
    for name in ("new", "old"):
        value = getattr(terms, name)
        if bad := bad_number(value, PRICE_PLACES, MOST_PRICE):
            yield name, value, bad
        elif value < 0 or (value == 0 and (name == "old" or not _for_cash(terms))):
            yield name, value, "must be above zero"


def _for_cash(terms: CorporateAction) -> bool:
    return terms.kind is K.Merger and bool(terms.cash)


def _new_instrument(state: State, terms: CorporateAction) -> Found:
    name = terms.new_instrument
    if terms.kind not in TO_ANOTHER:
        if name:
            yield "new_instrument", name, f"a {terms.kind} has none"
        return
    if terms.kind is K.Merger and not terms.new:
        if name:
            yield "new_instrument", name, "no new shares are given"
        return
    new, old = state.instruments.get(name), state.instruments.get(terms.instrument)
    if new is None:
        yield "new_instrument", name, "unknown instrument"
    elif name == terms.instrument:
        yield "new_instrument", name, "is the old one"
    elif old is not None and new.Currency != old.Currency:
        yield "new_instrument", name, f"is in {new.Currency}, the old one in {old.Currency}"


def _money(terms: CorporateAction) -> Found:
    if terms.cash and terms.kind is not K.Merger:
        yield "cash", terms.cash, f"a {terms.kind} has none: book it as a merger, or as cash"
    yield (
        "cash",
        terms.cash,
        bad_number(terms.cash, PRICE_PLACES, MOST_PRICE)
        or ("is below zero" if terms.cash < 0 else ""),
    )
    shares = terms.kind is K.Merger and bool(terms.new)
    needed = terms.kind is K.Exercise or (shares and bool(terms.cash or terms.taxable))
    if needed and terms.price is None:
        yield "price", "", "the price of a new share is needed"
    elif terms.price is not None:
        yield "price", terms.price, bad_price(terms.price) if needed else "is not asked for"
    if terms.fraction_price is not None:
        yield "fraction_price", terms.fraction_price, bad_price(terms.fraction_price)


def _values(terms: CorporateAction) -> Found:
    given = [n for n in ("value_old", "value_new") if getattr(terms, n) is not None]
    if terms.kind not in DIVIDED:
        for name in (*given, *(["basis_percent"] if terms.basis_percent is not None else [])):
            yield name, getattr(terms, name), f"a {terms.kind} divides no basis"
        return
    if terms.basis_percent is not None:
        bad = bad_number(terms.basis_percent, PRICE_PLACES, 100)
        yield (
            "basis_percent",
            terms.basis_percent,
            bad or ("is below zero" if terms.basis_percent < 0 else ""),
        )
        for name in given:
            yield name, getattr(terms, name), "basis_percent says it already"
        return
    for name in ("value_old", "value_new"):
        value = getattr(terms, name)
        reason = "both values per share, or basis_percent, are needed"
        yield name, "" if value is None else value, reason if value is None else bad_price(value)


def _election(state: State, terms: CorporateAction) -> Found:
    if terms.kind is not K.Exercise:
        for name in ("account", "quantity"):
            if getattr(terms, name):
                yield name, getattr(terms, name), f"a {terms.kind} is for all accounts"
        return
    if terms.account not in state.accounts:
        yield "account", terms.account, "unknown account"
    if terms.quantity is None:
        yield "quantity", "", "how many rights is needed"
    elif instrument := state.instruments.get(terms.instrument):
        yield "quantity", terms.quantity, bad_units(terms.quantity, instrument.qty_scale)


def _units(state: State, terms: CorporateAction) -> Found:
    """What of the ratio depends on how shares are counted, and on what is held."""
    ratio, lots = ratio_of(state, terms), state.lots
    column = state.instrument_axis.index[terms.instrument]
    mine = (lots["instrument"] == column) & (lots["remaining"] > 0)
    held = int(lots["remaining"][mine].sum())
    if held * ratio > MOST_ALL:
        yield "new", terms.new, "makes more shares than can be booked"
    yield from _too_dear(state, terms, held, ratio)
    if terms.kind is K.Exercise:
        rights = state.instruments[terms.instrument]
        if terms.quantity is not None and not bad_units(terms.quantity, rights.qty_scale):
            made = rights.units(terms.quantity) * ratio
            if made != int(made):
                yield "quantity", terms.quantity, "makes no whole number of shares"
    elif ratio.denominator > 1 and terms.fraction_price is None:
        yield "fraction_price", "", "fractions may be left: the price of a share is needed"
    if terms.kind is K.Merger and (terms.cash or terms.taxable) and lots["short"][mine].any():
        accounts = np.unique(lots["account"][mine & (lots["short"] == 1)]).tolist()
        names = ", ".join(state.account_axis.names[n] for n in accounts[:5])
        yield "instrument", terms.instrument, f"close the shorts of {names} before the merger"


def _too_dear(state: State, terms: CorporateAction, held: int, ratio: Fraction) -> Found:
    """Money that could not be counted, of all accounts together."""
    becomes = terms.new_instrument or terms.instrument
    for field, name, units in (("cash", terms.instrument, held), ("price", becomes, held * ratio)):
        price, instrument = getattr(terms, field), state.instruments[name]
        if price is None or bad_number(price, PRICE_PLACES, MOST_PRICE):
            continue
        each = Fraction(price) * Fraction(instrument.multiplier) * 100
        if units * each / 10**instrument.qty_scale >= MOST_CENTS:
            yield field, price, "makes more money than can be booked"


def _transfer(state: State, terms: LotTransfer, gift: bool) -> Found:
    for name in ("account", "to"):
        if getattr(terms, name) and getattr(terms, name) not in state.accounts:
            yield name, getattr(terms, name), "unknown account"
    if not terms.account and not terms.to:
        yield "to", "", "an account is needed, as the giver or the taker"
    if terms.account and terms.account == terms.to:
        yield "to", terms.to, "is the account that gives"
    if terms.method and terms.method not in ORDERS:
        yield "method", terms.method, f"must be {' or '.join(ORDERS)}"
    yield from _owners(state, terms, gift)
    if gift or terms.value is not None:
        bad = "of a share on the day of the gift is needed" if terms.value is None else ""
        if terms.value is not None:
            bad = bad_price(terms.value) if gift else "a transfer has none: it is for gifts"
        yield "value", "" if terms.value is None else terms.value, bad
    if terms.account:
        yield from _leaving(state, terms)
    elif terms.to:
        yield from _arriving(state, terms)


def _owners(state: State, terms: LotTransfer, gift: bool) -> Found:
    """A transfer stays with its taxpayer, a gift does not; neither leaves or enters an IRA so."""
    one, other = state.accounts.get(terms.account), state.accounts.get(terms.to)
    if gift:
        for name, known in (("account", one), ("to", other)):
            if known is not None and known.tax is TaxStatus.IRA:
                yield name, known.account, "is an IRA: its lots cannot be given"
    if one is None or other is None or one is other:
        return
    same = one.taxpayer == other.taxpayer
    if gift and same:
        yield "to", terms.to, f"belongs to the same taxpayer {one.taxpayer}: transfer the lots"
    if not gift and not same:
        yield "to", terms.to, f"belongs to another taxpayer, {other.taxpayer}: give the lots"
    if not gift and one.tax is not other.tax:
        yield "to", terms.to, f"is taxed as {other.tax}, {terms.account} as {one.tax}"


def _leaving(state: State, terms: LotTransfer) -> Found:
    instrument = state.instruments.get(terms.instrument)
    if terms.arrived:
        yield "arrived", len(terms.arrived), "only lots from outside bring their basis"
    if bool(terms.lots) == (terms.quantity is not None):
        yield "quantity", terms.quantity or "", "a quantity or the lots are needed, not both"
    if instrument is None or terms.account not in state.accounts:
        return
    if terms.quantity is not None:
        yield "quantity", terms.quantity, bad_units(terms.quantity, instrument.qty_scale)
    numbers = [row.lot for row in terms.lots]
    for n, row in enumerate(terms.lots):
        if numbers.count(row.lot) > 1:
            yield f"lots[{n}].lot", row.lot, "is named twice"
        elif not is_lot_of(state, row.lot, terms.account, terms.instrument):
            yield (
                f"lots[{n}].lot",
                row.lot,
                f"is no lot of {instrument.instrument} in {terms.account}",
            )
        yield f"lots[{n}].quantity", row.quantity, bad_units(row.quantity, instrument.qty_scale)


def _arriving(state: State, terms: LotTransfer) -> Found:
    instrument = state.instruments.get(terms.instrument)
    for name in ("quantity", "lots"):
        if getattr(terms, name):
            yield name, "", "what comes from outside is in arrived, with basis and dates"
    if not terms.arrived:
        yield "arrived", "", "the lots that come are needed, with basis and dates"
    for n, lot in enumerate(terms.arrived):
        if instrument is not None:
            yield (
                f"arrived[{n}].quantity",
                lot.quantity,
                bad_units(lot.quantity, instrument.qty_scale),
            )
        yield f"arrived[{n}].basis", lot.basis, bad_money(lot.basis)
        if lot.acquired > terms.day:
            yield f"arrived[{n}].acquired", lot.acquired, "is after the transfer"
        if lot.holding_from is not None and lot.holding_from > lot.acquired:
            yield f"arrived[{n}].holding_from", lot.holding_from, "is after the day of acquisition"
