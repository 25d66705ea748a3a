"""Basket notional: the gross value of everything a basket would buy and sell."""

from decimal import Decimal

from tradeoms.compliance.rule import Case, Terms
from tradeoms.compliance.values import fact, notional, said
from tradeoms.model.orders import Violation

NAMED = 5  # instruments named in a message


def check(case: Case, terms: Terms) -> list[Violation]:
    """The values of all orders, buys and sells added, are at most `most` of their one currency.

    What cannot be valued, or not be added because currencies differ, cannot be shown to be within.
    Source: own policy, after RTS 6 art. 15(1)(b).
    """
    most, total = terms.amount("most"), Decimal(0)
    unpriced: dict[str, None] = {}
    currencies: dict[str, None] = {}
    for order in case.orders:
        instrument = case.state.instruments[order.instrument]
        value = notional(order, instrument, case.state.prices.get(order.instrument))
        currencies[instrument.Currency] = None
        if value is None:
            unpriced[order.instrument] = None
        else:
            total += value
    facts = {"orders": str(len(case.orders)), "notional": fact(total), "most": fact(most)}
    facts["Currency"] = " ".join(currencies)
    return [
        terms.violation(message, facts)
        for message in _messages(most, total, tuple(unpriced), tuple(currencies))
    ]


def _messages(
    most: Decimal, total: Decimal, unpriced: tuple[str, ...], currencies: tuple[str, ...]
) -> list[str]:
    found = []
    if len(currencies) > 1:
        names = ", ".join(currencies)
        found.append(
            f"the basket cannot be valued: it mixes {names}; send a basket for each currency"
        )
    elif total > most:
        found.append(
            f"the basket's gross notional is {said(total)} {currencies[0]}, at most {said(most)}"
        )
    if unpriced:
        more = f" and {len(unpriced) - NAMED} more" if len(unpriced) > NAMED else ""
        names = ", ".join(unpriced[:NAMED])
        found.append(
            f"the basket cannot be valued: no price of {names}{more}; without them {said(total)}"
        )
    return found
