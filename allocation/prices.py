"""The exact money of a split: average price, gross, commission and net of each account.

Prices are int64 at a scale (units of 10**-scale), quantities int64 at the instrument's scale,
money int64 in minor units of the currency (cents where ``minor`` is 2). Nothing is rounded per
share: a block's money is rounded once and then divided without loss.
Bounds: every block's gross, commission and sum of quantities is below 2**62 in magnitude
(4.6e16 currency units in cents); a fill's quantity times the part of its price below one minor
unit must be too. Beyond them AmountOverflowError is raised.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from allocation.errors import AmountOverflowError, ColumnsError, NegativeQuantityError
from allocation.exact import LIMIT, Int64, Mask, Ties, indices
from allocation.ragged import check_bound, check_int64, check_offsets, segment_ids, segment_sums
from allocation.rounding import largest_remainder

BUY, SELL = 1, -1


@dataclass(frozen=True, slots=True)
class Cash:
    """Money per account, int64 (n_values,) in minor units; each column sums to its block's."""

    gross: Int64
    commission: Int64
    net: Int64


def average_price(notional: int, quantity: int, scale: int) -> Fraction:
    """Exact average price of ``quantity`` units for ``notional`` in units of 10**-scale.

    Raises:
        NegativeQuantityError: the quantity is not positive.
    """
    if quantity <= 0:
        raise NegativeQuantityError(f"no average price of {quantity} units")
    return Fraction(notional, quantity * 10**scale)


def printed_price(price: Fraction, places: int) -> Decimal:
    """``price`` at a number of decimal places for display, a half away from zero."""
    scaled = abs(price) * 10**places
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(f"{-units if price < 0 else units}e-{places}")


def block_gross(quantity: Int64, price: Int64, offsets: Int64, scale: int, minor: int = 2) -> Int64:
    """Gross money of each block, rounded once from its fills, a half away from zero.

    Args:
        quantity: int64 (n_fills,), >= 0; a contract's value factor belongs in the price.
        price: int64 (n_fills,), may be negative.
        offsets: int64 (n_blocks + 1,) over the fills.
        scale: decimal places of quantity times price, those of both together where quantities
            are fractional; from ``minor`` to 18.
        minor: decimal places of the currency.

    Returns:
        int64 (n_blocks,), minor units.

    Raises:
        ColumnsError, NegativeQuantityError, AmountOverflowError.
    """
    check_offsets(offsets, len(quantity))
    check_int64(len(quantity), quantity=quantity, price=price)
    check_bound(price=price)
    if (quantity < 0).any():
        raise NegativeQuantityError("a fill's quantity is negative", accounts=indices(quantity < 0))
    if not 0 <= minor <= scale <= 18:
        raise ColumnsError(f"scale {scale} must lie between {minor} and 18")
    unit = 10 ** (scale - minor)
    # Floored parts: the product with the whole minor units and the one below them each fit
    # int64 where the complete product would not.
    whole, part = price // unit, price % unit
    _check_products(quantity, np.maximum(np.abs(whole), part))
    rest = segment_sums(quantity * part, offsets)
    gross = segment_sums(quantity * whole, offsets) + rest // unit
    rest %= unit
    rounded: Int64 = gross + np.where(gross < 0, 2 * rest > unit, 2 * rest >= unit)
    return rounded


def _check_products(a: Int64, b: Int64) -> None:
    """Refuse fills whose product of non-negative columns does not stay below LIMIT."""
    wide = a > (LIMIT - 1) // np.maximum(b, 1)
    if wide.any():
        raise AmountOverflowError("a fill's value exceeds 2**62", accounts=indices(wide))


def split_money(amounts: Int64, quantities: Int64, offsets: Int64, ties: Ties) -> Int64:
    """Divide each block's money by quantity, by largest remainder in minor units.

    ``amounts`` int64 (n_blocks,) may be negative (a rebate, a negative price) and is then divided
    as its mirror image. Other arguments, errors and result as :mod:`allocation.rounding`.
    """
    check_int64(len(offsets) - 1, amounts=amounts)
    check_bound(amounts=amounts)
    parts = largest_remainder(quantities, np.abs(amounts), offsets, ties)
    return parts * np.sign(amounts)[segment_ids(offsets)]


def split_cash(
    quantities: Int64, gross: Int64, commission: Int64, side: Int64, offsets: Int64, ties: Ties
) -> Cash:
    """Divide the money of each block over its accounts, every account at the average price.

    Args:
        quantities: int64 (n_values,), what each account got.
        gross: int64 (n_blocks,), minor units, from :func:`block_gross`.
        commission: int64 (n_blocks,), minor units; negative is a rebate.
        side: int64 (n_blocks,), ``BUY`` (1: net = gross + commission) or ``SELL`` (-1, also short
            sales: net = gross - commission).
        offsets: int64 (n_blocks + 1,) over the accounts.
        ties: int64 or uint64 (n_values,).

    Returns:
        Cash whose nets sum to the broker's net, to the minor unit.

    Raises:
        As :mod:`allocation.rounding`; ColumnsError for any other side.
    """
    check_int64(len(offsets) - 1, gross=gross, commission=commission, side=side)
    unknown: Mask = np.abs(side) != 1
    if unknown.any():
        raise ColumnsError("side must be 1 (buy) or -1 (sell)", blocks=indices(unknown))
    gross_parts = split_money(gross, quantities, offsets, ties)
    costs = split_money(commission, quantities, offsets, ties)
    net = gross_parts + side[segment_ids(offsets)] * costs
    return Cash(gross_parts, costs, net)
