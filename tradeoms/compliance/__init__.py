"""Compliance: pure rules over the state, an order and the time. `rules` holds the table."""

from tradeoms.compliance.checks import (
    check_basket,
    check_cross,
    check_order,
    check_route,
    price_of_cross,
)
from tradeoms.compliance.headroom import Room, rooms
from tradeoms.compliance.limits import check_limits
from tradeoms.compliance.overrides import still_blocked
from tradeoms.compliance.rule import Case, Parameter, Rule, Stage, Terms
from tradeoms.compliance.rules import RULES
from tradeoms.compliance.rules.duplicate_order import fingerprint

__all__ = [
    "RULES",
    "Case",
    "Parameter",
    "Room",
    "Rule",
    "Stage",
    "Terms",
    "check_basket",
    "check_cross",
    "check_limits",
    "check_order",
    "check_route",
    "fingerprint",
    "price_of_cross",
    "rooms",
    "still_blocked",
]
