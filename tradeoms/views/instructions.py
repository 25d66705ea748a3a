"""Allocation instructions: what brokers were told of blocks' splits, and what they answered."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.fields import ConfirmationState
from tradeoms.model.posttrade import Instruction
from tradeoms.model.state import State
from tradeoms.views import touched

C = ConfirmationState
#: Events about one instruction, by its AllocID.
OWN = (e.AllocationWithdrawn, e.AllocationVoided, e.AllocationAnswered)
#: Events about messages on their way out.
SENDING = (e.PostTradeSent, e.PostTradeUnsent, e.PostTradeResent)
ON = (
    *(e.AllocationInstructed, *OWN, *SENDING, e.Confirmed, e.ConfirmationAnswered),
    *touched.MEMBERS,
)


class InstructionRow(Struct, frozen=True, gc=False):
    """An allocation instruction (message J); `key` is its AllocID.

    `state` is the broker's last word; `void` says why it must be replaced or cancelled. RefAllocID is
    what it replaces or cancels. `accounts`, `affirmed` and `mismatched` count accounts, `rejected`
    names those that the broker does not take. `at`: when it was made, `answered`: when the broker said
    its last word. Money to the cent in `Currency`.
    """

    key: str
    block: str
    broker: str
    AllocTransType: str
    RefAllocID: str
    state: str
    void: str
    instrument: str
    Symbol: str
    Side: str
    Quantity: Decimal
    AvgPx: Decimal
    gross: Decimal
    commission: Decimal
    net: Decimal
    Currency: str
    accounts: int
    affirmed: int
    mismatched: int
    rejected: str
    AllocRejCode: str
    text: str
    reason: str
    user: str
    trade_date: date
    settle_date: date
    at: datetime
    answered: datetime | None


def row(state: State, known: Instruction) -> InstructionRow:
    """The row of an instruction."""
    instrument = state.instruments[known.instrument]
    counts = _counts(state, known)
    return InstructionRow(
        key=known.AllocID,
        block=known.block,
        broker=known.broker,
        AllocTransType=known.AllocTransType.name,
        RefAllocID=known.RefAllocID,
        state=known.state._value_,
        void=known.void,
        instrument=known.instrument,
        Symbol=instrument.Symbol,
        Side=known.Side.name,
        Quantity=instrument.quantity(sum(known.quantities)),
        AvgPx=known.AvgPx,
        gross=state.money(sum(known.gross)),
        commission=state.money(sum(known.commission)),
        net=state.money(sum(known.net)),
        Currency=known.Currency,
        accounts=len(known.accounts),
        affirmed=counts.count(C.Affirmed),
        mismatched=counts.count(C.Mismatched),
        rejected="; ".join(f"{account}: {why}" for account, why in known.rejected.items()),
        AllocRejCode=known.AllocRejCode,
        text=known.text,
        reason=known.reason,
        user=known.user,
        trade_date=known.trade_date,
        settle_date=known.settle_date,
        at=known.at,
        answered=known.answered,
    )


def _counts(state: State, known: Instruction) -> list[ConfirmationState]:
    """How the confirmations of its accounts stand."""
    keys = (state.confirmed.get(f"{known.AllocID}/{name}") for name in known.accounts)
    return [state.confirmations[key].state for key in keys if key]


def chain(state: State, AllocID: str) -> Iterator[str]:
    """An instruction, what it replaces or cancels, and so on: an answer may end them all."""
    while AllocID:
        yield AllocID
        AllocID = state.instructions[AllocID].RefAllocID


def keys(state: State, event: e.AnyEvent) -> Iterable[str]:
    """Instructions that the event changed."""
    if isinstance(event, e.AllocationInstructed):
        return (event.instruction.AllocID,)
    if isinstance(event, OWN):
        return chain(state, event.AllocID)
    if isinstance(event, e.Confirmed):
        return (event.confirmation.AllocID,)
    if isinstance(event, e.ConfirmationAnswered):
        known = state.confirmations.get(f"{event.session}/{event.ConfirmID}")
        return (known.AllocID,) if known else ()
    if isinstance(event, SENDING):
        sent = event.keys if isinstance(event, e.PostTradeSent) else (event.key,)
        return [key[2:] for key in sent if key.startswith("J/")]
    if isinstance(event, touched.MEMBERS):
        return [k.AllocID for k in state.instructions.values() if k.block == event.block]
    defined = touched.instruments(event)
    return [k.AllocID for k in state.instructions.values() if defined and k.instrument in defined]


def upserts(state: State, keys: Iterable[str]) -> Iterator[tuple[str, InstructionRow | None]]:
    """The rows of instructions."""
    for key in keys:
        yield key, row(state, state.instructions[key])


def all_rows(state: State) -> Iterator[InstructionRow]:
    """Every instruction."""
    return (row(state, known) for known in state.instructions.values())
