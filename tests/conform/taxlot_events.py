"""Tax-lot cases as events of a book; `tests/cases/README.md` says how they are written."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from allocation import lot_events as ev
from tests.allocation.published import Case

#: Actions that bring a security into a case; others may name the only one there is.
OPENING = {"BUY", "SHORT", "BUY_CROSS"}


class Symbols:
    """The securities of a case; a name that nothing was bought under means the only one."""

    def __init__(self, case: Case) -> None:
        opened = [each for each in case["events"] if each["action"] in OPENING]
        self.bought = [each.get("symbol", "") for each in opened]
        self.only = self.bought[0] if opened else ""

    def of(self, event: Case) -> str:
        """The security of an event."""
        symbol = event.get("symbol", "")
        return symbol if symbol in self.bought else self.only


def _date(event: Case, key: str) -> date | None:
    return date.fromisoformat(event[key]) if event.get(key) else None


def _quantity(event: Case) -> Fraction:
    return Fraction(event["qty"])


def _value(event: Case, sign: int) -> Fraction:
    """Price times quantity or the total, with a purchase's fee or without a sale's."""
    total = event.get("amount")
    if total is None:
        total = _quantity(event) * Fraction(event["price"])
    return Fraction(total) + sign * Fraction(event.get("fee", 0))


def _lots(event: Case) -> dict[str, Fraction] | None:
    named: dict[str, Fraction] = {}
    for each in event.get("lots", ()):
        named[each["lot"]] = named.get(each["lot"], Fraction(0)) + Fraction(each["qty"])
    return named or None


def _day(event: Case) -> date:
    return date.fromisoformat(event["date"])


def _common(symbols: Symbols, event: Case) -> dict[str, Any]:
    account = event.get("account", "A")
    return {"date": _day(event), "account": account, "symbol": symbols.of(event)}


def buy(symbols: Symbols, event: Case) -> ev.Buy:
    return ev.Buy(
        **_common(symbols, event),
        lot=event["lot"],
        quantity=_quantity(event),
        amount=_value(event, 1),
        acquired=_date(event, "acquired"),
        acquisition=event.get("acq_id", ""),
    )


def sell(symbols: Symbols, event: Case) -> ev.Sell:
    return ev.Sell(
        **_common(symbols, event),
        quantity=_quantity(event),
        amount=_value(event, -1),
        lots=_lots(event),
        method=event.get("method", ""),
        settle=_date(event, "settle"),
    )


def transfer(symbols: Symbols, event: Case) -> ev.Transfer:
    return ev.Transfer(
        **_common(symbols, event),
        to=event["to"],
        quantity=_quantity(event),
        lots=_lots(event),
        method=event.get("method", ""),
    )


def short(symbols: Symbols, event: Case) -> ev.SellShort:
    return ev.SellShort(
        **_common(symbols, event),
        lot=event["lot"],
        quantity=_quantity(event),
        amount=_value(event, -1),
    )


def close_short(symbols: Symbols, event: Case) -> ev.CloseShort:
    return ev.CloseShort(
        **_common(symbols, event),
        short=event["short"],
        deliver=event["deliver"],
        quantity=_quantity(event),
    )


def buy_cross(symbols: Symbols, event: Case) -> ev.BuyAcross:
    return ev.BuyAcross(
        **_common(symbols, event),
        lot=event["lot"],
        quantity=_quantity(event),
        amount=_value(event, 1),
    )


def _split(symbols: Symbols, event: Case, new: Fraction, old: Fraction) -> ev.Split:
    cash = event.get("cash_in_lieu")
    paid = None if cash is None else Fraction(cash)
    return ev.Split(date=_day(event), symbol=symbols.of(event), new=new, old=old, cash_in_lieu=paid)


def split(symbols: Symbols, event: Case) -> ev.Split:
    return _split(symbols, event, Fraction(event["new"]), Fraction(event["old"]))


def stock_dividend(symbols: Symbols, event: Case) -> ev.Split:
    return _split(symbols, event, 1 + Fraction(event["new_per_old"]), Fraction(1))


def other_class(symbols: Symbols, event: Case) -> ev.Distribution:
    return ev.Distribution(
        date=_day(event),
        symbol=symbols.only,
        new_symbol=event["symbol"],
        quantity=_quantity(event),
        value_old=Fraction(event["fmv_old"]),
        value_new=Fraction(event["fmv_new"]),
        suffix="-pr",
    )


def rights_of(symbol: str) -> str:
    """What the rights of a security are called."""
    return f"{symbol}-rights"


def rights(symbols: Symbols, event: Case) -> ev.Distribution:
    return ev.Distribution(
        date=_day(event),
        symbol=symbols.of(event),
        new_symbol=rights_of(symbols.of(event)),
        quantity=_quantity(event),
        value_old=Fraction(event["fmv_stock"]),
        value_new=Fraction(event["fmv_right"]),
        suffix="-rights",
    )


def sell_rights(symbols: Symbols, event: Case) -> ev.Sell:
    common = _common(symbols, event)
    return ev.Sell(
        **{**common, "symbol": rights_of(common["symbol"])},
        quantity=_quantity(event),
        amount=_value(event, -1),
        lots=_lots(event),
    )


def exercise(symbols: Symbols, event: Case) -> ev.Exercise:
    return ev.Exercise(
        **_common(symbols, event),
        rights=rights_of(symbols.of(event)),
        lot=event.get("lot", "N"),
        price=Fraction(event["price"]),
        quantity=_quantity(event) if "qty" in event else None,
    )


ACTIONS: dict[str, Callable[[Symbols, Case], ev.Event]] = {
    "BUY": buy,
    "SELL": sell,
    "TRANSFER": transfer,
    "SHORT": short,
    "CLOSE_SHORT": close_short,
    "BUY_CROSS": buy_cross,
    "SPLIT": split,
    "STOCK_DIVIDEND": stock_dividend,
    "DIVIDEND_OTHER_CLASS": other_class,
    "RIGHTS": rights,
    "SELL_RIGHTS": sell_rights,
    "EXERCISE": exercise,
}
