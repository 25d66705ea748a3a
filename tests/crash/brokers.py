"""The brokers' own books against our state: nothing there twice, nothing lost, nothing invented."""

from collections import Counter
from decimal import Decimal

from simulators import lines
from simulators.ledger import BrokerBook, read
from simulators.lines import Received
from tests.crash.installation import Installation
from tradeoms.model.fields import Effect, Transmission
from tradeoms.model.orders import ZERO
from tradeoms.model.state import State


def compare(installation: Installation, state: State) -> None:
    """AssertionError where a broker's book is not ours."""
    books = {name: read(installation.ledger(name)) for name in installation.ports}
    for broker, book in books.items():
        _each_order_once(installation, broker)
        _orders_are_ours(state, broker, book)
        _fills_are_ours(state, broker, book)
    _never_too_much(state, books)


def _each_order_once(installation: Installation, broker: str) -> None:
    """No ClOrdID made two orders, and none came again without the mark of a possible resend."""
    seen: Counter[str] = Counter()
    for line in lines.lines(installation.ledger(broker)):
        if not isinstance(line, Received) or line.MsgType != "D":
            continue
        if seen[line.ClOrdID]:
            assert line.PossResend, f"{broker} got {line.ClOrdID} again, unmarked"
            assert not line.OrderID, f"{broker} took {line.ClOrdID} for a second order"
        else:
            assert line.OrderID, f"{broker} made no order of {line.ClOrdID}"
        seen[line.ClOrdID] += 1


def _orders_are_ours(state: State, broker: str, book: BrokerBook) -> None:
    """Each placement that left has one order there with the same fills; an unsent one has none."""
    mine = [p for p in state.placements.values() if p.broker == broker]
    left = {p.ClOrdID: p for p in mine if p.transmission is not Transmission.Unsent}
    assert len(left) == len(book.orders), f"{broker} has {len(book.orders)} orders, we {len(left)}"
    for ClOrdID, placement in left.items():
        order = book.by_ClOrdID[ClOrdID]
        assert placement.OrderID == order.OrderID
        ours = (placement.OrderQty, placement.CumQty, placement.notional)
        assert ours == (Decimal(order.OrderQty), Decimal(order.CumQty), order.notional), placement
        assert placement.OrdStatus == order.OrdStatus, placement
        assert not placement.requests, placement


def _fills_are_ours(state: State, broker: str, book: BrokerBook) -> None:
    """By ExecID: every live and every busted fill, with its shares and price, and no others."""
    for effect, name in ((Effect.Booked, "executions"), (Effect.Busted, "busted")):
        theirs = {
            ExecID: (fill.qty, fill.px)
            for order in book.orders.values()
            for ExecID, fill in getattr(order, name).items()
        }
        mine = [x for x in state.executions.values() if (x.broker, x.effect) == (broker, effect)]
        ours = {x.ExecID: (x.LastQty, x.LastPx) for x in mine}
        assert len(ours) == len(mine), f"{broker}: an ExecID is booked twice"
        assert ours == theirs, f"{broker}: {ours.items() ^ theirs.items()}"


def _never_too_much(state: State, books: dict[str, BrokerBook]) -> None:
    """The brokers together filled no block beyond its quantity."""
    for block in state.blocks.values():
        placements = [state.placements[name] for name in block.placements]
        orders = [books[p.broker].by_ClOrdID.get(p.ClOrdID) for p in placements]
        assert sum(order.CumQty for order in orders if order) <= block.OrderQty, block.block


def nets(installation: Installation) -> int:
    """What the brokers say they got less what they paid, in cents."""
    books = [read(installation.ledger(name)) for name in installation.ports]
    orders = [order for book in books for order in book.orders.values()]
    money = sum((o.net if o.Side == "1" else -o.net for o in orders), ZERO)
    return int(money.scaleb(2))
