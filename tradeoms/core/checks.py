"""What can be wrong with an order's fields before any rule of compliance looks at it."""

from decimal import Decimal

from tradeoms.core import amounts
from tradeoms.core.bounds import MOST_MONEY, MOST_PRICE, brief, most_quantity
from tradeoms.model.commands import Problem
from tradeoms.model.fields import OrdType
from tradeoms.model.orders import ZERO, NewOrder
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State

TEXTS = ("instructions", "reference", "reason", "strategy", "desk")
LONGEST_TEXT = 512
HANDLING = ("1", "2", "3")


def check_fields(state: State, new: NewOrder, field: str = "") -> list[Problem]:
    """Everything wrong with an order that needs no compliance rule to see."""
    problems = _member_problems(state, new, field)
    problems += _text_problems(new, field)
    if new.HandlInst not in HANDLING:
        reason = f"must be one of {', '.join(HANDLING)}"
        problems.append(Problem(f"{field}HandlInst", brief(new.HandlInst), reason))
    instrument = state.instruments.get(new.instrument)
    numbers = price_problems(instrument, new.OrdType, new.Price, new.StopPx, field)
    money = any(member.CashOrderQty is not None for member in new.members)
    numbers += amounts.problems(new, field) if money else _quantity_problems(instrument, new, field)
    if instrument is None:
        reason = "unknown instrument"
        unknown = Problem(f"{field}instrument", brief(new.instrument), reason)
        return [unknown, *problems, *numbers]
    # Only numbers that are sound by themselves can be multiplied.
    if numbers:
        return problems + numbers
    sizes = amounts.size_problems if money else _size_problems
    return problems + sizes(state, instrument, new, field)


def _quantity_problems(instrument: Instrument | None, new: NewOrder, field: str) -> list[Problem]:
    return [
        Problem(f"{field}members[{n}].OrderQty", brief(member.OrderQty), reason)
        for n, member in enumerate(new.members)
        if (reason := bad_quantity(instrument, member.OrderQty))
    ]


def _text_problems(new: NewOrder, field: str) -> list[Problem]:
    if not bad_text(new.instructions + new.reference + new.reason + new.strategy + new.desk):
        return []
    return [
        Problem(f"{field}{name}", brief(ascii(getattr(new, name))), reason)
        for name in TEXTS
        if (reason := bad_text(getattr(new, name)))
    ]


def _member_problems(state: State, new: NewOrder, field: str) -> list[Problem]:
    if not new.members:
        return [Problem(f"{field}members", "", "an order needs at least one account")]
    problems: list[Problem] = []
    if len(new.members) > 1:
        problems = [
            Problem(f"{field}members[{n}].account", member.account, "trades alone")
            for n, member in enumerate(new.members)
            if (known := state.accounts.get(member.account)) is not None and known.alone
        ]
    seen: set[str] = set()
    for n, member in enumerate(new.members):
        name = f"{field}members[{n}].account"
        if member.account not in state.accounts:
            problems.append(Problem(name, brief(member.account), "unknown account"))
        elif member.account in seen:
            problems.append(Problem(name, member.account, "named twice"))
        seen.add(member.account)
    return problems


def _size_problems(_: State, instrument: Instrument, new: NewOrder, field: str) -> list[Problem]:
    total = sum((member.OrderQty for member in new.members), ZERO)
    if total > (most := most_quantity(instrument.qty_scale)):
        reason = f"is above the largest quantity, {most:,f}"
        return [Problem(f"{field}members", f"{total:f}", reason)]
    if new.Price is not None and total * new.Price * instrument.multiplier > MOST_MONEY:
        reason = f"with this quantity is worth more than {MOST_MONEY:,}"
        return [Problem(f"{field}Price", f"{new.Price:f}", reason)]
    return []


def bad_quantity(instrument: Instrument | None, quantity: Decimal) -> str:
    """Why a quantity cannot be ordered, whatever the instrument where that is not known; empty where
    it can.
    """
    if not quantity.is_finite() or quantity <= 0:
        return "must be above zero"
    if instrument is None:
        return ""
    if quantity > (most := most_quantity(instrument.qty_scale)):
        return f"is above the largest quantity, {most:,f}"
    # A lot has no more decimals than the instrument. What is far below one leaves no rest at all.
    if quantity < instrument.lot or quantity % instrument.lot:
        return f"must be a multiple of {instrument.lot}"
    return ""


def price_problems(
    instrument: Instrument | None,
    kind: OrdType,
    Price: Decimal | None,
    StopPx: Decimal | None,
    field: str,
) -> list[Problem]:
    """Prices must be there exactly where the type asks for them, positive and on a known tick."""
    wanted = (("Price", Price, kind.has_limit), ("StopPx", StopPx, kind.has_stop))
    return [
        Problem(f"{field}{name}", "" if value is None else brief(value), reason)
        for name, value, needed in wanted
        if (needed or value is not None) and (reason := _bad_price(instrument, kind, value, needed))
    ]


def _bad_price(
    instrument: Instrument | None, kind: OrdType, value: Decimal | None, needed: bool
) -> str:
    if value is None:
        return f"an order of type {kind.name} needs it" if needed else ""
    if not needed:
        return f"an order of type {kind.name} has none"
    if not value.is_finite() or value <= 0:
        return "must be above zero"
    if value > MOST_PRICE:
        return f"is above the highest price, {MOST_PRICE:,}"
    if instrument is None:
        return ""
    tick = instrument.tick_at(value)  # which has no more decimals than a price
    return f"is off tick {tick}" if value < tick or value % tick else ""


def bad_text(text: str) -> str:
    """Why a text may not travel in a FIX field; empty where it may."""
    if len(text) > LONGEST_TEXT:
        return f"is longer than {LONGEST_TEXT} characters"
    if not text.isascii() or not text.isprintable():
        return "has characters outside printable ASCII"
    return ""
