"""Overrides: a BLOCK on one order, lifted by named persons for a time, never by its own author.

Source: RTS 6 art. 15(5): a specific order, temporary, exceptional, approved by risk.
"""

from datetime import datetime

from tradeoms.model.fields import Severity
from tradeoms.model.orders import Order, Violation


def lifted(order: Order, violation: Violation, now: datetime) -> bool:
    """True where the violation is a BLOCK and enough persons have lifted its rule on this order."""
    needed = violation.override.persons
    if violation.severity is not Severity.Block or needed is None:
        return False
    return bool(order.overrides) and len(persons(order, violation.rule, now)) >= needed


def persons(order: Order, rule: str, now: datetime) -> set[str]:
    """Who has lifted `rule` on the order and still does: it ends at the moment it expires."""
    return {
        o.person
        for o in order.overrides
        if o.rule == rule and o.expires > now and o.person != order.pm
    }


def still_blocked(order: Order, now: datetime) -> bool:
    """True where some BLOCK found at entry lacks the persons it takes."""
    return any(v.severity is Severity.Block and not lifted(order, v, now) for v in order.violations)
