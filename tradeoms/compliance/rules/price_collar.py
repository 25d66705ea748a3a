"""Price collar: a limit far from the reference price, or a reference price that says little."""

from datetime import datetime, timedelta
from decimal import Decimal

from tradeoms.compliance.fair import moment
from tradeoms.compliance.rule import Case, Terms
from tradeoms.compliance.values import VERB, fact, percent, said
from tradeoms.model.orders import Violation
from tradeoms.model.reference import Price


def check(case: Case, terms: Terms) -> list[Violation]:
    """abs(limit / reference - 1) <= most_distance; WARN where the reference is missing or too old.

    The reference is the price of record. An order without a limit has no distance, only the
    reference's age. Source: RTS 6 art. 15(1)(a).
    """
    order, mark = case.order, case.mark
    if mark is None:
        message = f"no price: {order.instrument} has no reference price to judge the order by"
        return [terms.warning(message, {"instrument": order.instrument})]
    found = _age(case, terms, mark)
    if order.Price is not None:
        most = terms.amount("most_distance")
        if abs(order.Price - mark.Px) > most * mark.Px:
            found.append(_too_far(case, terms, order.Price, mark, most))
    return found


def _age(case: Case, terms: Terms, mark: Price) -> list[Violation]:
    most = terms.whole("most_age_seconds")
    age = _since(mark.at, case.now)
    if age is not None and abs(age) <= timedelta(seconds=most):
        return []
    facts = {
        "reference": fact(mark.Px),
        "at": mark.at,
        "source": mark.source,
        "most_age_seconds": str(most),
    }
    what = f"the reference price {said(mark.Px)} of {mark.at} ({mark.source})"
    if age is None:
        return [terms.warning(f"{what} has no readable time with a zone", facts)]
    facts["age_seconds"] = seconds = str(age // timedelta(seconds=1))
    return [terms.warning(f"{what} is {seconds} s old, at most {most} s", facts)]


def _since(at: str, now: datetime) -> timedelta | None:
    """Time since an ISO timestamp, negative for a future one; None where it has no time or zone."""
    then = moment(at)
    return None if then is None else now - then


def _too_far(case: Case, terms: Terms, limit: Decimal, mark: Price, most: Decimal) -> Violation:
    lowest, highest = mark.Px * (1 - most), mark.Px * (1 + most)
    distance = limit / mark.Px - 1
    way = "above" if distance > 0 else "below"
    message = (
        f"{VERB[case.order.Side]} limit {said(limit)} is {abs(distance):.2%} {way} the reference "
        f"price {said(mark.Px)}, at most {percent(most)}: {said(lowest)} to {said(highest)}"
    )
    facts = {
        "limit": fact(limit),
        "reference": fact(mark.Px),
        "at": mark.at,
        "source": mark.source,
        "distance": f"{distance:.6f}",
        "most_distance": fact(most),
    }
    return terms.violation(message, facts)
