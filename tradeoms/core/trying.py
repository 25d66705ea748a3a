"""Bookings of actions, tried on a copy of the books before they are made."""

from collections.abc import Iterable, Sequence

from tradeoms.core import action_booking, lots, shorting, washing
from tradeoms.core.action_booking import place_of
from tradeoms.core.context import Context
from tradeoms.core.sequence import Place, taken_back_from, to_book
from tradeoms.core.whatif import Rules, copied, follow
from tradeoms.model import events as e
from tradeoms.model.lot_actions import LotAction, Total
from tradeoms.model.state import State

SHORTAGES = ("oversold", "lots missing")
RULES = Rules({}, {}, {})
for noun in (lots, action_booking, washing, shorting):
    RULES.decide.update(getattr(noun, "DECIDE", {}))
    RULES.apply.update(getattr(noun, "APPLY", {}))
    for kind, react in getattr(noun, "REACT", {}).items():
        RULES.react[kind] = (*RULES.react.get(kind, ()), react)


def making_room(state: State, actions: Iterable[LotAction]) -> list[e.LotsReversed]:
    """What stands behind the actions leaves the lots, newest first."""
    starts: dict[str, Place] = {}
    for one in actions:
        place = (*place_of(one), state.counters.get("place", 0) + 1)
        for name in one.instruments:
            starts[name] = min(starts.get(name, place), place)
    back: dict[str, e.LotsReversed] = {}
    if starts:
        for event in taken_back_from(state, (*starts,), min(starts.values())):
            back[event.block] = event
    return [*back.values()]


class Tried:
    """What actions did on a copy of the books."""

    def __init__(self, state: State) -> None:
        self.state = copied(state)
        self.totals: dict[str, list[Total]] = {}
        self.short: list[e.AlertRaised] = []
        self.empty: dict[str, None] = {}  # what found no lots

    def run(self, events: Iterable[e.AnyEvent], ctx: Context) -> "Tried":
        """Book on the copy; numbers that it gives are given to nobody."""
        alone = Context(ctx.now, ctx.user, dict(self.state.counters))
        follow(self.state, events, alone, RULES, self._see)
        return self

    def _see(self, state: State, event: e.AnyEvent, after: bool) -> None:
        if isinstance(event, e.AlertRaised) and not after and event.kind in SHORTAGES:
            self.short.append(event)
        if isinstance(event, e.LotsConverted) and not after:
            self.totals[event.name] = _totals(state, event)
            if not event.closed and not event.opened:
                self.empty[event.name] = None


def _totals(state: State, event: e.LotsConverted) -> list[Total]:
    """By account and instrument, before and after; `state` is from before."""
    sums: dict[tuple[int, int], list[int]] = {}
    names = ("account", "instrument", "units", "cents")
    rows = zip(*(event.moved.get(name, ()) for name in names), strict=True)
    closed = (state.lots[name][list(event.closed)].tolist() for name in names[:2])
    for pair in zip(*closed, strict=True):
        sums.setdefault(pair, [0, 0])
    for account, instrument, units, cents in rows:
        own = sums.setdefault((account, instrument), [0, 0])
        own[0], own[1] = own[0] + units, own[1] + cents
    found = []
    for (account, instrument), (units, cents) in sorted(sums.items()):
        before = int(state.position.cells[account, instrument])
        who, what = state.account_axis.names[account], state.instrument_axis.names[instrument]
        found.append(Total(who, what, before, before + units, cents))
    return found


def try_out(state: State, actions: Sequence[LotAction], ctx: Context) -> Tried:
    """Actions on a copy; shortages that are there without them are not theirs."""
    back = making_room(state, actions)
    tried = Tried(state).run([*back, e.ActionsBooked(tuple(actions))], ctx)
    if tried.short and back:
        tried.short = unlike(tried.short, again(state, back, ctx))
    return tried


def again(state: State, back: Sequence[e.LotsReversed], ctx: Context) -> list[e.AlertRaised]:
    """Shortages of the same bookings, made again as they are."""
    books = Tried(state).run(back, ctx)
    instruments = {_instrument(state, event.block) for event in back}
    alone = Context(ctx.now, ctx.user, dict(state.counters))
    for command in to_book(books.state, instruments):
        books.run(RULES.decide[type(command)](books.state, command, alone), ctx)
    return books.short


def _instrument(state: State, name: str) -> str:
    action = state.lot_actions.get(name)
    return action.terms.instrument if action else state.blocks[name].instrument


def unlike(found: Sequence[e.AlertRaised], known: Sequence[e.AlertRaised]) -> list[e.AlertRaised]:
    same = {(one.kind, one.subject, one.text) for one in known}
    return [one for one in found if (one.kind, one.subject, one.text) not in same]
