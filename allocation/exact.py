"""Exact integer arithmetic that neither wraps nor rounds through a float.

Products that leave int64 are formed as Python integers, and only for the elements concerned;
the rest stays vectorised.
"""

import numpy as np
import numpy.typing as npt

from allocation.errors import AmountOverflowError

Int64 = npt.NDArray[np.int64]
Ties = npt.NDArray[np.int64] | npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

MAX = 2**63 - 1
#: Bound (exclusive) on totals, on sums of weights and on money: twice a value still fits int64.
LIMIT = 2**62
_DIGIT_BITS = 31


def indices(mask: Mask) -> tuple[int, ...]:
    """Positions at which ``mask`` holds, as Python ints for an error message."""
    return tuple(np.flatnonzero(mask).tolist())


def muldiv(a: Int64, b: Int64, c: Int64) -> tuple[Int64, Int64]:
    """Floor and remainder of ``a * b / c``, elementwise and exact.

    All of one shape, int64, ``a, b >= 0``, ``c > 0``. The product may exceed int64, the quotient
    may not (it cannot where ``a <= c``).

    Raises:
        AmountOverflowError: a quotient leaves int64.
    """
    if int(a.max(initial=0)) * int(b.max(initial=0)) <= MAX:
        return _narrow(a, b, c)
    quotient, remainder = np.empty_like(a), np.empty_like(a)
    wide = a > MAX // np.maximum(b, 1)
    fits = ~wide
    quotient[fits], remainder[fits] = _narrow(a[fits], b[fits], c[fits])
    quotient[wide], remainder[wide] = _wide(a[wide], b[wide], c[wide])
    return quotient, remainder


def _narrow(a: Int64, b: Int64, c: Int64) -> tuple[Int64, Int64]:
    """Divide where every product fits int64."""
    product = a * b
    quotient = product // c
    return quotient, product - quotient * c


def _wide(a: Int64, b: Int64, c: Int64) -> tuple[Int64, Int64]:
    """Divide where products need more than 63 bits."""
    product, divisor = a.astype(object) * b.astype(object), c.astype(object)
    quotient = product // divisor
    if np.any(quotient > MAX):
        raise AmountOverflowError("a quotient exceeds int64")
    return quotient.astype(np.int64), (product - quotient * divisor).astype(np.int64)


def mulround(a: Int64, b: Int64, c: Int64) -> tuple[Int64, Int64]:
    """``a * b / c`` rounded, a half upwards, elementwise and exact; arguments as :func:`muldiv`.

    Beside the result how far it is above the border from which on it is what it is, in parts of
    ``c``: 0 and above, below ``c``.
    """
    if int(a.max(initial=0)) * int(b.max(initial=0)) + int(c.max(initial=0)) <= MAX:
        product = a * b
        product += c >> 1  # an odd divisor has no halves
        quotient = product // c
        product -= quotient * c
        return quotient, product
    quotient, remainder = muldiv(a, b, c)
    above = remainder - (c - (c >> 1))
    return quotient + (above >= 0), np.where(above >= 0, above, above + c)


def round_half_up(quotient: Int64, remainder: Int64, divisor: Int64) -> Int64:
    """Round ``quotient + remainder / divisor`` to an integer, a half upwards."""
    return quotient + (remainder >= divisor - remainder)


def round_ratio(value: Int64, numerator: Int64, denominator: Int64) -> Int64:
    """``value * numerator / denominator`` rounded, a half away from zero; exact.

    ``value`` may be negative and is rounded as its mirror image, ``numerator >= 0``,
    ``denominator > 0``.
    """
    floor, rest = muldiv(np.abs(value), numerator, denominator)
    return np.sign(value) * round_half_up(floor, rest, denominator)


def ratio_keys(numerator: Int64, denominator: Int64) -> tuple[Int64, ...]:
    """Sort keys, most significant first, that order the exact ratios ``numerator/denominator``.

    The keys are the integer part and then base-2**31 digits. Two different ratios differ by at
    least ``1 / max(denominator)**2``, so digits beyond that precision add nothing: equal keys
    mean equal ratios.
    """
    whole = numerator // denominator
    rest, keys = numerator - whole * denominator, [whole]
    base = np.full_like(rest, 2**_DIGIT_BITS)
    bits = 2 * int(denominator.max(initial=1)).bit_length()
    for _ in range(-(-bits // _DIGIT_BITS)):
        digit, rest = muldiv(rest, base, denominator)
        keys.append(digit)
    return tuple(keys)
