"""Opposite orders of the random firm that trade with each other, and are now and then taken back."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from tradeoms.core.opposite import candidates
from tradeoms.model import commands as c
from tradeoms.model.fields import CrossState, Side
from tradeoms.model.orders import Member, NewOrder
from tradeoms.model.reference import Limit, Price

if TYPE_CHECKING:
    from tests.views.house import House

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def policy(house: "House") -> Limit:
    """What lets the firm cross at all."""
    day = house.state.business_date
    return Limit("cross_price", day, {"most_age_seconds": 60, "most_spread": "0.02"})


def propose(house: "House") -> None:
    """What could cross in an instrument, where two portfolio managers disagree; the tape has just told
    a sale.
    """
    r = house.random
    seller, buyer = r.sample(("A1", "A2", "A3", "A4"), 2)
    for side, account in ((Side.Sell, seller), (Side.Buy, buyer)):
        new = NewOrder("BOLT", side, (Member(account, Decimal(r.randint(1, 40))),))
        house.do(c.SubmitOrder(new))
    for one in candidates(house.state, NOW):
        if not (one.buys and one.sells):
            continue
        Px, at = Decimal(r.randint(4900, 5100)).scaleb(-2), house.state.business_date
        price = Price(one.instrument, Px, "tape", "", last=Px, last_at=f"{at}T10:00:00-05:00")
        house.send(c.MarkPrices((price,)), "ops")
        orders = tuple(order.order for order in (*one.buys, *one.sells))
        house.send(c.ProposeCross(orders), "trader")


def answer(house: "House") -> None:
    """Mostly yes."""
    if name := _one(house, CrossState.Proposed):
        if house.random.random() < 0.7:
            house.send(c.ApproveCross(name), "carl")
        else:
            house.send(c.RejectCross(name, "not today"), "carl")


def bust(house: "House") -> None:
    """One wants it back, another agrees, or does not."""
    if name := _one(house, CrossState.BustProposed):
        command = c.ApproveBust if house.random.random() < 0.7 else c.RejectCross
        house.send(command(name, "looked at"), "carl")
    elif name := _one(house, CrossState.Approved):
        house.send(c.BustCross(name, "wrong account"), "trader")


def _one(house: "House", state: CrossState) -> str:
    names = [cross.cross for cross in house.state.crosses.values() if cross.state is state]
    return house.random.choice(names) if names else ""


ACTIONS: dict[Callable[["House"], None], int] = {propose: 5, answer: 8, bust: 3}
