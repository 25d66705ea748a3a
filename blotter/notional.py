"""What quantities are worth, in words for tickets: always beside the quantity, never alone."""

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal
from statistics import median
from typing import Any

from blotter import cells

CENT = Decimal("0.01")
WIDE = Context(prec=60)  # what is typed may be as large as it likes
FEW = 5  # orders from which on one knows what is usual
UNUSUAL = 50  # times the usual value, from which on somebody should look twice


def price(row: Any, prices: Mapping[str, Any]) -> Decimal | None:
    """The price of record of a row's instrument; else its limit, else its price on arrival."""
    known = prices.get(row.instrument)
    if known is not None:
        return Decimal(known.Px)
    return getattr(row, "Price", None) or getattr(row, "arrival", None)


def amount(quantity: Decimal, at: Decimal | None, Currency: str) -> str:
    """The value to the cent and its currency; empty where there is no price."""
    if at is None:
        return ""
    return f"{cells.number((quantity * at).quantize(CENT, context=WIDE))} {Currency}".rstrip()


def of_volume(quantity: Decimal, known: Any) -> str:
    """How much of an average day's volume it is, and who says so; empty where nobody does."""
    if known is None or not known.ADV:
        return ""
    part = (quantity * 100 / known.ADV).quantize(CENT)
    return f"{part:,f}% of the average daily volume {cells.number(known.ADV)} ({known.source})"


def total(rows: Iterable[Any], quantity: str, prices: Mapping[str, Any]) -> str:
    """The value of many rows, one sum for each currency, and how many have no price."""
    sums: dict[str, Decimal] = {}
    unknown = 0
    for row in rows:
        at = price(row, prices)
        if at is None:
            unknown += 1
            continue
        Currency = currency(row, prices)
        sums[Currency] = sums.get(Currency, Decimal(0)) + getattr(row, quantity) * at
    parts = [
        f"{cells.number(value.quantize(CENT))} {name}".rstrip()
        for name, value in sorted(sums.items())
    ]
    return ", ".join(parts + ([f"{unknown} without a price"] if unknown else []))


def currency(row: Any, prices: Mapping[str, Any]) -> str:
    """The currency of a row, or that of its instrument's price."""
    known = prices.get(row.instrument)
    return str(getattr(row, "Currency", "") or (known.Currency if known else ""))


def mixed_up(
    quantity: Decimal, at: Decimal, Currency: str, orders: Iterable[Any], prices: Mapping[str, Any]
) -> str:
    """A question where a quantity was probably meant as an amount of money; else empty.

    Asked where the value is far above what is usual on the blotter, or no multiple of it, while the
    number taken as money would be usual. With few orders to compare, where it is above ten million.
    """
    values = [
        row.OrderQty * known
        for row in orders
        if (known := price(row, prices)) and currency(row, prices) == Currency
    ]
    usual = median(values) if len(values) >= FEW else Decimal(200_000)
    if quantity * at <= UNUSUAL * usual or quantity < at:
        return ""
    instead = cells.number((quantity / at).quantize(Decimal(1), context=WIDE))
    return (
        f"Quantity or money? {cells.number(quantity)} are {amount(quantity, at, Currency)};"
        f" {cells.number(quantity)} {Currency} would be {instead}."
    )
