"""Commands after the trade: allocation instructions, confirmations, settlement, cut-offs."""

from datetime import datetime

from tradeoms.model.base import Command
from tradeoms.model.posttrade import AnySaid
from tradeoms.model.settlement import CutOff, SettlementInstruction


class DefineSettlementInstructions(Command, frozen=True, tag=True):
    """Where accounts settle: by market, currency or broker, from a day on."""

    instructions: tuple[SettlementInstruction, ...]


class SetCutOffs(Command, frozen=True, tag=True):
    """Until when allocations must be accepted and affirmed on the trade date; the whole list."""

    cut_offs: tuple[CutOff, ...]


class SendAllocation(Command, frozen=True, tag=True):
    """Tell brokers how their fills of an allocated block are split over accounts (message J).

    What a broker was told before is replaced. Without `brokers`, all that need to be told.
    """

    block: str
    brokers: tuple[str, ...] = ()


class CancelAllocation(Command, frozen=True, tag=True):
    """Ask a broker to forget an allocation instruction; one that never left is withdrawn."""

    AllocID: str
    reason: str


class AffirmConfirmations(Command, frozen=True, tag=True):
    """Affirm brokers' confirmations (AU 3), all or none; what does not match only with a reason.

    `confirmations` are keys: session/ConfirmID.
    """

    confirmations: tuple[str, ...]
    reason: str = ""


class RejectConfirmation(Command, frozen=True, tag=True):
    """Reject a broker's confirmation that matches (AU 2). `confirmation` is session/ConfirmID."""

    confirmation: str
    reason: str


class RequestConfirmations(Command, frozen=True, tag=True):
    """Ask a broker to confirm an allocation instruction again, or one account of it (BH)."""

    AllocID: str
    account: str = ""


class InstructBrokers(Command, frozen=True, tag=True):
    """What follows from an allocation: brokers that are told by themselves are told."""

    block: str


class VoidInstructions(Command, frozen=True, tag=True):
    """What follows from a block that is open again: what brokers were told holds no more."""

    block: str
    reason: str


class PostTradeReceived(Command, frozen=True, tag=True):
    """A broker's message after the trade; `said` is None where it makes no sense."""

    session: str
    MsgSeqNum: int
    raw: str
    said: AnySaid | None = None
    error: str = ""


class ConfirmPostTrade(Command, frozen=True, tag=True):
    """The gateway's word that messages after the trade left; `keys` are those of the outbox."""

    session: str
    MsgSeqNums: tuple[int, ...]
    keys: tuple[str, ...]


class ReturnPostTrade(Command, frozen=True, tag=True):
    """The gateway's word that a message after the trade could not leave; `hopeless`: never will."""

    key: str
    reason: str
    hopeless: bool = False


class ResendPostTrade(Command, frozen=True, tag=True):
    """What follows from a logon: a message after the trade goes out that may not have left."""

    key: str


class CheckConfirmations(Command, frozen=True, tag=True):
    """The clock's word that it is `at`: what brokers are late with is looked for."""

    at: datetime
