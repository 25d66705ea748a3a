"""Which instruments, placements and blocks an event touches: what every view asks first."""

from collections.abc import Iterable

from tradeoms.model import events as e
from tradeoms.model.state import State

OF_PLACEMENT = (
    e.CancelRequested,
    e.ReplaceRequested,
    e.RequestResent,
    e.PlacementUnsent,
    e.Reported,
    e.RequestRejected,
    e.ExecutionSettled,
    e.PlacementClosed,
    e.FillEntered,
    e.FillBusted,
)
OF_BLOCK = (
    e.BlockDissolved,
    e.StatementFrozen,
    e.BlockFinished,
    e.BlockAllocated,
    e.BlockReopened,
)


def instruments(event: e.AnyEvent) -> frozenset[str]:
    """Instruments that were defined anew: every row that shows their Symbol changes."""
    if type(event) is e.InstrumentsDefined:
        return frozenset(instrument.instrument for instrument in event.instruments)
    return frozenset()


def accounts(state: State, block: str) -> tuple[str, ...]:
    """Accounts that a block's booking moves: its statement's, and the one for errors."""
    found = state.blocks[block]
    assert found.statement is not None, f"{block} was booked without a statement"
    own = found.statement.accounts
    return (*own, found.error.account) if found.error else own


def placements(state: State, event: e.AnyEvent) -> tuple[str, ...]:
    """Placements that the event changed."""
    if isinstance(event, OF_PLACEMENT):
        return (event.placement,)
    if type(event) is e.PlacementRouted or type(event) is e.PlacementTelephoned:
        return (event.placement.placement,)
    if type(event) is e.MessagesSent:
        known = state.placement_of  # of a request about all orders there is none
        return tuple([known[i] for i in event.ClOrdIDs if i and i not in state.mass_cancels])
    return ()


def blocks(state: State, event: e.AnyEvent) -> Iterable[str]:
    """Blocks that the event changed, by themselves or through a placement; some perhaps twice."""
    if isinstance(event, OF_BLOCK):
        return (event.block,)
    if type(event) is e.BlockOpened:
        return (event.block.block,)
    return [state.placements[name].block for name in placements(state, event)]
