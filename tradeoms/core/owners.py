"""Whose an order or a block is: what one trader works, no other works without taking it over."""

from tradeoms.core.context import Context, refuse
from tradeoms.model.orders import Block, Order


def of_another(one: Order | Block, ctx: Context) -> str:
    """Why the sender may not work it; empty where it is the sender's, or nobody's."""
    if one.claimed in ("", ctx.user):
        return ""
    return f"is {one.claimed}'s: take it over first"


def must_be_mine(block: Block, ctx: Context) -> None:
    """Refuse to work a block that another trader has claimed."""
    if reason := of_another(block, ctx):
        raise refuse("block", block.block, reason)
