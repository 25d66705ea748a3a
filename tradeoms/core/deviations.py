"""A split that a person changes: named accounts get other quantities of what was filled, with a reason.

What was filled does not change, so what some get more others get less, and the command names them
all. A change holds for as many units as it divides. When a bust or another fill makes them more or
fewer, the policy splits them again, saying so: nobody has decided on that quantity. Compliance
agrees afterwards, another person than who changed it.

Source: SMC Capital, SEC no-action letter of 5 September 1995: a split that deviates from the
statement takes a written reason and the approval of compliance.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from allocation.exact import Int64
from tradeoms.core.action_orders import in_old_shares
from tradeoms.core.attention import alert
from tradeoms.core.blocks import live_block, placements, unfinished
from tradeoms.core.bounds import MOST_UNITS, bad_number, brief
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.owners import must_be_mine
from tradeoms.core.reasons import optional_reason_problems, reason_problems
from tradeoms.core.reopening import undone
from tradeoms.core.sequence import taken_back, to_book
from tradeoms.core.splitting import changed, decided, fresh, split
from tradeoms.core.terms import terms_for
from tradeoms.core.trying import RULES, Tried, again, unlike
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import BlockState, Side
from tradeoms.model.orders import ZERO, Block, SplitChange, Statement
from tradeoms.model.state import State

MOST_CHANGES = 100  # of one block's split


def change_split(state: State, command: c.ChangeSplit, ctx: Context) -> list[e.AnyEvent]:
    """Everything that is wrong at once; a block that was allocated is allocated anew."""
    block = live_block(state, command.block, BlockState.Working, BlockState.Allocated)
    if block.state is BlockState.Working:  # who worked it may be away by the time it is allocated
        must_be_mine(block, ctx)
    if why := _fixed(state, block):
        raise refuse("block", block.block, why)
    problems, before = reason_problems(command.reason), _now(state, block)
    if command.quantities:
        after, wrong = _wanted(state, block, command.quantities, before)
        problems += wrong or _refused(state, block, before, after)
    else:
        after = fresh(state, block, _statement(block), int(before.sum())).quantities
        if changed(block) is None:
            problems.append(c.Problem("quantities", "", "nobody has changed the split"))
        problems += _told(state, block, after, _sold(state, block, before, after))
    if not problems and (why := _booked_short(state, block, after, ctx)):
        problems.append(c.Problem("quantities", "", why))
    if problems:
        raise Refusal(*problems)
    change = SplitChange(
        quantities=tuple(after.tolist()),
        before=tuple(before.tolist()),
        reason=command.reason,
        user=ctx.user,
        at=ctx.now,
        day=state.business_date,
        back=not command.quantities,
    )
    return _events(state, block, change, ctx)


def _events(state: State, block: Block, change: SplitChange, ctx: Context) -> list[e.AnyEvent]:
    """The change; and where the block was allocated, that anew."""
    event, name = e.SplitChanged(block.block, change), block.block
    if block.state is BlockState.Working:
        return [event]
    again = undone(state, name, change.reason, again=True)
    text = f"the policy splits it again: {change.reason}"
    told = [alert(ctx, "reopened", name, text)] if change.back else []
    return [*again, event, e.BlockFinished(name, change.reason), *told]


def _statement(block: Block) -> Statement:
    assert block.statement is not None, f"{block.block} was routed without a statement"
    return block.statement


def _fixed(state: State, block: Block) -> str:
    """Why nobody may change the split of a block now; empty where one may."""
    placed, statement = placements(state, block), _statement(block)
    if block.state is BlockState.Working and (why := unfinished(block, placed, "a reason")):
        return why
    if not any(p.CumQty for p in placed):
        return "has no fills"
    if block.cross:
        return f"is a side of cross {block.cross}"
    if block.CashOrderQty is not None:
        return "is in money: its split follows what was spent"
    if statement.earlier:
        return "its members changed after the first route: who shares a fill hangs on when it came"
    if block.error is not None:
        return f"a part of it is {block.error.account}'s"
    if len(block.changes) >= MOST_CHANGES:
        return f"its split was changed {MOST_CHANGES} times"
    allocation = state.allocations.get(block.block)
    if allocation is not None and allocation.settle_date <= state.business_date:
        return "has settled: what is wrong is moved to an error account"
    return in_old_shares(state, block)


def _now(state: State, block: Block) -> Int64:
    """What each row of the statement has, or would get if the block were finished now."""
    if (allocation := state.allocations.get(block.block)) is not None:
        return np.array(allocation.quantities, np.int64)
    filled = sum((p.CumQty for p in placements(state, block)), ZERO)
    units = state.instruments[block.instrument].units(filled)
    return split(state, block, _statement(block), units).quantities


def _wanted(
    state: State, block: Block, quantities: Sequence[c.AccountQty], before: Int64
) -> tuple[Int64, list[c.Problem]]:
    """The split with these quantities; what of them makes no sense by itself."""
    statement, instrument = _statement(block), state.instruments[block.instrument]
    ordered, after = _ordered(state, block), before.copy()
    problems, seen, known = list[c.Problem](), set[int](), _rows(statement)
    for n, one in enumerate(quantities):
        field = f"quantities[{n}]."
        rows = known.get((one.account, one.order), [])
        said, most = brief(one.AllocQty), int(ordered[rows].sum())
        why = bad_number(one.AllocQty, instrument.qty_scale, MOST_UNITS)
        if not rows:
            text = f"has no order {one.order} in {block.block}".replace("  ", " ")
            problems.append(c.Problem(f"{field}account", brief(one.account), text))
        elif seen.intersection(rows):
            problems.append(c.Problem(f"{field}account", one.account, "is named twice"))
        elif why or one.AllocQty < 0:
            text = f"{one.account}: {why or 'is below zero'}"
            problems.append(c.Problem(f"{field}AllocQty", said, text))
        elif (units := instrument.units(one.AllocQty)) > most:
            text = f"{one.account} ordered {instrument.quantity(most):f} only"
            problems.append(c.Problem(f"{field}AllocQty", said, text))
        else:
            after[rows] = _over_orders(units, before[rows], ordered[rows])
        seen.update(rows)
    return after, problems


def _rows(statement: Statement) -> dict[tuple[str, str], list[int]]:
    """The rows of each account and order in the statement, and of each account whatever its order."""
    found = dict[tuple[str, str], list[int]]()
    for n, (order, account) in enumerate(zip(statement.orders, statement.accounts, strict=True)):
        for key in ((account, order), (account, "")):
            found.setdefault(key, []).append(n)
    return found


def _ordered(state: State, block: Block) -> Int64:
    units = state.instruments[block.instrument].all_units(_statement(block).quantities)
    return np.array(units, np.int64)


def _over_orders(units: int, before: Int64, ordered: Int64) -> Int64:
    """An account's units over its orders: the first gets more first, the last gives first."""
    kept: Int64 = np.minimum(before, np.maximum(units - (np.cumsum(before) - before), 0))
    more = units - int(kept.sum())
    room = ordered - kept
    kept += np.minimum(room, np.maximum(more - (np.cumsum(room) - room), 0))
    return kept


def _refused(state: State, block: Block, before: Int64, after: Int64) -> list[c.Problem]:
    """What speaks against the split as a whole, and against each account's part of it."""
    instrument, more = state.instruments[block.instrument], int(after.sum() - before.sum())
    together = f"{instrument.quantity(int(after.sum())):f}"
    problems = list[c.Problem]()
    if more:
        off = f"{instrument.quantity(abs(more)):f} {'more' if more > 0 else 'less'} than was filled"
        text = f"is {off}: {'take them from' if more > 0 else 'give them to'} other accounts"
        problems.append(c.Problem("quantities", together, text))
    elif (after == before).all():
        problems.append(c.Problem("quantities", together, "changes nothing"))
    against = *_against_terms(state, block, before, after), *_sold(state, block, before, after)
    return problems + _told(state, block, after, against)


def _told(
    state: State, block: Block, after: Int64, against: Iterable[tuple[int, str]]
) -> list[c.Problem]:
    """What speaks against rows, with the accounts and what they would get."""
    accounts, quantity = _statement(block).accounts, state.instruments[block.instrument].quantity
    told = [(f"{accounts[n]} = {quantity(int(after[n])):f}", why) for n, why in against]
    return [c.Problem("quantities", said, why) for said, why in told]


def _against_terms(
    state: State, block: Block, before: Int64, after: Int64
) -> Iterator[tuple[int, str]]:
    """Changed rows that what the policy says besides its method speaks against."""
    statement, instrument = _statement(block), state.instruments[block.instrument]
    own, ordered = statement.terms, _ordered(state, block)
    lot = own.lot if own else instrument.units(instrument.lot)
    limits = terms_for(state, block, own, ordered) if own else None
    odd, quantity = int(after.sum()) % lot, instrument.quantity
    for n in np.flatnonzero(after != before).tolist():
        units = int(after[n])
        if units % lot not in (0, odd) and units != ordered[n]:
            yield n, f"is no multiple of the lot of {quantity(lot):f}"
        if limits is None:
            continue
        if limits.cap is not None and units > limits.cap[n]:
            yield n, f"is above its cap of {quantity(int(limits.cap[n])):f}"
        if limits.minimum is not None and 0 < units < min(limits.minimum[n], ordered[n]):
            yield n, f"is below its minimum of {quantity(int(limits.minimum[n])):f}"
        if (
            limits.tier is not None
            and units > before[n]
            and _behind(limits.tier, n, after, ordered)
        ):
            yield n, "is the firm's own, and clients have less than they ordered"


def _behind(tier: Int64, n: int, after: Int64, ordered: Int64) -> bool:
    """True where somebody of a tier before this row's has not all that was ordered."""
    return bool(((tier < tier[n]) & (after < ordered)).any())


def _sold(state: State, block: Block, before: Int64, after: Int64) -> Iterator[tuple[int, str]]:
    """Accounts that would sell what they do not own: by this block, or by what they sell besides."""
    statement, instrument = _statement(block), state.instruments[block.instrument]
    booked = block.state is BlockState.Allocated
    if block.Side is not Side.Sell and (block.Side.sells or not booked):
        return
    ordered, fewer = _ordered(state, block), before - after
    for (account, order), own in _rows(statement).items():
        if order or not fewer[own].any():
            continue
        leaves = int(fewer[own].sum()) * (-1 if block.Side.sells else 1)
        held = state.position.at(account, block.instrument)
        free = held - state.selling.at(account, block.instrument)
        if block.Side.sells and not booked:
            leaves, free = int(after[own].sum()), free + int(ordered[own].sum())
            leaves = leaves if (fewer[own] < 0).any() else 0
        if held >= 0 and leaves > max(free, 0):
            text = f"would sell {instrument.quantity(leaves - max(free, 0)):f} more than it owns"
            yield own[0], text


def _booked_short(state: State, block: Block, after: Int64, ctx: Context) -> str:
    """What would lack shares that were sold, given or transferred since; empty where all have them."""
    if block.state is not BlockState.Allocated:
        return ""
    back, tried = taken_back(state, block.block), Tried(state)
    event = replace(state.allocations[block.block], quantities=tuple(after.tolist()), deal=None)
    tried.state.allocations = state.allocations | {block.block: event}
    tried.run(back, ctx)
    alone = Context(ctx.now, ctx.user, dict(state.counters))
    for command in to_book(tried.state, (block.instrument,)):
        tried.run(RULES.decide[type(command)](tried.state, command, alone), ctx)
    lacking = unlike(tried.short, again(state, back, ctx)) if tried.short else []
    return "; ".join(f"{one.subject} {one.text}" for one in lacking)


def approve_split(state: State, command: c.ApproveSplit, ctx: Context) -> list[e.AnyEvent]:
    """A second person's word on the change that holds: on the one that was looked at."""
    block = live_block(state, command.block, BlockState.Working, BlockState.Allocated)
    problems, change = optional_reason_problems(command.reason), in_force(state, block)
    if change is None:
        problems.append(c.Problem("block", block.block, "is split as its policy says"))
    elif command.change and block.changes[command.change - 1 :][:1] != (change,):
        problems.append(c.Problem("change", str(command.change), "holds no longer: look again"))
    elif change.approved_by:
        problems.append(c.Problem("block", block.block, f"{change.approved_by} has approved it"))
    elif change.user == ctx.user:
        problems.append(c.Problem("user", ctx.user, "has changed it: takes a second person"))
    if problems:
        raise Refusal(*problems)
    return [e.SplitApproved(block.block, command.reason, ctx.user, ctx.now)]


def in_force(state: State, block: Block) -> SplitChange | None:
    """The change by which what is filled now is split; None where the policy splits it."""
    if not block.changes or block.statement is None:
        return None
    filled = sum((p.CumQty for p in placements(state, block)), ZERO)
    return decided(block, state.instruments[block.instrument].units(filled))


def unapproved(state: State) -> Iterator[tuple[str, SplitChange]]:
    """Blocks whose split was changed, and nobody of compliance has agreed."""
    for block in state.blocks.values():
        change = in_force(state, block) if block.changes else None
        if change is not None and not change.approved_by:
            yield block.block, change


def not_approved(state: State, ctx: Context) -> list[e.AnyEvent]:
    """Told when a day opens, in time for the approval that is due an hour after the market's open."""
    return [
        alert(ctx, "split not approved", name, f"changed by {change.user}: {change.reason}")
        for name, change in unapproved(state)
    ]


def apply_changed(state: State, event: e.SplitChanged) -> None:
    """Where the policy splits it again, nobody holds on to what the change had given."""
    block = state.blocks[event.block]
    if event.change.back:
        block = replace(block, told=(), told_parts=())
    state.blocks[event.block] = replace(block, changes=(*block.changes, event.change))


def apply_approved(state: State, event: e.SplitApproved) -> None:
    block = state.blocks[event.block]
    last = replace(block.changes[-1], approved_by=event.user, approved=event.at)
    state.blocks[event.block] = replace(block, changes=(*block.changes[:-1], last))


DECIDE = {c.ChangeSplit: change_split, c.ApproveSplit: approve_split}
APPLY = {e.SplitChanged: apply_changed, e.SplitApproved: apply_approved}
