"""Prices as whole ticks of 0.01, and back. No binary float on the way."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

TICK = Decimal("0.01")
TICKS_PER_UNIT = 100
AVERAGE_PLACES = 8


def nearest_ticks(text: str) -> int:
    """The price rounded half up to ticks. Raises ValueError for no positive price."""
    ticks = int(_number(text).quantize(TICK, rounding=ROUND_HALF_UP).scaleb(2))
    if ticks <= 0:
        raise ValueError(f"{text!r} is not a positive price")
    return ticks


def exact_ticks(text: str) -> int:
    """The price in ticks. Raises ValueError for what is no positive multiple of the tick."""
    scaled = _number(text) * TICKS_PER_UNIT
    if scaled <= 0 or scaled != scaled.to_integral_value():
        raise ValueError(f"{text!r} is not a positive multiple of {TICK}")
    return int(scaled)


def whole_shares(text: str) -> int:
    """A quantity in shares. Raises ValueError for what is no positive whole number."""
    number = _number(text)
    if number <= 0 or number != number.to_integral_value():
        raise ValueError(f"{text!r} is not a positive whole number of shares")
    return int(number)


@lru_cache(maxsize=65_536)  # An order's price is written eight times.
def price_text(ticks: int) -> str:
    """Ticks as a decimal price: 12965 -> '129.65'."""
    return f"{ticks // TICKS_PER_UNIT}.{ticks % TICKS_PER_UNIT:02d}"


def price(ticks: int) -> Decimal:
    """Ticks as a Decimal price or amount of money."""
    return Decimal(ticks).scaleb(-2)


def average_text(notional: int, qty: int) -> str:
    """Average price of ``notional`` (ticks × shares) over ``qty`` shares, rounded half up to 8
    places; '0' for none.
    """
    if not qty:
        return "0"
    ticks, rest = divmod(notional, qty)
    if not rest:
        return price_text(ticks)
    # Integers are exact at any size, a Decimal only up to its context's precision.
    scaled = (2 * notional * 10 ** (AVERAGE_PLACES - 2) + qty) // (2 * qty)
    return f"{scaled // 10**AVERAGE_PLACES}.{scaled % 10**AVERAGE_PLACES:0{AVERAGE_PLACES}d}"


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number") from None
    if not number.is_finite() or abs(number.adjusted()) > 15:
        raise ValueError(f"{text!r} is not a usable number")
    return number
