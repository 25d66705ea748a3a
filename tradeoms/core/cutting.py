"""An order cut in two: what one part keeps, and the rest as an order of its own."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec.structs import replace

from tradeoms.core.context import Context
from tradeoms.model.fields import OrderState
from tradeoms.model.orders import ZERO, Member, Order


def kept(order: Order, quantities: Mapping[str, Decimal]) -> tuple[Member, ...]:
    """The members with the quantities of their accounts; those without one are left out."""
    return tuple(
        replace(member, OrderQty=quantities[member.account])
        for member in order.members
        if quantities.get(member.account)
    )


def rest(order: Order, kept: tuple[Member, ...], ctx: Context) -> Order | None:
    """What is not kept, staged: passed by compliance with the one it comes of; None where nothing is."""
    had = {member.account: member.OrderQty for member in kept}
    members = tuple(
        replace(member, OrderQty=left)
        for member in order.members
        if (left := member.OrderQty - had.get(member.account, ZERO))
    )
    if not members:
        return None
    return replace(
        order,
        order=ctx.name("order", "O"),
        members=members,
        OrderQty=sum((member.OrderQty for member in members), ZERO),
        state=OrderState.Staged,
        block="",
        entered=ctx.now,
        rest_of=order.order,
    )
