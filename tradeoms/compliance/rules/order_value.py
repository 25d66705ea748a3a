"""Order value: quantity × price × multiplier."""

from decimal import Decimal

from tradeoms.compliance.rule import Case, Terms
from tradeoms.compliance.values import VERB, fact, notional, said, value_price
from tradeoms.model.orders import Violation


def check(case: Case, terms: Terms) -> list[Violation]:
    """The value of the whole order, in the instrument's currency, is at most `most`.

    An order that cannot be valued cannot be shown to be within the limit: it violates it.
    Source: RTS 6 art. 15(1)(b).
    """
    most, value = terms.amount("most"), notional(case.order, case.instrument, case.mark)
    if value is not None and value <= most:
        return []
    return [_violation(case, terms, most, value)]


def _violation(case: Case, terms: Terms, most: Decimal, value: Decimal | None) -> Violation:
    order, instrument = case.order, case.instrument
    price = value_price(order, case.mark)
    what = f"{VERB[order.Side]} {said(order.OrderQty)}"
    facts = {"quantity": fact(order.OrderQty), "most": fact(most), "Currency": instrument.Currency}
    if order.CashOrderQty is not None:
        facts["value"] = fact(order.CashOrderQty)
        total = f"{said(order.CashOrderQty)} {instrument.Currency}"
        message = f"{VERB[order.Side]} for {total}, at most {said(most)}"
        return terms.violation(message, facts)
    if price is None or value is None:
        return terms.violation(f"{what} cannot be valued: {order.instrument} has no price", facts)
    facts |= {"price": fact(price), "multiplier": fact(instrument.multiplier), "value": fact(value)}
    times = "" if instrument.multiplier == 1 else f" × {said(instrument.multiplier)}"
    total = f"{said(value)} {instrument.Currency}"
    message = f"{what} × {said(price)}{times} = {total}, at most {said(most)}"
    return terms.violation(message, facts)
