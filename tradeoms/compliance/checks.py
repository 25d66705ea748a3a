"""Running the table over an order, a block's routes or a basket: everything found, worst first."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from tradeoms.compliance.overrides import lifted
from tradeoms.compliance.rule import Case, Check, Stage, Terms
from tradeoms.compliance.rules import BY_NAME, RULES, cross_price
from tradeoms.model.commands import Route
from tradeoms.model.crosses import FairPrice
from tradeoms.model.fields import Override, Severity
from tradeoms.model.orders import Block, Order, Violation
from tradeoms.model.state import State

AT = {stage: tuple(rule for rule in RULES if stage in rule.stages) for stage in Stage}
RANK = {Override.Never: 0, Override.Two: 1, Override.One: 2}
NAMED = 3  # orders named in front of a message before it says how many more there are


def check_order(state: State, order: Order, now: datetime) -> tuple[Violation, ...]:
    """Everything the rules find in an order at entry, worst first.

    The order must not be in `state` yet: neither its quantities in `buying` or `selling` nor its
    fingerprints.
    """
    return worst_first(_run(Case.of(state, Stage.Entry, now, order)))


def check_basket(state: State, orders: tuple[Order, ...], now: datetime) -> tuple[Violation, ...]:
    """What the rules over a whole basket find, worst first."""
    return worst_first(_run(Case.of(state, Stage.Basket, now, *orders))) if orders else ()


def check_route(
    state: State, block: Block, orders: tuple[Order, ...], routes: tuple[Route, ...], now: datetime
) -> tuple[Violation, ...]:
    """Everything the rules find in a block's orders and its routes as things stand, worst first.

    The orders are in `state`. A BLOCK on an order that enough persons have lifted is left out; one
    on a route is left out where every order of the block has it lifted. The same finding on several
    orders is given once; `facts["orders"]` names them, and so does the message unless it is about
    the whole block.
    """
    found: list[tuple[Sequence[str], Violation]] = []
    for order in orders:
        violations = _run(Case.of(state, Stage.Routing, now, order))
        found += [((order.order,), v) for v in violations if not lifted(order, v, now)]
    names = tuple(order.order for order in orders)
    for route in routes:
        violations = _run(Case.of(state, Stage.Placement, now, _as_order(block, orders[0], route)))
        found += [
            (names, v) for v in violations if not all(lifted(order, v, now) for order in orders)
        ]
    return worst_first(_merged(found, len(orders))) if found else ()


def check_cross(
    state: State, orders: Sequence[Order], crossed: Sequence[Order], now: datetime
) -> tuple[Violation, ...]:
    """Everything the rules find in a cross, worst first: in each order, which is in `state`, as if it
    were routed now; and in what of them is `crossed`. Of the latter nothing is lifted.
    """
    found: list[tuple[Sequence[str], Violation]] = []
    for order in orders:
        violations = _run(Case.of(state, Stage.Routing, now, order))
        found += [((order.order,), v) for v in violations if not lifted(order, v, now)]
    names = tuple(order.order for order in orders)
    found += [(names, v) for v in _run(Case.of(state, Stage.Cross, now, *crossed))]
    return worst_first(_merged(found, len(orders)))


def price_of_cross(state: State, instrument: str, now: datetime) -> FairPrice | str:
    """What a cross would be paid with now, by the policy in force; or why it cannot be."""
    terms = BY_NAME["cross_price"].terms(state)
    assert terms is not None, "it always runs"
    return cross_price.find(state, instrument, now, terms)


def _run(case: Case) -> list[Violation]:
    found: list[Violation] = []
    for check, terms in _in_force(case.state, case.stage):
        found += check(case, terms)
    return found


def _in_force(state: State, stage: Stage) -> tuple[tuple[Check, Terms], ...]:
    """The checks that run at a stage today, each with its terms."""
    key = (stage, state.business_date)
    found: tuple[tuple[Check, Terms], ...] | None = state.in_force.get(key)
    if found is None:
        rows = ((rule.check, rule.terms(state)) for rule in AT[stage])
        found = tuple((check, terms) for check, terms in rows if terms is not None)
        state.in_force[key] = found
    return found


def worst_first(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """BLOCK that nobody may lift, that two may, that one may, WARN; within each as found."""
    return tuple(sorted(violations, key=_rank))


def _rank(violation: Violation) -> int:
    return RANK[violation.override] if violation.severity is Severity.Block else len(RANK)


def _as_order(block: Block, first: Order, route: Route) -> Order:
    """What would go to the broker. Prices left out are the block's, unless it has its own type."""
    own = route.OrdType is not None
    return replace(
        first,
        order=block.block,
        members=(),
        OrderQty=route.OrderQty,
        CashOrderQty=None if block.CashOrderQty is None else route.CashOrderQty,
        OrdType=route.OrdType or block.OrdType,
        Price=route.Price if own or route.Price is not None else block.Price,
        StopPx=route.StopPx if own or route.StopPx is not None else block.StopPx,
        violations=(),
        overrides=(),
    )


def _merged(found: list[tuple[Sequence[str], Violation]], orders: int) -> list[Violation]:
    """Equal findings once, with the orders they concern (at most `orders` different ones)."""
    groups: dict[tuple[str, ...], tuple[Violation, dict[str, None]]] = {}
    for names, v in found:
        key = (v.rule, v.severity, v.override, v.account, v.message)
        groups.setdefault(key, (v, {}))[1].update(dict.fromkeys(names))
    return [_named(v, tuple(names), orders) for v, names in groups.values()]


def _named(violation: Violation, names: tuple[str, ...], orders: int) -> Violation:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    prefix = "" if len(names) == orders else f"{', '.join(names[:NAMED])}{more}: "
    facts = {**violation.facts, "orders": " ".join(names)}
    return replace(violation, message=prefix + violation.message, facts=facts)
