"""Allocation instructions (J): what each broker is told of a block's split, replaced, cancelled.

The newest instruction that a broker may hold for a block is the one that stands. A new allocation
replaces it by name; one whose allocation is void waits for that, or for a cancel, in plain sight.
"""

from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from allocation.prices import printed_price
from tradeoms.core import outbox
from tradeoms.core.attention import alert
from tradeoms.core.blocks import live_block
from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.parts import PLACES
from tradeoms.core.settlements import settlement
from tradeoms.core.sharing import Share, shares
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import AllocTransType, BlockState, Handling, InstructionState
from tradeoms.model.orders import ZERO
from tradeoms.model.posttrade import Instruction
from tradeoms.model.state import State

S, T = InstructionState, AllocTransType
GONE = (S.BlockRejected, S.Replaced, S.Cancelled)
TO_CORRECT = (S.AccountRejected, S.Incomplete)
LONGEST = 200  # characters of a reason
MANUAL = "MANUAL"  # FIX's word for the ClOrdID of an order that was given by voice
TERMS = (
    *("AvgPx", "settle_date", "trade_date", "ClOrdIDs", "OrderIDs", "accounts", "quantities"),
    *("gross", "commission", "net", "settlements", "prices", "research", "fees", "AvgPxGroupID"),
)


def standing(state: State, block: str, broker: str) -> Instruction | None:
    """The newest instruction for a broker's part of a block that the broker may hold.

    One with rejected accounts is to be replaced; a broker that refuses that does not hold it.
    """
    refused: set[str] = set()
    for name in reversed(state.instructions_of.get(block, ())):
        known = state.instructions[name]
        if known.broker != broker:
            continue
        if known.state is S.BlockRejected:
            refused.add(known.RefAllocID)
        if known.AllocTransType is T.Cancel or known.state in GONE:
            continue
        if known.state in TO_CORRECT and name in refused:
            continue
        if known.state is not S.Unsent or f"J/{name}" in state.outbox:
            return known
    return None


def standing_all(state: State, block: str) -> list[Instruction]:
    """The one that stands of each broker that was ever told of the block."""
    names = state.instructions_of.get(block, ())
    brokers = dict.fromkeys(state.instructions[name].broker for name in names)
    found = (standing(state, block, broker) for broker in brokers)
    return [known for known in found if known is not None]


def cancelling(state: State, known: Instruction) -> bool:
    """True where a cancel of the instruction is not answered yet."""
    return any(
        other.RefAllocID == known.AllocID
        and other.AllocTransType is T.Cancel
        and other.state in (S.Queued, S.Unsent, S.Sent, S.Received)
        and (other.state is not S.Unsent or f"J/{other.AllocID}" in state.outbox)
        for other in map(state.instructions.__getitem__, state.instructions_of[known.block])
    )


def send_allocation(state: State, command: c.SendAllocation, ctx: Context) -> list[e.AnyEvent]:
    """Tell the brokers named, or all that need to be told; refused where nobody does."""
    block = live_block(state, command.block, BlockState.Allocated)
    parts = shares(state, state.allocations[block.block])
    known = dict.fromkeys([*parts, *(one.broker for one in standing_all(state, block.block))])
    events: list[e.AnyEvent] = []
    problems = [
        c.Problem("brokers", brief(name), f"has no part in {block.block}")
        for name in command.brokers
        if name not in known
    ]
    for broker in known if not command.brokers else [b for b in known if b in command.brokers]:
        made, reason = _next(state, block.block, broker, parts.get(broker), ctx)
        events += made
        if reason and (command.brokers or len(known) == 1):
            problems.append(c.Problem("brokers", broker, reason))
    if problems:
        raise Refusal(*problems)
    if not events:
        raise refuse("block", block.block, "has nothing that a broker must be told")
    return events


def instruct(state: State, command: c.InstructBrokers, ctx: Context) -> list[e.AnyEvent]:
    """What follows from an allocation: the brokers that are told by themselves."""
    events: list[e.AnyEvent] = []
    parts = shares(state, state.allocations[command.block])
    told = {one.broker: None for one in standing_all(state, command.block)}
    for broker in dict.fromkeys([*parts, *told]):
        if state.brokers[broker].allocations is Handling.Automatic:
            events += _next(state, command.block, broker, parts.get(broker), ctx)[0]
    return events


def _next(
    state: State, block: str, broker: str, share: Share | None, ctx: Context
) -> tuple[list[e.AnyEvent], str]:
    """The instruction that a broker needs now, or why it needs none."""
    if state.brokers[broker].allocations is Handling.Outside:
        return [], "is told of allocations outside FIX"
    known = standing(state, block, broker)
    if known is not None and cancelling(state, known):
        return [], f"waits for the answer to the cancel of {known.AllocID}"
    if share is None:
        assert known is not None
        return [_cancel(state, known, "nothing of its fills is left", ctx)], ""
    new = _instruction(state, block, broker, share, ctx)
    if known is None:
        return [e.AllocationInstructed(new)], ""
    same = all(getattr(known, name) == getattr(new, name) for name in TERMS)
    if same and not known.void and known.state not in TO_CORRECT:
        return [], f"{known.AllocID} is {known.state}, and says the same"
    if outbox.never_left(state, known.AllocID):
        gone = e.AllocationWithdrawn(known.AllocID, f"{new.AllocID} takes its place")
        return [gone, *_again(state, known, new)], ""
    new = replace(new, AllocTransType=T.Replace, RefAllocID=known.AllocID)
    return [e.AllocationInstructed(new)], ""


def _again(state: State, unsent: Instruction, new: Instruction) -> list[e.AnyEvent]:
    """In place of one that never left, what that one was to do: new, or in place of another."""
    kind, named = unsent.AllocTransType, unsent.RefAllocID
    return [e.AllocationInstructed(replace(new, AllocTransType=kind, RefAllocID=named))]


def _instruction(state: State, name: str, broker: str, share: Share, ctx: Context) -> Instruction:
    event, block = state.allocations[name], state.blocks[name]
    instrument = state.instruments[block.instrument]
    filled = sum((p.CumQty for p in share.placements), ZERO)
    notional = sum((p.notional for p in share.placements), ZERO)
    price = printed_price(Fraction(notional) / Fraction(filled), PLACES)
    if event.price_group:
        price = Decimal(event.AvgPx)
    found = {
        account: settlement(state, account, broker, instrument.instrument, event.settle_date)
        for account in share.accounts
    }
    return Instruction(
        AllocID=_AllocID(state, ctx),
        block=name,
        broker=broker,
        session=state.brokers[broker].session,
        instrument=instrument.instrument,
        Side=block.Side,
        AvgPx=_short(price),
        Currency=instrument.Currency,
        trade_date=event.trade_date,
        settle_date=event.settle_date,
        ClOrdIDs=tuple(MANUAL if p.telephoned else p.ClOrdID for p in share.placements),
        OrderIDs=tuple(p.OrderID for p in share.placements),
        accounts=share.accounts,
        quantities=tuple(share.quantities.tolist()),
        gross=tuple(share.gross.tolist()),
        commission=tuple(share.commission.tolist()),
        net=tuple(share.net.tolist()),
        prices=tuple(map(_short, share.prices)),
        research=tuple(share.research.tolist()),
        fees=share.fees,
        AvgPxGroupID=event.price_group.partition("/")[0],
        at=ctx.now,
        user=ctx.user,
        settlements={account: row for account, row in found.items() if row is not None},
    )


def _short(price: Decimal) -> Decimal:
    """Without zeros at its end, nor an exponent."""
    return Decimal(f"{price.normalize():f}")


def _AllocID(state: State, ctx: Context) -> str:
    """Unique for ever: the day and a number that never restarts."""
    return f"A{state.business_date:%y%m%d}{ctx.number('AllocID'):07d}"


def cancel_allocation(state: State, command: c.CancelAllocation, ctx: Context) -> list[e.AnyEvent]:
    """Ask the broker to forget an instruction; one that never left is withdrawn at once."""
    known = state.instructions.get(command.AllocID)
    if known is None:
        raise refuse("AllocID", brief(command.AllocID), "unknown allocation instruction")
    if not 0 < len(command.reason.strip()) <= LONGEST:
        reason = f"is needed, at most {LONGEST} characters"
        raise refuse("reason", brief(command.reason), reason)
    if standing(state, known.block, known.broker) is not known:
        raise refuse("AllocID", known.AllocID, "is not what stands at the broker")
    if cancelling(state, known):
        raise refuse("AllocID", known.AllocID, "waits for the answer to its cancel")
    if outbox.never_left(state, known.AllocID):
        return [e.AllocationWithdrawn(known.AllocID, command.reason)]
    return [_cancel(state, known, command.reason, ctx)]


def _cancel(state: State, known: Instruction, reason: str, ctx: Context) -> e.AllocationInstructed:
    return e.AllocationInstructed(
        replace(
            known,
            AllocID=_AllocID(state, ctx),
            AllocTransType=T.Cancel,
            RefAllocID=known.AllocID,
            at=ctx.now,
            user=ctx.user,
            reason=reason,
            state=S.Queued,
            MsgSeqNum=0,
            void="",
            rejected={},
            AllocRejCode="",
            text="",
            answered=None,
            repeated=False,
        )
    )


def void(state: State, command: c.VoidInstructions, ctx: Context) -> list[e.AnyEvent]:
    """The allocation behind a block's instructions holds no more: a person is told, or a new
    allocation replaces them. What never left is withdrawn.
    """
    events: list[e.AnyEvent] = []
    for known in standing_all(state, command.block):
        if outbox.never_left(state, known.AllocID):
            events.append(e.AllocationWithdrawn(known.AllocID, command.reason))
        elif not known.void:
            events += _void(state, known, command.reason, ctx)
    return events


def _void(state: State, known: Instruction, reason: str, ctx: Context) -> list[e.AnyEvent]:
    confirmed = sum(f"{known.AllocID}/{name}" in state.confirmed for name in known.accounts)
    text = f"{known.block}, told to {known.broker}: {reason}; {confirmed} accounts are confirmed"
    return [
        e.AllocationVoided(known.AllocID, reason),
        alert(ctx, "allocation void", known.AllocID, text),
    ]


def apply_instructed(state: State, event: e.AllocationInstructed) -> None:
    new = event.instruction
    state.instructions[new.AllocID] = new
    state.instructions_of[new.block] = (*state.instructions_of.get(new.block, ()), new.AllocID)
    state.bump("AllocID", int(new.AllocID[7:]))
    outbox.queue(state, f"J/{new.AllocID}")


def apply_withdrawn(state: State, event: e.AllocationWithdrawn) -> None:
    state.outbox.pop(f"J/{event.AllocID}", None)
    known = state.instructions[event.AllocID]
    state.instructions[event.AllocID] = replace(known, state=S.Cancelled, text=event.reason)


def apply_voided(state: State, event: e.AllocationVoided) -> None:
    known = state.instructions[event.AllocID]
    state.instructions[event.AllocID] = replace(known, void=event.reason)


def react_allocated(state: State, event: e.BlockAllocated) -> list[c.Command]:
    """Brokers that are told by themselves are told in the same transaction."""
    if event.internal:
        return []
    brokers = {state.placements[p].broker for p in state.blocks[event.block].placements}
    told = any(state.brokers[b].allocations is Handling.Automatic for b in brokers)
    return [c.InstructBrokers(event.block)] if told else []


def react_reopened(state: State, event: e.BlockReopened) -> list[c.Command]:
    """What brokers were told holds no more."""
    if event.internal or event.block not in state.instructions_of:
        return []
    return [c.VoidInstructions(event.block, event.reason)]


DECIDE = {
    c.SendAllocation: send_allocation,
    c.InstructBrokers: instruct,
    c.CancelAllocation: cancel_allocation,
    c.VoidInstructions: void,
}
APPLY = {
    e.AllocationInstructed: apply_instructed,
    e.AllocationWithdrawn: apply_withdrawn,
    e.AllocationVoided: apply_voided,
}
REACT = {e.BlockAllocated: react_allocated, e.BlockReopened: react_reopened}
