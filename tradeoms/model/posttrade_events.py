"""Events after the trade: allocation instructions, confirmations, settlement, cut-offs."""

from datetime import datetime

from tradeoms.model.base import Event
from tradeoms.model.fields import AffirmStatus, InstructionState
from tradeoms.model.posttrade import AllocationReport, Confirmation, Instruction
from tradeoms.model.settlement import CutOff, SettlementInstruction


class SettlementInstructionsDefined(Event, frozen=True, tag=True):
    instructions: tuple[SettlementInstruction, ...]


class CutOffsSet(Event, frozen=True, tag=True):
    cut_offs: tuple[CutOff, ...]


class AllocationInstructed(Event, frozen=True, tag=True):
    """A broker is told of an allocation, or of its end; the gateway sends a J."""

    instruction: Instruction


class AllocationWithdrawn(Event, frozen=True, tag=True):
    """An instruction that never left ends here."""

    AllocID: str
    reason: str


class AllocationVoided(Event, frozen=True, tag=True):
    """The allocation behind an instruction holds no more; the broker does not know yet."""

    AllocID: str
    reason: str


class AllocationAnswered(Event, frozen=True, tag=True):
    """A broker's answer to an instruction (P, or a reject of its message)."""

    AllocID: str
    state: InstructionState
    AllocRejCode: str = ""
    text: str = ""
    rejected: dict[str, str] = {}
    at: datetime | None = None


class AllocationReported(Event, frozen=True, tag=True):
    """A broker's calculation of an allocation (AS), and our answer to it; the gateway sends an AT."""

    session: str
    AllocID: str
    said: AllocationReport
    AllocStatus: str
    AllocRejCode: str
    Text: str
    at: datetime


class Confirmed(Event, frozen=True, tag=True):
    """A broker's confirmation of an account (AK); `current`: it is what stands for the account."""

    confirmation: Confirmation
    current: bool = True


class ConfirmationAnswered(Event, frozen=True, tag=True):
    """Our answer to a confirmation, by itself or by `user`; the gateway sends an AU.

    `version`: how many answers to the same confirmation went before.
    """

    session: str
    ConfirmID: str
    TradeDate: str
    AffirmStatus: AffirmStatus
    ConfirmRejReason: str
    Text: str
    user: str
    at: datetime
    version: int = 0


class ConfirmationsRequested(Event, frozen=True, tag=True):
    """A broker is asked for confirmations, of one account or all; the gateway sends a BH."""

    ConfirmReqID: str
    AllocID: str
    account: str
    session: str
    user: str
    at: datetime


class PostTradeSent(Event, frozen=True, tag=True):
    """Messages after the trade left on a session: parallel numbers and keys of the outbox."""

    session: str
    MsgSeqNums: tuple[int, ...]
    keys: tuple[str, ...]


class PostTradeUnsent(Event, frozen=True, tag=True):
    """A message after the trade could not leave: it waits for a logon, or for a person."""

    key: str
    reason: str
    hopeless: bool = False


class PostTradeResent(Event, frozen=True, tag=True):
    """A message after the trade is sent, with PossResend=Y where an earlier copy may have left."""

    key: str
    poss_resend: bool


class CutOffNear(Event, frozen=True, tag=True):
    """A person was told that a block's step is not done and that its cut-off is near."""

    block: str
    step: str
    at: datetime


class CutOffMissed(Event, frozen=True, tag=True):
    """A block's step was not done by its cut-off; a person has been told."""

    block: str
    step: str
    at: datetime


PostTradeEvent = (
    SettlementInstructionsDefined
    | CutOffsSet
    | AllocationInstructed
    | AllocationWithdrawn
    | AllocationVoided
    | AllocationAnswered
    | AllocationReported
    | Confirmed
    | ConfirmationAnswered
    | ConfirmationsRequested
    | PostTradeSent
    | PostTradeUnsent
    | PostTradeResent
    | CutOffMissed
    | CutOffNear
)
