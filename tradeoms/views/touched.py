"""What a batch of events touches: what every view asks first, found once for all of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal

from tradeoms.model import events as e
from tradeoms.model.fields import Effect
from tradeoms.model.state import State

OF_PLACEMENT = frozenset(
    {
        e.CancelRequested,
        e.ReplaceRequested,
        e.RequestDeferred,
        e.DeferralEnded,
        e.RequestResent,
        e.PlacementUnsent,
        e.Reported,
        e.RequestRejected,
        e.ExecutionSettled,
        e.PlacementClosed,
        e.FillEntered,
        e.FillBusted,
    }
)
#: Those that may change what a block was filled.
FILLS = frozenset({e.Reported, e.FillEntered, e.FillBusted, e.ExecutionSettled})
#: Who may see what of a block changes with its orders, and so all that lies below it.
MEMBERS = (e.OrdersJoined, e.OrderLeft)
#: Events that name a placement in other ways.
NAMING = frozenset({e.PlacementRouted, e.PlacementTelephoned, e.PlacementsUnwanted, e.MessagesSent})
#: Events of which a view needs no more than the names that a batch gathers; or nothing.
NAMED = frozenset({e.Reported, e.PlacementRouted, e.Answered})
NOTHING = Effect.Nothing
OF_BLOCK = (
    e.BlockDissolved,
    e.BlockMeasured,
    e.StatementFrozen,
    e.OrdersJoined,
    e.OrderLeft,
    e.BlockFinished,
    e.BlockAllocated,
    e.BlockReopened,
)


def instruments(event: e.AnyEvent) -> frozenset[str]:
    """Instruments that were defined anew: every row that shows their Symbol changes."""
    if type(event) is e.InstrumentsDefined:
        return frozenset(instrument.instrument for instrument in event.instruments)
    return frozenset()


def volumes(event: e.AnyEvent) -> frozenset[str]:
    """Instruments of which a price said the average daily volume; most prices say none."""
    if type(event) is e.PricesMarked:
        return frozenset(price.instrument for price in event.prices if price.ADV is not None)
    return frozenset()


def volume(state: State, instrument: str) -> Decimal | None:
    """The average daily volume of record; None where nobody said one."""
    price = state.prices.get(instrument)
    return price.ADV if price is not None else None


def accounts(state: State, block: str) -> tuple[str, ...]:
    """Accounts that a block's booking moves: its statement's, and the one for errors."""
    found = state.blocks[block]
    assert found.statement is not None, f"{block} was booked without a statement"
    own = found.statement.accounts
    return (*own, found.error.account) if found.error else own


def booked(
    state: State, event: e.LotsBooked | e.LotsReversed | e.LotsConverted
) -> list[tuple[str, str]]:
    """Accounts and instruments that a booking moves, or moved before it was taken back."""
    name = event.name if isinstance(event, e.LotsConverted) else event.block
    if (action := state.lot_actions.get(name)) is None:
        instrument = state.blocks[name].instrument
        return [(account, instrument) for account in accounts(state, name)]
    if isinstance(event, e.LotsConverted):
        numbers = [*event.closed, *event.opened_numbers]
    else:
        numbers = [*event.lots] if isinstance(event, e.LotsReversed) else []
    names = state.account_axis.names
    owners = dict.fromkeys(names[n] for n in state.lots["account"][numbers].tolist())
    return [(account, instrument) for account in owners for instrument in action.instruments]


def _placements(state: State, event: e.AnyEvent) -> Iterable[str]:
    if type(event) is e.PlacementRouted or type(event) is e.PlacementTelephoned:
        return (event.placement.placement,)
    if type(event) is e.PlacementsUnwanted:
        return event.placements
    if type(event) is e.MessagesSent:
        known = state.placement_of  # of a request about all orders there is none
        return [known[i] for i in event.ClOrdIDs if i in known]
    return ()


class Batch:
    """Events that the state holds already, by their type, and what they touched, each but once.

    `placements` that changed in any way; `filled` are those whose fills may have; `executions` that
    reports brought or took back. Of events that mean no more than that, nothing else is kept.
    """

    def __init__(self, state: State, events: Collection[e.AnyEvent] = ()) -> None:
        self.size = len(events)
        self.of: defaultdict[type, list[e.AnyEvent]] = defaultdict(list)
        self.placements: dict[str, None] = {}
        self.filled: dict[str, None] = {}
        self.executions: dict[str, None] = {}
        for event in events:
            kind = type(event)
            if kind not in NAMED:
                self.of[kind].append(event)
            if kind in OF_PLACEMENT:
                name: str = event.placement  # type: ignore[union-attr, assignment]
                self.placements[name] = None
                if kind in FILLS and getattr(event, "effect", None) is not NOTHING:
                    self.filled[name] = None
                if type(event) is e.Reported and event.execution is not None:
                    self.executions[event.execution.key] = None
                if type(event) is e.Reported and event.replaces:
                    self.executions[event.replaces] = None
            elif kind in NAMING:
                self.placements.update(dict.fromkeys(_placements(state, event)))

    def add(self, later: "Batch") -> None:
        """Take in the batch that follows this one."""
        self.size += later.size
        for kind, events in later.of.items():
            self.of[kind] += events
        self.placements |= later.placements
        self.filled |= later.filled
        self.executions |= later.executions


def blocks(state: State, placements: Iterable[str]) -> dict[str, None]:
    """The blocks of placements."""
    known = state.placements
    return dict.fromkeys([known[name].block for name in placements])
