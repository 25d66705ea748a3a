"""What can be wrong with a price of record's last sale, bid and offer: a cross is paid by them."""

from tradeoms.compliance.fair import moment
from tradeoms.core.bounds import bad_price, brief
from tradeoms.model.commands import Problem
from tradeoms.model.reference import Price


def quote_problems(field: str, price: Price) -> list[Problem]:
    """Each above zero and with its time; bid and offer together, and not crossed themselves."""
    given = {name: getattr(price, name) for name in ("last", "bid", "offer")}
    reasons = {name: bad_price(value) for name, value in given.items() if value is not None}
    if (price.bid is None) != (price.offer is None):
        reasons["bid" if price.bid is None else "offer"] = "bid and offer belong together"
    elif price.bid is not None and price.offer is not None and not any(reasons.values()):
        reasons["offer"] = "is below the bid" if price.offer < price.bid else ""
    for name, needed in (("last_at", price.last), ("quoted_at", price.bid)):
        at = getattr(price, name)
        if (needed is not None or at) and moment(at) is None:
            reasons[name] = "must be an ISO time with a zone"
    return [
        Problem(f"{field}{name}", brief(getattr(price, name)), reason)
        for name, reason in reasons.items()
        if reason
    ]
