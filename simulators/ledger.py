"""What a ledger says: each order with its exact money, to check an OMS against."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from simulators.codes import (
    AllocStatus,
    AllocTransType,
    ConfirmTransType,
    ExecType,
    MsgType,
    OrdStatus,
    Side,
    leaves,
)
from simulators.lines import (
    Affirmed,
    Allocated,
    Changed,
    Confirmed,
    LedgerError,
    Line,
    Opened,
    Received,
    lines,
)

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Fill:
    """A live execution: shares and price."""

    qty: int
    px: Decimal


@dataclass(slots=True)
class BrokerOrder:
    """An order as the broker has it. Quantities are shares, prices and money are exact Decimals.
    ``adjusted`` are the shares a corporate action added to CumQty without a trade.
    """

    OrderID: str
    ClOrdIDs: list[str]
    Symbol: str
    Side: str
    OrdType: str
    TimeInForce: str
    Account: str
    commission_per_share: Decimal
    OrderQty: int = 0
    CumQty: int = 0
    LeavesQty: int = 0
    OrdStatus: str = OrdStatus.PENDING_NEW
    Price: Decimal | None = None
    StopPx: Decimal | None = None
    executions: dict[str, Fill] = field(default_factory=dict)
    busted: dict[str, Fill] = field(default_factory=dict)
    corrected: dict[str, Fill] = field(default_factory=dict)
    adjusted: int = 0

    @property
    def notional(self) -> Decimal:
        """Sum of quantity × price of the live executions."""
        return sum((fill.qty * fill.px for fill in self.executions.values()), Decimal("0.00"))

    @property
    def gross(self) -> Decimal:
        """The money before commission: the same as ``notional``, always positive."""
        return self.notional

    @property
    def commission(self) -> Decimal:
        """Traded shares × commission per share, rounded half up to cents once for the order."""
        traded = self.CumQty - self.adjusted
        return (traded * self.commission_per_share).quantize(CENT, rounding=ROUND_HALF_UP)

    @property
    def net(self) -> Decimal:
        """What the client pays (buy) or gets (sell)."""
        return (
            self.gross + self.commission if self.Side == Side.BUY else self.gross - self.commission
        )


@dataclass(slots=True)
class BrokerBook:
    """All orders of a broker by OrderID, and how often each ClOrdID was received in a
    NewOrderSingle. ``allocations`` are the accepted ones in force by AllocID, ``confirmations``
    those in force by ConfirmID, and ``affirmed`` the client's last AffirmStatus of each.
    """

    broker: str = ""
    runs: int = 0
    commission_per_share: Decimal = Decimal(0)
    orders: dict[str, BrokerOrder] = field(default_factory=dict)
    received: dict[str, int] = field(default_factory=dict)
    by_ClOrdID: dict[str, BrokerOrder] = field(default_factory=dict)
    allocations: dict[str, Allocated] = field(default_factory=dict)
    confirmations: dict[str, Confirmed] = field(default_factory=dict)
    affirmed: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> BrokerBook:
    """The book a ledger leads to. Raises LedgerError for a damaged or contradictory file."""
    return fold(lines(path))


def fold(ledger: Iterable[Line]) -> BrokerBook:
    """The book after these lines. Raises LedgerError when they contradict each other."""
    book = BrokerBook()
    for line in ledger:
        if isinstance(line, Changed):
            _change(book, line)
        elif isinstance(line, Received):
            _receive(book, line)
        elif isinstance(line, Opened):
            _open(book, line)
        else:
            _allocate(book, line)
    return book


def _allocate(book: BrokerBook, line: Allocated | Confirmed | Affirmed) -> None:
    if isinstance(line, Allocated):
        if line.AllocStatus != AllocStatus.ACCEPTED:
            return
        book.allocations.pop(line.RefAllocID, None)
        if line.AllocTransType != AllocTransType.CANCEL:
            book.allocations[line.AllocID] = line
    elif isinstance(line, Confirmed):
        book.confirmations.pop(line.ConfirmRefID, None)
        if line.ConfirmTransType != ConfirmTransType.CANCEL:
            book.confirmations[line.ConfirmID] = line
    elif line.ConfirmID:
        book.affirmed[line.ConfirmID] = line.status


def _open(book: BrokerBook, line: Opened) -> None:
    book.broker, book.runs = line.broker, line.run
    book.commission_per_share = Decimal(line.commission_per_share)


def _receive(book: BrokerBook, line: Received) -> None:
    if line.MsgType == MsgType.ORDER:
        book.received[line.ClOrdID] = book.received.get(line.ClOrdID, 0) + 1
    if line.OrderID:
        # A quantity no number can be made of belongs to an order that is refused with 0 shares in
        # the next line.
        qty = int(line.OrderQty) if line.OrderQty.isdecimal() else 0
        order = BrokerOrder(
            OrderID=line.OrderID,
            ClOrdIDs=[line.ClOrdID] if line.ClOrdID else [],
            Symbol=line.Symbol,
            Side=line.Side,
            OrdType=line.OrdType,
            TimeInForce=line.TimeInForce,
            Account=line.Account,
            commission_per_share=book.commission_per_share,
            OrderQty=qty,
            LeavesQty=qty,
            Price=_decimal(line.Price),
            StopPx=_decimal(line.StopPx),
        )
        book.orders[line.OrderID] = order
        if line.ClOrdID:
            book.by_ClOrdID[line.ClOrdID] = order


def _change(book: BrokerBook, line: Changed) -> None:
    order = book.orders.get(line.OrderID)
    if order is None:
        raise LedgerError(f"{line.ExecID}: no order {line.OrderID}")
    if line.ClOrdID and line.ClOrdID not in order.ClOrdIDs:
        order.ClOrdIDs.append(line.ClOrdID)
        book.by_ClOrdID[line.ClOrdID] = order
    if line.ExecType in (ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT):
        _withdraw(order, line)
    if line.ExecType in (ExecType.TRADE, ExecType.TRADE_CORRECT):
        if line.ExecID in order.executions or line.ExecID in order.busted:
            raise LedgerError(f"{line.ExecID}: executed twice")
        order.executions[line.ExecID] = Fill(line.LastQty, Decimal(line.LastPx))
    order.adjusted += line.Adjusted
    _take_state(order, line)


def _withdraw(order: BrokerOrder, line: Changed) -> None:
    """Take away the execution that a bust or a correction names."""
    bust = line.ExecType == ExecType.TRADE_CANCEL
    if line.ExecRefID not in order.executions:
        verb = "busts" if bust else "corrects"
        raise LedgerError(f"{line.ExecID}: {verb} {line.ExecRefID}, which is no live execution")
    gone = order.busted if bust else order.corrected
    gone[line.ExecRefID] = order.executions.pop(line.ExecRefID)


def _take_state(order: BrokerOrder, line: Changed) -> None:
    """The state on the line, checked against the executions."""
    order.CumQty = sum(fill.qty for fill in order.executions.values()) + order.adjusted
    order.OrderQty, order.LeavesQty, order.OrdStatus = line.OrderQty, line.LeavesQty, line.OrdStatus
    order.OrdType, order.TimeInForce = (
        line.OrdType or order.OrdType,
        line.TimeInForce or order.TimeInForce,
    )
    order.Price, order.StopPx = _decimal(line.Price), _decimal(line.StopPx)
    open_qty = leaves(line.OrdStatus, order.TimeInForce, line.OrderQty, order.CumQty)
    if (order.CumQty, open_qty) != (line.CumQty, line.LeavesQty):
        raise LedgerError(f"{line.ExecID}: CumQty or LeavesQty contradicts the fills")


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None
