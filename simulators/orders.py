"""The broker's own order: whole shares, prices in ticks, the notional in ticks × shares."""

from dataclasses import dataclass, field

from simulators.codes import DEAD, LIMITED, OrdStatus, Side
from simulators.venue import Piece


@dataclass(slots=True)
class Order:
    """One order with its chain of ClOrdIDs; the last of the chain is the current one."""

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
    OrdStatus: str = OrdStatus.PENDING_NEW
    CumQty: int = 0
    notional: int = 0
    executions: dict[str, Piece] = field(default_factory=dict)
    # What follows is the plan the broker has for the order, not the order: a change of terms begins
    # a new life, and what was planned for an earlier one no longer happens.
    life: int = 0
    life_fills: list[str] = field(default_factory=list)
    busy_until: float = 0.0
    mute: bool = False
    # The stop price was reached: from then on the order is a market or a limit order.
    triggered: bool = False

    @property
    def ClOrdID(self) -> str:
        """The current id: the last one the broker accepted."""
        return self.ClOrdIDs[-1]

    @property
    def LeavesQty(self) -> int:
        """Shares still open, 0 for a dead order."""
        return 0 if self.OrdStatus in DEAD else self.OrderQty - self.CumQty

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

    def settle_status(self) -> None:
        """OrdStatus by quantities; a dead order stays dead."""
        if self.OrdStatus in DEAD:
            return
        if self.CumQty >= self.OrderQty:
            self.OrdStatus = OrdStatus.FILLED
        else:
            self.OrdStatus = OrdStatus.PARTIALLY_FILLED if self.CumQty else OrdStatus.NEW

    def begin_life(self) -> None:
        """Forget what was planned."""
        self.life += 1
        self.life_fills = []
        self.busy_until = 0.0
