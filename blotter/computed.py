"""What is worked out from a row: exact, and empty where something is missing."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from blotter import cells
from blotter.column import Column, Kind

CENT, TENTH = Decimal("0.01"), Decimal("0.1")


def percent(part: str, whole: str) -> Column:
    """How much of it is done, as a line and a number: readable without colour."""

    def share(row: Any) -> Decimal | None:
        size: Decimal = getattr(row, whole)
        return (getattr(row, part) * 100 / size).quantize(TENTH) if size else None

    def shown(row: Any) -> str:
        return cells.bar(getattr(row, part), getattr(row, whole))

    return Column("done", "% done", 13, share, shown, Kind.Number)


def _share(row: Any) -> Decimal | None:
    return (row.OrderQty * 100 / row.ADV).quantize(CENT) if row.ADV else None


#: How much of an average day's volume the order is: above ten or so it moves the price.
VOLUME = Column(*("volume", "% ADV", 8, _share, lambda row: cells.number(_share(row)), Kind.Number))


def value(quantity: str, *prices: str) -> Column:
    """Quantity times the first price there is, to the cent."""

    def worth(row: Any) -> Decimal | None:
        price = next((p for p in (getattr(row, name) for name in prices) if p), None)
        return None if price is None else (getattr(row, quantity) * price).quantize(CENT)

    shown = lambda row: cells.number(worth(row))  # noqa: E731
    return Column("value", "value", 17, worth, shown, Kind.Number, total=True, money=True)


def slippage(row: Any) -> Decimal | None:
    """What the fills cost against the arrival price, in basis points; above zero is worse."""
    if not row.arrival or not row.AvgPx:
        return None
    worse = row.AvgPx - row.arrival if row.Side == "Buy" else row.arrival - row.AvgPx
    return Decimal(worse * 10_000 / row.arrival).quantize(TENTH)


def _slipped(row: Any) -> str:
    bp = slippage(row)
    return "" if bp is None else f"{bp:+,f}"


SLIPPAGE = Column("slippage", "slip bp", 9, slippage, _slipped, Kind.Number)


def age(since: str, title: str = "age") -> Column:
    """Minutes since a time; what is oldest sorts as the greatest, what never was before all."""

    def minutes(row: Any) -> int | None:
        at: datetime | None = getattr(row, since)
        return None if at is None else max(int((datetime.now(UTC) - at).total_seconds()) // 60, 0)

    def shown(row: Any) -> str:
        passed = minutes(row)
        return "" if passed is None else cells.span(passed)

    def order(row: Any) -> float:  # that of an age that grows while one looks at it
        at: datetime | None = getattr(row, since)
        return -at.timestamp() if at else float("-inf")

    return Column("age", title, 7, minutes, shown, Kind.Number, order=order)
