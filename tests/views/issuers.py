"""What issuers and clients do to lots in the random house: corporate actions, transfers, gifts."""

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tradeoms.model import commands as c
from tradeoms.model.fields import Side, TimeInForce
from tradeoms.model.lot_actions import ActionKind, ArrivedLot, CorporateAction, LotTransfer
from tradeoms.model.orders import Member, NewOrder

if TYPE_CHECKING:
    from tests.views.house import House

D = Decimal
K = ActionKind


def issue(house: "House") -> None:
    """Something that an issuer does, now or as of yesterday."""
    r, today = house.random, house.state.business_date
    day, name = today - timedelta(r.choice((0, 0, 1))), r.choice(("ACME", "BOLT", "CORN"))
    new = "BOLT" if name == "ACME" else "ACME"
    terms = r.choice(
        (
            CorporateAction(K.Split, name, day, D(3), D(2), fraction_price=D(20)),
            CorporateAction(K.StockDividend, name, day, D(1), D(10), fraction_price=D(20)),
            CorporateAction(
                K.SpinOff, name, day, D(1), D(7), new, D(9), basis_percent=D("12.5")
            ),
        )
    )  # fmt: skip
    house.send(c.BookCorporateAction(terms, f"ca{house.sent}", "announced"), "ops")


def move(house: "House") -> None:
    """Lots come from outside, go there, or are a present."""
    r, today = house.random, house.state.business_date
    arrived = (ArrivedLot(D(12), D("99.99"), today - timedelta(20)), ArrivedLot(D(3), D(9), today))
    one, other = r.sample(("A1", "A2", "A3", "A4"), 2)
    came = LotTransfer("ACME", today, to=one, arrived=arrived)
    went = LotTransfer("BOLT", today, account=one, quantity=D(r.randint(1, 40)))
    given = LotTransfer("ACME", today, one, other, D(r.randint(1, 40)), value=D(r.randint(1, 90)))
    name, reason = f"t{house.sent}", "asked for"
    house.send(
        r.choice(
            (
                c.TransferLots(came, name, reason),
                c.TransferLots(went, name, reason),
                c.GiftLots(given, name, reason),
            )
        ),
        "ops",
    )


def reverse(house: "House") -> None:
    if house.state.lot_actions:
        name = house.random.choice(tuple(house.state.lot_actions))
        house.send(c.ReverseAction(name, "wrong"), "ops")


def split(house: "House") -> None:
    """Of an instrument that one order waits for, and then it was not so after all."""
    today = house.state.business_date
    house.do(c.DefineInstruments((house.instrument("DELL"),)), "ops")
    lots = (ArrivedLot(D(100), D(5000), today),)
    came = LotTransfer("DELL", today, to="A1", arrived=lots)
    house.do(c.TransferLots(came, "dell", "came along"), "ops")
    members = (Member("A1", D(10)),)
    GTC = TimeInForce.GoodTillCancel
    house.do(c.SubmitOrder(NewOrder("DELL", Side.Sell, members, TimeInForce=GTC)))
    house.do(c.OpenDay(today + timedelta(1)), "ops")
    terms = CorporateAction(K.Split, "DELL", today + timedelta(1), D(2))
    (name,) = house.do(c.BookCorporateAction(terms, "dell split", "announced"), "ops").ids
    house.do(c.ReverseAction(name, "it was not so"), "ops")


ACTIONS = {issue: 1, move: 2, reverse: 1}
