"""The T+1 clock: what brokers have not accepted or confirmed by the cut-offs of the trade date."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tradeoms.core.attention import alert
from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, Refusal
from tradeoms.core.instructions import standing, standing_all
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import ConfirmationState, Handling, InstructionState
from tradeoms.model.settlement import CutOff
from tradeoms.model.state import State

LOOKED_AT = timedelta(days=7)  # since the allocation; by then a block has settled
SHOWN = 5  # accounts named in an alert
LONGEST_NOTICE = 600  # minutes: a working day


def set_cut_offs(state: State, command: c.SetCutOffs, ctx: Context) -> list[e.AnyEvent]:
    """The whole list: one row a market, an affirmation not before its allocation."""
    problems: list[c.Problem] = []
    seen: set[str] = set()
    for n, row in enumerate(command.cut_offs):
        field = f"cut_offs[{n}]."
        if row.market in seen:
            problems.append(c.Problem(f"{field}market", brief(row.market), "is named twice"))
        seen.add(row.market)
        if not _known(row.zone):
            problems.append(c.Problem(f"{field}zone", brief(row.zone), "unknown time zone"))
        if row.affirmed < row.allocated:
            reason = "is before the cut-off of allocations"
            problems.append(c.Problem(f"{field}affirmed", str(row.affirmed), reason))
        if not 0 <= row.notice_minutes <= LONGEST_NOTICE:
            reason = f"must be from 0 to {LONGEST_NOTICE}"
            problems.append(c.Problem(f"{field}notice_minutes", str(row.notice_minutes), reason))
    if problems:
        raise Refusal(*problems)
    return [e.CutOffsSet(command.cut_offs)]


def _known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    return True


def check(state: State, command: c.CheckConfirmations, ctx: Context) -> list[e.AnyEvent]:
    """An alert for each block and step whose cut-off is near, and one when it is late; each once."""
    events: list[e.AnyEvent] = []
    if not state.cut_offs:
        return events
    for block, traded in _recent(state, ctx.now).items():
        market = state.instruments[state.blocks[block].instrument].SecurityExchange
        row = state.cut_offs.get(market) or state.cut_offs.get("")
        if row is not None:
            events += _told(state, block, traded, row, command.at, ctx)
    return events


def _recent(state: State, now: datetime) -> dict[str, date]:
    """Blocks that were allocated lately, or that brokers were told of lately; their trade dates."""
    found: dict[str, date] = {}
    for event in reversed(state.allocations.values()):
        if now - event.allocated > LOOKED_AT:
            break
        if event.quantity:
            found[event.block] = event.trade_date
    for known in reversed(state.instructions.values()):
        if now - known.at > LOOKED_AT:
            break
        found.setdefault(known.block, known.trade_date)
    return found


def _told(
    state: State, block: str, traded: date, row: CutOff, now: datetime, ctx: Context
) -> list[e.AnyEvent]:
    events: list[e.AnyEvent] = []
    for step, until, missing in (
        ("allocation", row.allocated, not_accepted),
        ("affirmation", row.affirmed, not_affirmed),
    ):
        late = _moment(row.zone, traded, until)
        if f"{block}/{step}" in state.missed or now < late - timedelta(minutes=row.notice_minutes):
            continue
        if now < late and f"{block}/{step} near" in state.missed:
            continue
        if text := "; ".join(missing(state, block)):
            told = f"of {traded}, not done by {until:%H:%M} {row.zone}: {text}"
            near = f"of {traded}, to be done by {until:%H:%M} {row.zone}: {text}"
            events += (
                [e.CutOffMissed(block, step, now), alert(ctx, f"{step} late", block, told)]
                if now >= late
                else [e.CutOffNear(block, step, now), alert(ctx, f"{step} due", block, near)]
            )
    return events


def _moment(zone: str, day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone))


def not_accepted(state: State, block: str) -> Iterator[str]:
    """Per broker, what keeps its instruction from being done."""
    told = {known.broker: known for known in standing_all(state, block)}
    filled = (
        p for p in map(state.placements.__getitem__, state.blocks[block].placements) if p.CumQty
    )
    for name in dict.fromkeys([*(p.broker for p in filled), *told]):
        if state.brokers[name].allocations is Handling.Outside:
            continue
        known = told.get(name)
        if known is None:
            yield f"{name} is not told"
        elif known.void:
            yield f"{name} holds {known.AllocID}, which is void"
        elif known.state is not InstructionState.Accepted:
            yield f"{name}: {known.AllocID} is {known.state}"


def not_affirmed(state: State, block: str) -> Iterator[str]:
    """Per broker, the accounts that are not affirmed."""
    filled = (
        p for p in map(state.placements.__getitem__, state.blocks[block].placements) if p.CumQty
    )
    for name in dict.fromkeys(p.broker for p in filled):
        if state.brokers[name].confirmations is Handling.Outside:
            continue
        known = standing(state, block, name)
        if known is None:
            yield f"{name} has nothing to confirm"
            continue
        open_ = [one for one in known.accounts if not _affirmed(state, known.AllocID, one)]
        if open_:
            more = ", ..." if len(open_) > SHOWN else ""
            yield f"{name}: {len(open_)} of {len(known.accounts)} accounts not affirmed: " + (
                ", ".join(open_[:SHOWN]) + more
            )


def _affirmed(state: State, AllocID: str, account: str) -> bool:
    found = state.confirmations.get(state.confirmed.get(f"{AllocID}/{account}", ""))
    return found is not None and found.state is ConfirmationState.Affirmed


def apply_set(state: State, event: e.CutOffsSet) -> None:
    state.cut_offs = {row.market: row for row in event.cut_offs}


def apply_missed(state: State, event: e.CutOffMissed) -> None:
    state.missed.add(f"{event.block}/{event.step}")


def apply_near(state: State, event: e.CutOffNear) -> None:
    state.missed.add(f"{event.block}/{event.step} near")


DECIDE = {c.SetCutOffs: set_cut_offs, c.CheckConfirmations: check}
APPLY = {e.CutOffsSet: apply_set, e.CutOffMissed: apply_missed, e.CutOffNear: apply_near}
