"""How a trader writes one change of many orders: `415.5`, `+0.05`, `-2t`, `+5bp`, `+10%`, `2k`."""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from typing import NamedTuple

from blotter.split import BadSplit, amount
from tradeoms.model.reference import Instrument

_WRITTEN = re.compile(r"(?P<sign>[+-]?)\s*(?P<number>[\d.,]+[kKmM]?)\s*(?P<unit>t|bp|%|)")
_PARTS = {"bp": Decimal(10_000), "%": Decimal(100)}


class Change(NamedTuple):
    """By how much (`sign` 1 or -1), or to what (0); `unit` is `t`, `bp`, `%` or the value's own."""

    sign: int
    number: Decimal
    unit: str

    def of(self, before: Decimal, tick: Decimal = Decimal(1)) -> Decimal:
        """The value after it, not rounded."""
        if not self.sign:
            return self.number
        step = self.number * (tick if self.unit == "t" else before if self.unit else Decimal(1))
        return before + self.sign * step / _PARTS.get(self.unit, Decimal(1))


def of_price(text: str) -> Change:
    """Absolute, or by an amount, ticks, basis points or percent; ValueError says what is wrong."""
    return _read(text, ("t", "bp", "%", ""), "say 415.5, +0.05, -2t, +5bp or +1%")


def of_quantity(text: str) -> Change:
    """Absolute, or by units or percent; ValueError says what is wrong."""
    return _read(text, ("%", ""), "say 2000, 2k, +500, -500 or +10%")


def _read(text: str, units: tuple[str, ...], hint: str) -> Change:
    match = _WRITTEN.fullmatch(text.strip())
    if match is None or match["unit"] not in units or bool(match["unit"]) > bool(match["sign"]):
        raise BadSplit(f"“{text}”: {hint}")
    sign = {"": 0, "+": 1, "-": -1}[match["sign"]]
    return Change(sign, amount(match["number"]), match["unit"])


def price(change: Change, before: Decimal, upwards: bool, known: Instrument) -> Decimal:
    """On a tick. What falls between two goes to the one that `upwards` says: the patient side, but never
    against the change itself, from a price that was on no tick.

    Raises:
        BadSplit: what is left is no price.
    """
    after = change.of(before, known.tick_at(before))
    if after <= 0:
        raise BadSplit(f"{before:f} would become {after:f}")
    if not change.sign:
        return after
    return _forward(change, before, on_step(after, known.tick_at(after), upwards))


def quantity(change: Change, before: Decimal, step: Decimal) -> Decimal:
    """Down to a multiple of `step`, but no increase makes less of an odd lot; what was typed outright
    stays as it is.
    """
    after = change.of(before)
    return _forward(change, before, on_step(after, step, upwards=False)) if change.sign else after


def _forward(change: Change, before: Decimal, after: Decimal) -> Decimal:
    return max(before, after) if change.sign > 0 else min(before, after)


def on_step(value: Decimal, step: Decimal, upwards: bool) -> Decimal:
    """The next multiple of `step` that is not below, or not above, the value; BadSplit where there is none."""
    rounding = ROUND_CEILING if upwards else ROUND_FLOOR
    try:
        steps = (value / step).quantize(Decimal(1), rounding)
    except InvalidOperation:
        raise BadSplit(f"{value:,f} is too large") from None
    return steps * step
