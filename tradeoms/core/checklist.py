"""What is looked at before a day is closed: one function a check, and what it finds."""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

from tradeoms.core.attending import over
from tradeoms.core.blocks import placements
from tradeoms.core.cutoffs import not_accepted, not_affirmed
from tradeoms.core.deviations import unapproved
from tradeoms.model.days import Finding
from tradeoms.model.fields import BlockState, Effect, TimeInForce
from tradeoms.model.orders import ZERO, Block
from tradeoms.model.state import State

Found = Iterator[tuple[str, str]]  # subject, text


def open_placements(state: State) -> Found:
    """Day orders that a broker has not ended."""
    for p in state.placements.values():
        if p.exposure > 0 and p.TimeInForce is not TimeInForce.GoodTillCancel:
            yield p.placement, f"{p.broker} may still fill {p.exposure} of {p.OrderQty}"


def unanswered_requests(state: State) -> Found:
    """Orders, cancels and replaces that a broker has not answered."""
    for name, count in state.pending.items():
        yield name, f"{state.placements[name].broker} has not answered {count} of our requests"


def unmatched_reports(state: State) -> Found:
    """Brokers' messages that belong to nothing of ours."""
    for number, report in state.unmatched.items():
        if number not in state.settled_reports:
            yield str(number), f"{report.session}: {report.reason}"


def disputed_fills(state: State) -> Found:
    """Fills that did not fit their broker's own numbers and that nobody has settled."""
    for key, execution in state.executions.items():
        if execution.effect is Effect.Disputed:
            yield key, f"{execution.LastQty} at {execution.LastPx}: {execution.note}"


def missing_fills(state: State) -> Found:
    """Placements of which the broker says that another quantity is filled, in open blocks."""
    for block in _filling(state):
        for p in placements(state, block):
            if p.told is not None and p.told != p.CumQty:
                text = f"{p.broker} says that {p.told} are filled, our fills make {p.CumQty}"
                yield p.placement, text


def overfilled_blocks(state: State) -> Found:
    """More filled than ordered, and the rest is in no error account."""
    for block in _filling(state):
        excess = _filled(state, block) - block.OrderQty
        if excess > (block.error.quantity if block.error else ZERO):
            yield block.block, f"{excess} belong to nobody: book the error"


def unallocated_blocks(state: State) -> Found:
    """Fills that belong to no account yet, of blocks that nobody works any more."""
    for block in _filling(state):
        if not _works_on(state, block) and (filled := _filled(state, block)):
            yield block.block, f"{filled} of {block.OrderQty} are filled and not allocated"


def working_overnight(state: State) -> Found:
    """Fills of blocks that go on the next day: their accounts get them when the block is done."""
    for block in _filling(state):
        if _works_on(state, block) and (filled := _filled(state, block)):
            yield block.block, f"{filled} of {block.OrderQty} are filled, and it works on"


def unapproved_splits(state: State) -> Found:
    """Splits that somebody changed, and compliance has not agreed with."""
    for block, change in unapproved(state):
        yield block, f"changed by {change.user}: {change.reason}"


def unread_baskets(state: State) -> Found:
    """Baskets that are being read at this moment."""
    for name, orders in state.drafts.items():
        yield name, f"{len(orders)} orders of it are read"


def unsent_messages(state: State) -> Found:
    """Instructions and answers to brokers that have not left for certain."""
    for name in state.outbox:
        yield name, "has not left yet"


def unaccepted_allocations(state: State) -> Found:
    """Brokers that were not told the day's split, or have not agreed."""
    for block in _allocated_today(state):
        for text in not_accepted(state, block):
            yield block, text


def unconfirmed_accounts(state: State) -> Found:
    """Accounts whose part of the day's trades is not affirmed."""
    for block in _allocated_today(state):
        for text in not_affirmed(state, block):
            yield block, text


def open_alerts(state: State) -> Found:
    """Alerts that nobody has dealt with, by kind."""
    kinds: Counter[str] = Counter()
    for number, raised in state.alerts.items():
        if not over(state, number):
            kinds[raised.kind] += 1
    for kind, count in kinds.items():
        yield kind, f"{count} not acknowledged"


def sessions_down(state: State) -> Found:
    """Sessions on which a late message could not come."""
    for name, session in state.sessions.items():
        if not session.up:
            yield name, session.reason or "is down"


def undelivered_trades(state: State) -> Found:
    """Blocks whose allocation has changed since the last hand-over."""
    for name in state.undelivered:
        yield name, "has changed since the last hand-over"


def missing_files(state: State) -> Found:
    """Custodians, and brokers that have filled, whose file of the day was not reconciled yet."""
    today = state.business_date
    custodians = {one.custodian for one in state.accounts.values() if one.custodian}
    fills = (x for x in state.executions.values() if x.is_trade and x.trade_date == today)
    brokers = {x.broker for x in fills if not x.cross}
    wanted = [f"{kind}/{name}" for name in sorted(custodians) for kind in ("positions", "cash")]
    for place in (*wanted, *(f"fills/{name}" for name in sorted(brokers))):
        known = state.reconciliations.get(place)
        if known is None or known.as_of != today:
            yield place, f"no file of {today} was reconciled"


def open_breaks(state: State) -> Found:
    """Differences with others that nobody has explained."""
    for key, one in state.breaks.items():
        if one.state == "open":
            text = f"{one.what}: ours {one.ours or 'nothing'}, theirs {one.theirs or 'nothing'}"
            yield key, f"{text}, since {one.since}, {one.owner or 'nobody'} looks after it"


class Check(NamedTuple):
    """A check; what it finds either keeps the day open or is only written down."""

    find: Callable[[State], Found]
    blocks: bool


#: In the order in which they are shown.
CHECKS: dict[str, Check] = {
    "open placements": Check(open_placements, True),
    "unanswered requests": Check(unanswered_requests, True),
    "unmatched reports": Check(unmatched_reports, True),
    "disputed fills": Check(disputed_fills, True),
    "missing fills": Check(missing_fills, True),
    "over-filled blocks": Check(overfilled_blocks, True),
    "unallocated blocks": Check(unallocated_blocks, True),
    "unread baskets": Check(unread_baskets, True),
    "working overnight": Check(working_overnight, False),
    "unapproved splits": Check(unapproved_splits, False),
    "unsent messages": Check(unsent_messages, False),
    "unaccepted allocations": Check(unaccepted_allocations, False),
    "unconfirmed accounts": Check(unconfirmed_accounts, False),
    "undelivered trades": Check(undelivered_trades, False),
    "missing files": Check(missing_files, False),
    "open breaks": Check(open_breaks, False),
    "open alerts": Check(open_alerts, False),
    "sessions down": Check(sessions_down, False),
}


def findings(state: State) -> list[Finding]:
    """Everything that the checks find now, with the waiver of what was let pass."""
    return [
        _waived(state, Finding(name, subject, text, check.blocks))
        for name, check in CHECKS.items()
        for subject, text in check.find(state)
    ]


def _waived(state: State, finding: Finding) -> Finding:
    """With the newest waiver that had seen it."""
    for waiver in reversed(state.waivers.get(finding.check, ())):
        if waiver.covers(finding):
            return Finding(
                finding.check,
                finding.subject,
                finding.text,
                finding.blocks,
                waiver.user,
                waiver.reason,
            )
    return finding


def _filling(state: State) -> list[Block]:
    return [b for b in state.blocks.values() if b.state in (BlockState.Working, BlockState.Done)]


def _filled(state: State, block: Block) -> Decimal:
    return sum((p.CumQty for p in placements(state, block)), ZERO)


def _works_on(state: State, block: Block) -> bool:
    """True where a broker may fill more of it, on this day or another."""
    return any(p.exposure for p in placements(state, block))


def _allocated_today(state: State) -> list[str]:
    """Blocks of which something was allocated with the open day's date."""
    return [
        name
        for name, event in state.allocations.items()
        if event.trade_date == state.business_date and event.quantity
    ]
