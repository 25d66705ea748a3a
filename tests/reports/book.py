"""A small known book: two blocks allocated, one half filled."""

from decimal import Decimal
from pathlib import Path

from tests.views.house import House
from tradeoms.model import commands as c
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdStatus, Side
from tradeoms.model.orders import Member, NewOrder
from tradeoms.store import migrate, readmodel
from tradeoms.store.readmodel import ReadModel

D = Decimal
HASH = bytes(range(32))


def known_book(KING_price: str = "50.10") -> House:
    """B1 buys 157 ACME for three accounts, B2 sells short 10 CORN, B3 has sold 12 of 30 BOLT."""
    house = House(0)
    house.open()
    _order(house, "ACME", Side.Buy, A1=100, A2=50)
    _order(house, "ACME", Side.Buy, strategy="<b>bold</b> & co", discretionary=False, A3=7)
    _order(house, "CORN", Side.SellShort, strategy="hedge", A4=10)
    _order(house, "BOLT", Side.Sell, A1=30)
    house.do(c.BlockOrders(("O1", "O2", "O3", "O4")), "trader")
    _route(house, "B1", KING=100, QUEEN=57)
    _route(house, "B2", QUEEN=10)
    _route(house, "B3", KING=30)
    _fill(house, "P1", 100, KING_price, "XNYS", "14:30:00.123")
    _fill(house, "P2", 57, "50.20", "ARCX", "14:45:10.000")
    _fill(house, "P3", 10, "40.00", "XPAR", "15:00:00.000")
    _fill(house, "P4", 12, "49.995", "XNYS", "15:10:00.000")
    house.do(c.FinishBlock("B1"), "trader")
    house.do(c.FinishBlock("B2"), "trader")
    assert all(answer.outcome == "done" for answer in house.answers)
    return house


def model_of(house: House, folder: Path) -> tuple[ReadModel, readmodel.Engine]:
    """A read model that shows the house."""
    engine = readmodel.connect(f"sqlite:///{folder}/read.db")
    migrate.upgrade(engine, "readmodel")
    model = ReadModel(engine)
    model.rebuild(house.state, HASH)
    return model, engine


def _order(
    house: House,
    instrument: str,
    side: Side,
    strategy: str = "value",
    discretionary: bool = True,
    **quantities: int,
) -> None:
    locate = "L1" if side is Side.SellShort else ""
    members = tuple(Member(account, D(q), locate) for account, q in quantities.items())
    new = NewOrder(instrument, side, members, strategy=strategy, discretionary=discretionary)
    house.do(c.SubmitOrder(new))


def _route(house: House, block: str, **quantities: int) -> None:
    routes = tuple(c.Route(broker, D(quantity)) for broker, quantity in quantities.items())
    house.do(c.RouteBlock(block, routes), "trader")


def _fill(house: House, name: str, quantity: int, price: str, venue: str, time: str) -> None:
    placement = house.state.placements[name]
    filled = quantity == placement.OrderQty
    said = Report(
        kind="trade",
        ClOrdID=placement.ClOrdID,
        ExecID=f"E{name}",
        OrdStatus=OrdStatus.Filled if filled else OrdStatus.PartiallyFilled,
        LastQty=D(quantity),
        LastPx=D(price),
        LastMkt=venue,
        TransactTime=f"20260302-{time}",
    )
    house.hear(placement.session, said)
    house.settle()
