"""Orders in an amount of money (CashOrderQty): what may be ordered, and what it comes to.

Until a broker says how much it is, an amount comes to the whole lots that it makes at the price it
would trade at now.
"""

from decimal import Decimal
from fractions import Fraction

import numpy as np
from msgspec.structs import replace

from allocation.rounding import largest_remainder
from tradeoms.core.bounds import MOST_MONEY, MOST_UNITS, bad_number, bad_price, brief
from tradeoms.model.commands import Problem
from tradeoms.model.fields import Side
from tradeoms.model.orders import ZERO, Member, NewOrder
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State

CENTS = 2  # decimals of an amount of money
#: What prices may move by after a broker said how many units an amount is.
SLACK = Decimal("0.01")


def bad_amount(amount: Decimal) -> str:
    """Why an amount cannot be ordered; empty where it can."""
    if bad_number(amount, CENTS, MOST_MONEY) or amount <= 0:
        return "must be money above zero, in cents at the finest"
    return ""


def price_now(state: State, instrument: str, side: Side, limit: Decimal | None) -> Decimal | None:
    """What it would trade at: the price of record, but no worse than the limit, where that is a price;
    None without either.
    """
    mark = state.prices.get(instrument)
    known = [mark.Px] if mark else []
    if limit is not None and not bad_price(limit):
        known.append(limit)
    if not known:
        return None
    return max(known) if side.sells else min(known)


def quantity_of(instrument: Instrument, amount: Decimal, price: Decimal | Fraction) -> Decimal:
    """The whole lots that an amount makes at a price, rounded down."""
    lot = Fraction(price) * Fraction(instrument.multiplier) * Fraction(instrument.lot)
    return int(Fraction(amount) / lot) * instrument.lot


def beyond(instrument: Instrument, amount: Decimal, cost: Decimal, price: Decimal) -> bool:
    """True where a cost is above an amount by more than a lot at the price, and more than the slack."""
    lot = instrument.lot * price * instrument.multiplier
    return cost > amount + max(lot, amount * SLACK)


def estimated(state: State, new: NewOrder) -> tuple[Member, ...]:
    """The members of an order in money, each with its part of the lots that the whole comes to."""
    amounts = [member.CashOrderQty for member in new.members if member.CashOrderQty is not None]
    if not amounts:
        return new.members
    instrument = state.instruments[new.instrument]
    price = price_now(state, new.instrument, new.Side, new.Price)
    assert price is not None, "check_fields lets no amount without a price in"
    lots = int(quantity_of(instrument, sum(amounts, ZERO), price) / instrument.lot)
    offsets, turn = np.array([0, len(amounts)], np.int64), np.arange(len(amounts))
    got = largest_remainder(cents(amounts), np.array([lots], np.int64), offsets, turn).tolist()
    parts = zip(new.members, got, strict=True)
    return tuple(replace(member, OrderQty=n * instrument.lot) for member, n in parts)


def cents(
    amounts: list[Decimal] | tuple[Decimal, ...],
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Amounts as whole cents."""
    return np.array([int(amount.scaleb(CENTS)) for amount in amounts], np.int64)


def total(members: tuple[Member, ...]) -> Decimal | None:
    """The amount of all members; None of an order in quantities."""
    amounts = [member.CashOrderQty for member in members if member.CashOrderQty is not None]
    return sum(amounts, ZERO) if amounts else None


def problems(new: NewOrder, field: str) -> list[Problem]:
    """Everything wrong with the amounts of an order, and of one with an amount at all."""
    found = list[Problem]()
    for n, member in enumerate(new.members):
        name, amount = f"{field}members[{n}].", member.CashOrderQty
        if amount is None:
            reason = "is missing: all members of an order are in money, or none"
            found.append(Problem(f"{name}CashOrderQty", "", reason))
        elif reason := bad_amount(amount):
            found.append(Problem(f"{name}CashOrderQty", brief(amount), reason))
        if member.OrderQty and amount is not None:
            reason = "is for the broker to say: give a quantity or an amount, not both"
            found.append(Problem(f"{name}OrderQty", brief(member.OrderQty), reason))
    if new.Side.short:
        reason = "a locate is for a number of shares: a short sale is ordered by quantity"
        found.append(Problem(f"{field}Side", new.Side.value, reason))
    return found


def size_problems(state: State, instrument: Instrument, new: NewOrder, field: str) -> list[Problem]:
    """What is wrong with sound amounts at a sound price: nothing that can be ordered for them."""
    price, amount = price_now(state, new.instrument, new.Side, new.Price), total(new.members)
    if price is None:
        reason = "has no price of record: what an amount comes to is not known"
        return [Problem(f"{field}instrument", brief(new.instrument), reason)]
    assert amount is not None
    if amount > MOST_MONEY:
        return [Problem(f"{field}members", f"{amount:f}", f"is more than {MOST_MONEY:,}")]
    quantity = quantity_of(instrument, amount, price)
    if not quantity:
        reason = f"is less than {instrument.lot:f} {instrument.instrument} at {price:f}"
        return [Problem(f"{field}members", f"{amount:f}", reason)]
    if quantity > instrument.quantity(MOST_UNITS):
        most = f"at {price:f} is above the largest quantity, {instrument.quantity(MOST_UNITS):,f}"
        return [Problem(f"{field}members", f"{amount:f}", most)]
    return []
