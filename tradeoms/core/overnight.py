"""Orders for one day that are open still when the next one begins."""

from datetime import date

from tradeoms.core.attention import alert
from tradeoms.core.context import Context
from tradeoms.model import events as e
from tradeoms.model.fields import TimeInForce
from tradeoms.model.state import State


def left_open(state: State, today: date, ctx: Context) -> list[e.AnyEvent]:
    """An alert for each that its broker never ended: its quantity stays out of the block, and the
    broker may fill it yet. A person asks, and closes it.
    """
    return [
        alert(
            ctx,
            "open overnight",
            p.placement,
            f"for {p.trade_date} only, and {p.broker} never ended it: {p.exposure} of {p.OrderQty}"
            " are open. Ask the broker, then close it by hand",
        )
        for p in state.placements.values()
        if p.trade_date < today
        and p.TimeInForce is not TimeInForce.GoodTillCancel
        and p.exposure > 0
    ]
