"""The broker's own order: whole shares, prices in ticks, the notional in ticks × shares."""

from dataclasses import dataclass, field
from typing import NamedTuple

from simulators.codes import DEAD, LIMITED, OrdStatus, Side, leaves
from simulators.venue import Piece
from simulators.wire import Fields


class Terms(NamedTuple):
    """What a client may change with a replace: shares and ticks; CashOrderQty as it came."""

    OrderQty: int
    OrdType: str
    TimeInForce: str
    Price: int | None
    StopPx: int | None
    CashOrderQty: str = ""


class Request(NamedTuple):
    """A cancel (without terms) or a replace that is not answered yet."""

    fields: Fields
    terms: Terms | None


@dataclass(slots=True)
class Order:
    """One order with its chain of ClOrdIDs; the last of the chain is the current one. An order
    given by telephone has none.
    """

    OrderID: str
    ClOrdIDs: list[str]
    number: int
    Symbol: str
    Side: str
    OrderQty: int
    OrdType: str
    TimeInForce: str
    Price: int | None = None
    StopPx: int | None = None
    Account: str = ""
    CashOrderQty: str = ""
    OrdStatus: str = OrdStatus.PENDING_NEW
    CumQty: int = 0
    notional: int = 0
    executions: dict[str, Piece] = field(default_factory=dict)
    # The MsgSeqNum of the order, which is all that some rejects name.
    MsgSeqNum: str = ""
    # While a request waits for its answer, OrdStatus on the wire is 6 or E; and the request itself.
    pending: str = ""
    request: Request | None = None
    # What follows is the plan the broker has for the order, not the order: a change of terms begins
    # a new life, and what was planned for an earlier one no longer happens.
    life: int = 0
    life_fills: list[str] = field(default_factory=list)
    busy_until: float = 0.0
    mute: bool = False
    # The broker lost the order, or never took it: to every request it is unknown.
    forgotten: bool = False
    # The stop price was reached: from then on the order is a market or a limit order.
    triggered: bool = False
    last_report: str = ""

    @property
    def ClOrdID(self) -> str:
        """The current id: the last one the broker accepted."""
        return self.ClOrdIDs[-1] if self.ClOrdIDs else ""

    @property
    def LeavesQty(self) -> int:
        """Shares still open."""
        return leaves(self.OrdStatus, self.TimeInForce, self.OrderQty, self.CumQty)

    @property
    def buy(self) -> bool:
        """Whether the order buys."""
        return self.Side == Side.BUY

    @property
    def limit_px(self) -> int | None:
        """The limit in ticks, None for a market order."""
        return self.Price if self.OrdType in LIMITED else None

    def book_fill(self, exec_id: str, piece: Piece) -> None:
        """Add an execution and let the status follow."""
        self.executions[exec_id] = piece
        self.CumQty += piece.qty
        self.notional += piece.qty * piece.px
        self.settle_status()

    def book_bust(self, exec_id: str) -> Piece:
        """Take an execution away. Raises KeyError when it is not alive."""
        piece = self.executions.pop(exec_id)
        self.CumQty -= piece.qty
        self.notional -= piece.qty * piece.px
        self.settle_status()
        return piece

    def split(self, new: int, old: int) -> None:
        """``new`` shares for each ``old`` ones: more shares at a lower price, the same money."""
        self.OrderQty = self.OrderQty * new // old
        self.CumQty = self.CumQty * new // old
        if self.Price is not None:
            self.Price = max(1, self.Price * old // new)

    def settle_status(self) -> None:
        """OrdStatus by quantities; what is dead, done for the day or stopped stays so."""
        if self.OrdStatus in DEAD or self.OrdStatus == OrdStatus.DONE_FOR_DAY:
            return
        if self.CumQty >= self.OrderQty:
            self.OrdStatus = OrdStatus.FILLED
        elif self.OrdStatus != OrdStatus.STOPPED:
            self.OrdStatus = OrdStatus.PARTIALLY_FILLED if self.CumQty else OrdStatus.NEW

    def begin_life(self) -> None:
        """Forget what was planned."""
        self.life += 1
        self.life_fills = []
        self.busy_until = 0.0
