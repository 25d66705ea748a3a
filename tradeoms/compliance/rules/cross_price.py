"""Cross price: a cross at a price that is not the market's, or that one side did not agree to."""

from datetime import datetime, timedelta

from tradeoms.compliance.fair import beyond_limit, fair_price
from tradeoms.compliance.rule import Case, Terms
from tradeoms.compliance.values import fact, said
from tradeoms.model.crosses import FairPrice
from tradeoms.model.orders import Order, Violation
from tradeoms.model.state import State

NO_POLICY = "the firm has no policy on crosses in force: set limits of cross_price"


def check(case: Case, terms: Terms) -> list[Violation]:
    """BLOCK a cross without a policy in force, without a price by it, or beyond an order's limit.

    The price is the last sale of the day, else the mean of the highest bid and the lowest offer,
    which may be most_age_seconds old and most_spread of the mean apart. Source: 17 CFR 270.17a-7(b).
    """
    price = find(case.state, case.order.instrument, case.now, terms)
    if isinstance(price, str):
        return [terms.violation(price, {"instrument": case.order.instrument})]
    worse = (order for order in case.orders if beyond_limit(order, price.Px))
    return [_beyond(terms, order, price) for order in worse]


def find(state: State, instrument: str, now: datetime, terms: Terms) -> FairPrice | str:
    """The price of a cross in the instrument now, or why there is none."""
    if not terms.parameters:
        return NO_POLICY
    age = timedelta(seconds=terms.whole("most_age_seconds"))
    spread = terms.amount("most_spread")
    return fair_price(state.prices.get(instrument), state.business_date, now, age, spread)


def _beyond(terms: Terms, order: Order, price: FairPrice) -> Violation:
    assert order.Price is not None
    message = f"the {price.basis} {said(price.Px)} is worse than the limit {said(order.Price)} of"
    facts = {"limit": fact(order.Price), "price": fact(price.Px), "order": order.order}
    return terms.violation(f"{message} {order.order}", facts)
