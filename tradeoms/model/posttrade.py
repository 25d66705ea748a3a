"""After the trade: what brokers are told of an allocation, and what they confirm."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import fields
from tradeoms.model.fees import Levied
from tradeoms.model.settlement import SettlementInstruction

S = fields.InstructionState


class Instruction(Struct, frozen=True, gc=False, omit_defaults=True):
    """An allocation instruction (J): how a broker's fills of a block are split over accounts.

    `accounts`, `quantities` (the instrument's units), `gross`, `commission` and `net` (cents) are
    parallel; the broker's fills are their sums. RefAllocID is what it replaces or cancels.
    `settlements` holds the settlement instruction of each account that has one. `void` says why the
    allocation behind it holds no more: it has to be replaced or cancelled. `rejected` has the
    accounts that the broker does not take, with its reasons; `answered` when it said its last word.
    `repeated`: it was sent again, and the broker may have two copies. `prices`: each account's
    average, where not all have AvgPx. `research`: that part of each `commission`, if there is any;
    `fees` are in `net` besides.
    AvgPxGroupID: AvgPx is that of several blocks, whose instructions have the same.
    """

    AllocID: str
    block: str
    broker: str
    session: str
    instrument: str
    Side: fields.Side
    AvgPx: Decimal
    Currency: str
    trade_date: date
    settle_date: date
    ClOrdIDs: tuple[str, ...]
    OrderIDs: tuple[str, ...]
    accounts: tuple[str, ...]
    quantities: tuple[int, ...]
    gross: tuple[int, ...]
    commission: tuple[int, ...]
    net: tuple[int, ...]
    at: datetime
    user: str = ""
    AllocTransType: fields.AllocTransType = fields.AllocTransType.New
    RefAllocID: str = ""
    settlements: dict[str, SettlementInstruction] = {}
    reason: str = ""
    state: fields.InstructionState = S.Queued
    MsgSeqNum: int = 0
    void: str = ""
    rejected: dict[str, str] = {}
    AllocRejCode: str = ""
    text: str = ""
    answered: datetime | None = None
    repeated: bool = False
    prices: tuple[Decimal, ...] = ()
    research: tuple[int, ...] = ()
    AvgPxGroupID: str = ""
    fees: tuple[Levied, ...] = ()

    def AllocAvgPx(self, n: int) -> Decimal:
        """The price of the nth account."""
        return self.prices[n] if self.prices else self.AvgPx

    def fee(self, n: int) -> int:
        """Cents of all fees of the nth account."""
        return sum(one.cents[n] for one in self.fees)

    def IndividualAllocID(self, n: int) -> str:
        """What the row of the nth account is called."""
        return f"{self.AllocID}-{n + 1}"


class Row(Struct, frozen=True, gc=False, omit_defaults=True):
    """An account's row of a broker's message. None: absent."""

    AllocAccount: str = ""
    IndividualAllocID: str = ""
    IndividualAllocRejCode: str = ""
    AllocText: str = ""
    AllocQty: Decimal | None = None
    AllocNetMoney: Decimal | None = None


class Said(Struct, frozen=True, gc=False, omit_defaults=True, tag=True):
    """Base of brokers' messages after the trade, in one form for every FIX version."""


class AllocationAck(Said, frozen=True, tag=True):
    """P: what became of an instruction."""

    AllocID: str
    AllocStatus: str
    AllocRejCode: str = ""
    Text: str = ""
    rows: tuple[Row, ...] = ()


class AllocationReport(Said, frozen=True, tag=True):
    """AS: the broker's own calculation of an allocation."""

    AllocReportID: str
    AllocTransType: str
    AllocReportType: str = ""
    AllocID: str = ""
    Side: str = ""
    Quantity: Decimal | None = None
    AvgPx: Decimal | None = None
    TradeDate: str = ""
    Text: str = ""
    ClOrdIDs: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


class MiscFee(Struct, frozen=True, gc=False, omit_defaults=True):
    """A fee of a broker's message; MiscFeeBasis 1 is a unit's, 2 per cent, else it is money.
    None: absent."""

    MiscFeeAmt: Decimal | None = None
    MiscFeeType: str = ""
    MiscFeeBasis: str = ""


class ConfirmationSaid(Said, frozen=True, tag=True):
    """AK: what the broker confirms for one account. `parties`: role and id of the settlement's."""

    ConfirmID: str
    ConfirmTransType: str
    ConfirmType: str = ""
    ConfirmStatus: str = ""
    ConfirmRefID: str = ""
    ConfirmReqID: str = ""
    CopyMsgIndicator: str = ""
    AllocID: str = ""
    IndividualAllocID: str = ""
    AllocAccount: str = ""
    Side: str = ""
    AllocQty: Decimal | None = None
    AvgPx: Decimal | None = None
    GrossTradeAmt: Decimal | None = None
    Commission: Decimal | None = None
    CommType: str = ""
    NetMoney: Decimal | None = None
    Currency: str = ""
    TradeDate: str = ""
    SettlDate: str = ""
    Text: str = ""
    ClOrdIDs: tuple[str, ...] = ()
    parties: tuple[tuple[str, str], ...] = ()
    MiscFees: tuple[MiscFee, ...] = ()

    @property
    def fees(self) -> Decimal | None:
        """All fees as money; None where it names none, or not how much they are."""
        if not self.MiscFees:
            return None
        of = {"1": self.AllocQty, "2": self.GrossTradeAmt and self.GrossTradeAmt / 100}
        total = Decimal(0)
        for fee in self.MiscFees:
            worth = of.get(fee.MiscFeeBasis, Decimal(1))
            if worth is None or fee.MiscFeeAmt is None:
                return None
            total += fee.MiscFeeAmt * worth
        return total

    @property
    def commission(self) -> Decimal | None:
        """Commission as money, whatever way it is told (CommType 1: per unit, 2: percent)."""
        if self.Commission is not None and self.CommType == "1" and self.AllocQty is not None:
            return self.Commission * self.AllocQty
        if self.Commission is not None and self.CommType == "2" and self.GrossTradeAmt is not None:
            return self.Commission * self.GrossTradeAmt / 100
        return self.Commission


class MessageRefused(Said, frozen=True, tag=True):
    """3 or j: the broker's engine refused a message of ours; `key` is what it was, where known."""

    RefMsgType: str
    RefSeqNum: int | None = None
    key: str = ""
    Text: str = ""


AnySaid = AllocationAck | AllocationReport | ConfirmationSaid | MessageRefused


class Difference(Struct, frozen=True, gc=False):
    """A field in which the broker's message is not ours."""

    field: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        return f"{self.field}: yours {self.theirs or '(none)'}, ours {self.ours or '(none)'}"


class Confirmation(Struct, frozen=True, gc=False, omit_defaults=True):
    """A broker's confirmation of an account's part of an instruction, and how it compares."""

    session: str
    AllocID: str
    account: str
    said: ConfirmationSaid
    state: fields.ConfirmationState
    at: datetime
    differences: tuple[Difference, ...] = ()
    user: str = ""
    reason: str = ""

    @property
    def key(self) -> str:
        """ConfirmIDs are the broker's own: unique with the session only."""
        return f"{self.session}/{self.said.ConfirmID}"
