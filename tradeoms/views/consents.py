"""Who has consented that a rule is lifted from an order, and who is still needed."""

from datetime import datetime
from typing import NamedTuple

from tradeoms.model.fields import OrderState, Severity
from tradeoms.model.orders import Order, Violation


class Consents(NamedTuple):
    """`given`: by rule, such as "oversell: carl"; `awaited`: "oversell: 1 more, not ann or carl".

    `until`: when the first of those given ends. None of it says what time it is: of a consent that
    has ended nobody is told, it has simply to be given again.
    """

    given: str
    awaited: str
    until: datetime | None


NONE = Consents("", "", None)


def consents(order: Order) -> Consents:
    """Those of an order."""
    if not order.overrides and order.state is not OrderState.Held:
        return NONE
    given: dict[str, dict[str, datetime]] = {}
    for one in order.overrides:
        given.setdefault(one.rule, {})[one.person] = one.expires
    ends = [end for persons in given.values() for end in persons.values()]
    return Consents(
        "; ".join(f"{rule}: {', '.join(persons)}" for rule, persons in given.items()),
        "; ".join(_awaited(order, given)) if order.state is OrderState.Held else "",
        min(ends, default=None),
    )


def _awaited(order: Order, given: dict[str, dict[str, datetime]]) -> list[str]:
    """For each rule that holds the order, how many persons more, and who cannot be one of them."""
    needed = {v.rule: v.override.persons or 0 for v in order.violations if _holds(v)}
    texts = []
    for rule, count in needed.items():
        persons = [name for name in given.get(rule, ()) if name != order.pm]
        if len(persons) < count:
            others = " or ".join([order.pm, *persons])
            texts.append(f"{rule}: {count - len(persons)} more, not {others}")
    return texts


def _holds(violation: Violation) -> bool:
    return violation.severity is Severity.Block
