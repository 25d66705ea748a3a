"""Orders that were open before day one: staged anew, or where their broker has them."""

from msgspec.structs import replace

from tradeoms.core.adopting import adopted, block_of, placement_of
from tradeoms.core.context import Context
from tradeoms.core.freezing import of_members
from tradeoms.core.orders import recorded
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrderState, OrdStatus, Severity
from tradeoms.model.openings import OpeningOrder
from tradeoms.model.orders import Order
from tradeoms.model.state import State


def enter_orders(state: State, command: c.EnterOpeningOrders, ctx: Context) -> list[e.AnyEvent]:
    """Nothing is refused any more: what a rule says holds a staged order, and is told of one that
    its broker has already.
    """
    events: list[e.AnyEvent] = []
    for opening in command.orders:
        order = replace(recorded(state, opening.order, ctx), pm=opening.pm)
        if opening.broker:
            events += _at_broker(state, opening, order, ctx)
        else:
            held = any(v.severity is Severity.Block for v in order.violations)
            kept = OrderState.Held if held else OrderState.Staged
            events.append(e.OrderEntered(replace(order, state=kept)))
    return events


def _at_broker(state: State, opening: OpeningOrder, order: Order, ctx: Context) -> list[e.AnyEvent]:
    block, broker = block_of(state, order, ctx), state.brokers[opening.broker]
    # Under the ids that its broker knows, so that its reports, and our cancels, find it.
    placement = placement_of(state, order, block, broker, opening.ClOrdID, ctx)
    placement = replace(placement, OrderID=opening.OrderID, OrdStatus=OrdStatus.New)
    # Pro rata: the split was promised elsewhere, before there was a policy of ours.
    rows = [(order.order, member.account, member.OrderQty) for member in order.members]
    split = of_members(state, order.instrument, rows, ctx)
    return adopted(order, block, split, placement, "opening order", ctx)


DECIDE = {c.EnterOpeningOrders: enter_orders}
