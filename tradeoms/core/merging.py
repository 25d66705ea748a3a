"""Which orders may be worked as one: data, one function, and what may be merged now.

Orders of one block are the same in everything that a broker is told, so that no placement can be
worse than any member's limit; an account that is to trade alone is with nobody else's.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tradeoms.model.fields import BlockState, OrderState
from tradeoms.model.orders import Block, Order
from tradeoms.model.state import State

#: What orders of one block have in common, by name, as `terms` gives it.
TERMS = (
    *("instrument", "Side", "OrdType", "Price", "StopPx", "TimeInForce", "HandlInst"),
    *("instructions", "ordered in", "account that trades alone"),
)


def _alone(state: State, order: Order) -> str:
    """The accounts that nobody else is merged with; nothing for most."""
    names = [member.account for member in order.members if state.accounts[member.account].alone]
    return ", ".join(sorted(set(names))) if names else ""


def terms(state: State, order: Order) -> tuple[object, ...]:
    """What an order has to share with the others of its block."""
    return (
        *(order.instrument, order.Side, order.OrdType, order.Price, order.StopPx),
        *(order.TimeInForce, order.HandlInst, order.instructions),
        "units" if order.CashOrderQty is None else "money",
        _alone(state, order),
    )


def unlike(state: State, order: Order, other: Order) -> str:
    """Why two orders may not be merged: each term in which they differ; empty where they may."""
    pairs = zip(TERMS, terms(state, order), terms(state, other), strict=True)
    differ = [f"{name} is {_said(a)}, not {_said(b)}" for name, a, b in pairs if a != b]
    return "; ".join(differ)


def _said(value: object) -> str:
    if value in (None, ""):
        return "none"
    return str(getattr(value, "name", value))


class Suggestion(NamedTuple):
    """Staged orders that may be merged, with each other or into `block`."""

    block: Block | None
    orders: tuple[Order, ...]


def suggestions(state: State, user: str = "") -> Iterator[Suggestion]:
    """Working blocks that staged orders may join, then groups of staged orders; for a trader,
    nothing that is another's.
    """
    groups: dict[tuple[object, ...], list[Order]] = {}
    for order in state.orders.values():
        if order.state is OrderState.Staged and _free(order, user):
            groups.setdefault(terms(state, order), []).append(order)
    for block in state.blocks.values():
        if block.state in (BlockState.Open, BlockState.Working) and _free(block, user):
            first = state.orders[block.orders[0]]
            if orders := groups.get(terms(state, first)):
                yield Suggestion(block, tuple(orders))
    for orders in groups.values():
        if len(orders) > 1:
            yield Suggestion(None, tuple(orders))


def _free(one: Order | Block, user: str) -> bool:
    return not user or one.claimed in ("", user)


def groups_of(state: State, orders: Iterable[Order]) -> list[list[Order]]:
    """The orders, those together that may be merged, in the order given."""
    found: dict[tuple[object, ...], list[Order]] = {}
    for order in orders:
        found.setdefault(terms(state, order), []).append(order)
    return list(found.values())
