"""Handing over: what has changed in the allocations since the last time, and what came back."""

from collections.abc import Iterable
from decimal import Decimal
from hashlib import sha256

from msgspec.structs import replace

from tradeoms.core import breaks
from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.sheets import Column, Row, at, number, one_of, read, text
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.breaks import Break
from tradeoms.model.deliveries import Delivery, DeliveryAnswer, DeliveryLine
from tradeoms.model.orders import ZERO
from tradeoms.model.state import State

CANCEL, NEW, CORRECT = "cancel", "new", "correct"
REJECTED = "rejected"  # in place of the action, once the other side does not take a line
STANDS = (NEW, CORRECT)
WHOM = "accounting"
Version = tuple[str, int]  # of a trade
ANSWER = {
    "line": Column(number),
    "status": Column(one_of({"accepted": True, "rejected": False})),
    "reason": Column(text, needed=False),
}


def deliver(state: State, command: c.Deliver, ctx: Context) -> list[e.AnyEvent]:
    """A numbered delivery, also where nothing has changed: a missing number is then a lost file."""
    lines = tuple(
        line
        for block in dict.fromkeys((*state.undelivered, *state.uncancelled))
        for line in (*state.uncancelled.get(block, ()), *_changes(state, block))
    )
    number = ctx.number("delivery")
    delivery = Delivery(number, state.business_date, ctx.user, ctx.now, lines)
    gone = _clear(state, _void(state), ctx.user, f"holds no more with delivery {number}")
    return [e.Delivered(delivery), *([e.BreaksChanged(gone)] if gone else [])]


def _void(state: State) -> list[str]:
    """Trades that were not taken, and that hold no more: nothing is left to be said of them."""
    return [
        trade
        for block in state.undelivered
        if (refused := [x for x in state.delivered.get(block, {}).values() if x.action == REJECTED])
        for trade in sorted({x.trade for x in refused} - _lines(state, block).keys())
        if not _owed(state, block, trade)
    ]


def _changes(state: State, block: str) -> list[DeliveryLine]:
    """Cancels of what holds no more, and what holds instead, of one block."""
    known, now = state.delivered.get(block, {}), _lines(state, block)
    found: list[DeliveryLine] = []
    for trade in dict.fromkeys((*known, *now)):
        old, new = known.get(trade), now.get(trade)
        stood = old is not None and old.action in STANDS
        if old and new and stood and replace(new, action=old.action, version=old.version) == old:
            continue
        if old and stood:
            found.append(replace(old, action=CANCEL))
        if new:
            action = CORRECT if stood else NEW
            found.append(replace(new, action=action, version=old.version + 1 if old else 1))
    return found


def _lines(state: State, block: str) -> dict[str, DeliveryLine]:
    """The legal allocation of a block as lines by the name of the trade; none where it is void."""
    event = state.allocations.get(block)
    if event is None:
        return {}
    one = state.blocks[block]
    instrument = state.instruments[one.instrument]
    lines: dict[str, DeliveryLine] = {}
    prices = event.own_prices()
    for n, (order, account) in enumerate(zip(event.orders, event.accounts, strict=True)):
        if not event.quantities[n]:
            continue
        trade = f"{block}/{order or 'error'}/{account}"
        lines[trade] = DeliveryLine(
            action=NEW,
            trade=trade,
            version=1,
            block=block,
            order=order,
            account=account,
            instrument=one.instrument,
            Side=one.Side.name,
            trade_date=event.trade_date,
            settle_date=event.settle_date,
            AllocQty=instrument.quantity(event.quantities[n]),
            AvgPx=prices.get(n, Decimal(event.AvgPx)),
            gross=state.money(event.gross[n]),
            commission=state.money(event.commission[n]),
            net=state.money(event.net[n]),
            Currency=instrument.Currency,
            research=state.money(event.research[n]) if event.research else ZERO,
            price_group=event.price_group.partition("/")[0],
            fees=state.money(event.fees[n] if event.fees else 0),
        )
    return lines


def acknowledge(state: State, command: c.AcknowledgeDelivery, ctx: Context) -> list[e.AnyEvent]:
    """Every line accepted or rejected; what is rejected is a break, and goes out again."""
    delivery = state.deliveries.get(command.number)
    if delivery is None:
        gone = 0 < command.number <= state.counters.get("delivery", 0)
        reason = "is too old to be answered: correct by hand what was rejected"
        raise refuse("number", command.number, reason if gone else "there is no such delivery")
    digest = sha256(command.content.encode()).hexdigest()
    known = state.delivery_answers.get(command.number)
    if known is not None and known.digest == digest:
        return []
    rows, problems = read(command.name, command.content, ANSWER)
    problems = problems or _answer_problems(command.name, rows, len(delivery.lines))
    if known is not None:
        reason = f"was answered by {known.user} at {known.at:%Y-%m-%d %H:%M}, otherwise"
        problems.append(c.Problem("number", str(command.number), reason))
    if problems:
        raise Refusal(*problems)
    rejected = {
        int(row.cells["line"]): row.cells["reason"] for row in rows if not row.cells["status"]
    }
    answer = DeliveryAnswer(command.number, rejected, digest, ctx.user, ctx.now)
    changed = _breaks(state, delivery, answer)
    return [e.DeliveryAcknowledged(answer), *([e.BreaksChanged(changed)] if changed else [])]


def _answer_problems(file: str, rows: list[Row], lines: int) -> list[c.Problem]:
    """Each line once, and a reason for each that is rejected."""
    problems: list[c.Problem] = []
    seen: set[Decimal] = set()
    for row in rows:
        line, reason = row.cells["line"], ""
        if line != int(line) or not 1 <= line <= lines:
            reason = f"must be 1 to {lines}"
        elif line in seen:
            reason = "stands there twice"
        if reason:
            problems.append(c.Problem(at(file, row.line, "line"), brief(line), reason))
        if not row.cells["status"] and not row.cells["reason"]:
            problems.append(c.Problem(at(file, row.line, "reason"), "", "is empty"))
        seen.add(line)
    if not problems and len(rows) != lines:
        reason = f"{lines - len(rows)} of {lines} lines of the delivery are missing"
        problems.append(c.Problem(file, "", reason))
    return problems


def _breaks(state: State, delivery: Delivery, answer: DeliveryAnswer) -> tuple[Break, ...]:
    """New ones for what is to be said again; those of trades that are accepted now are cleared."""
    again, never = _again(state, delivery, answer)
    refused = {line.trade: _break(state, line, answer.rejected[n]) for n, line in again.items()}
    accepted = {
        line.trade
        for line in delivery.lines
        if line.trade not in refused and not _owed(state, line.block, line.trade) - never
    }
    why = f"accepted with delivery {answer.number}"
    return (*refused.values(), *_clear(state, sorted(accepted), answer.user, why))


def _again(
    state: State, delivery: Delivery, answer: DeliveryAnswer
) -> tuple[dict[int, DeliveryLine], set[Version]]:
    """Rejected lines that still matter, by number; and all versions that were never taken.

    A cancel matters if what it cancels was taken, another line if it was not changed since.
    """
    refused = {n: delivery.lines[n - 1] for n in answer.rejected}
    before = (
        state.deliveries[one.number].lines[n - 1]
        for one in state.delivery_answers.values()
        for n in one.rejected
    )
    never = {_version(line) for line in (*refused.values(), *before) if line.action in STANDS}
    again = {
        n: line
        for n, line in refused.items()
        if (
            _version(line) not in never
            if line.action == CANCEL
            else state.delivered[line.block].get(line.trade) == line
        )
    }
    return again, never


def _version(line: DeliveryLine) -> Version:
    return line.trade, line.version


def _owed(state: State, block: str, trade: str) -> set[Version]:
    """Cancels of a trade that were rejected and not said again yet."""
    return {_version(line) for line in state.uncancelled.get(block, ()) if line.trade == trade}


def _clear(state: State, trades: Iterable[str], user: str, why: str) -> tuple[Break, ...]:
    known = (state.breaks.get(f"delivery/{WHOM}/{trade}") for trade in trades)
    return tuple(
        breaks.cleared(state, one, user, why)
        for one in known
        if one and one.state != breaks.CLEARED
    )


def _break(state: State, line: DeliveryLine, reason: str) -> Break:
    return breaks.found(
        state,
        Break(
            key=f"delivery/{WHOM}/{line.trade}",
            kind="delivery",
            source=WHOM,
            subject=line.trade,
            account=line.account,
            instrument=line.instrument,
            Currency=line.Currency,
            what=f"{line.action} of version {line.version} rejected",
            ours=f"{line.AllocQty:f} at {line.AvgPx:f}",
            theirs=reason,
            amount=None,
            since=state.business_date,
            seen=state.business_date,
        ),
    )


def apply_delivered(state: State, event: e.Delivered) -> None:
    delivery = event.delivery
    state.deliveries[delivery.number] = delivery
    state.bump("delivery", delivery.number)
    for line in delivery.lines:  # a correction comes behind the cancel of what it replaces
        state.delivered.setdefault(line.block, {})[line.trade] = line
        _no_more_owed(state, line)
    state.undelivered.clear()


def apply_acknowledged(state: State, event: e.DeliveryAcknowledged) -> None:
    """What is not taken, the next delivery says again, also a cancel whose correction was taken."""
    answer = event.answer
    delivery = state.deliveries[answer.number]
    again, _ = _again(state, delivery, answer)
    state.delivery_answers[answer.number] = answer
    for n in answer.rejected:
        line = delivery.lines[n - 1]
        if n not in again:
            _no_more_owed(state, line)
            continue
        state.undelivered[line.block] = None
        if line.action == CANCEL:
            owed = state.uncancelled.get(line.block, ())
            state.uncancelled[line.block] = (*owed, line)
        else:
            state.delivered[line.block][line.trade] = replace(line, action=REJECTED)


def _no_more_owed(state: State, said: DeliveryLine) -> None:
    """The cancel of this version is said, or needs no saying."""
    if (owed := state.uncancelled.pop(said.block, None)) is None:
        return
    if left := tuple(line for line in owed if _version(line) != _version(said)):
        state.uncancelled[said.block] = left


DECIDE = {c.Deliver: deliver, c.AcknowledgeDelivery: acknowledge}
APPLY = {e.Delivered: apply_delivered, e.DeliveryAcknowledged: apply_acknowledged}
