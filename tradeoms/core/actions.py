"""Corporate actions, transfers and gifts: booked, tried, taken back, and booked again in their place.

A booking stands in the order of its instrument's trades by its day, so that what comes late, trade or
action, has everything behind it booked again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from tradeoms.core.action_checks import terms_problems
from tradeoms.core.action_files import read_actions
from tradeoms.core.action_orders import adjusted, in_the_way, left_changed
from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.identifying import bought
from tradeoms.core.reasons import reason_problems
from tradeoms.core.relieving import AVERAGE
from tradeoms.core.repricing import repriced
from tradeoms.core.sequence import taken_back_from
from tradeoms.core.transfers import method_of
from tradeoms.core.trying import Tried, again, making_room, try_out, unlike
from tradeoms.core.whatif import Deciding
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.lot_actions import Control, CorporateAction, LotAction, LotTransfer, Terms
from tradeoms.model.state import State

LONGEST_REFERENCE = 64


class Wanted(NamedTuple):
    """A booking that is asked for; `field` begins the names of what is wrong with it. One that is only
    `planned` may be of a day to come.
    """

    terms: Terms
    reference: str
    reason: str
    control: Control = Control()
    gift: bool = False
    field: str = ""
    planned: bool = False


def wanted_of(command: c.Command) -> Wanted:
    """The booking that a command asks for."""
    assert isinstance(command, c.BookCorporateAction | c.TransferLots | c.GiftLots)
    gift = isinstance(command, c.GiftLots)
    return Wanted(command.terms, command.reference, command.reason, command.control, gift)


def book_one(state: State, command: c.Command, ctx: Context) -> list[e.AnyEvent]:
    """A corporate action, a transfer or a gift."""
    return booked(state, [wanted_of(command)], ctx)


def import_actions(state: State, command: c.ImportActions, ctx: Context) -> list[e.AnyEvent]:
    """All of the files, or none."""
    with placed(command) as rows:
        return booked(state, rows, ctx)


@contextmanager
def placed(command: c.ImportActions) -> Iterator[list[Wanted]]:
    """The bookings of files; every mistake, also of what is done with them, is named with its file and
    line.
    """
    found = read_actions(command.files)
    rows = [Wanted(*row, field=f"{n}:") for n, row in enumerate(found.rows)]
    try:
        yield [row._replace(reason=command.reason) for row in rows]
    except Refusal as refusal:
        raise Refusal(*found.problems, *map(found.placed, refusal.problems)) from None
    if found.problems:
        raise Refusal(*found.problems)


def booked(state: State, rows: Sequence[Wanted], ctx: Context) -> list[e.AnyEvent]:
    """All of the bookings, or none; one that is booked already, with the same terms, is passed over."""
    reasons = dict.fromkeys(row.reason for row in rows)
    problems = [problem for reason in reasons for problem in reason_problems(reason)]
    problems += [problem for row in rows for problem in _problems(state, row)]
    names = [row.reference for row in rows]
    problems += [
        c.Problem(f"{row.field}reference", brief(row.reference), "comes twice")
        for n, row in enumerate(rows)
        if row.reference in names[:n]
    ]
    if problems:
        raise Refusal(*problems)
    new = [row for row in rows if row.reference not in state.action_references]
    if not new:
        return []
    actions = [_action(state, row, ctx) for row in new]
    tried = try_out(state, actions, ctx)
    problems = [*_shortages(new, tried), *_control_problems(state, new, tried)]
    problems += _sold_already(state, new, tried)
    if problems:
        raise Refusal(*problems)
    done = tuple(replace(one, totals=tuple(tried.totals[one.action])) for one in actions)
    orders = [
        event
        for one in done
        if isinstance(one.terms, CorporateAction)
        for event in adjusted(state, one.terms, one.action, ctx)
    ]
    prices = repriced(state, done)
    return [*making_room(state, done), e.ActionsBooked(done), *orders, *prices]


def planned(state: State, rows: Sequence[Wanted], ctx: Context) -> tuple[Tried, list[e.AnyEvent]]:
    """What bookings would do, of days to come too: on a copy of the books, and to orders."""
    events = booked(state, [row._replace(planned=True) for row in rows], ctx)
    tried = Tried(state)
    orders = (e.OrderAdjusted, e.OrderCancelled, e.BlockDissolved)
    tried.run([event for event in events if not isinstance(event, orders)], ctx)
    return tried, [event for event in events if isinstance(event, orders)]


def taken_off(state: State, command: c.ReverseAction, ctx: Context) -> Tried:
    """What a reversal would do."""
    return Tried(state).run(reverse(state, command, ctx), ctx)


def _problems(state: State, row: Wanted) -> list[c.Problem]:
    known = state.lot_actions.get(state.action_references.get(row.reference, ""))
    if known is not None:
        if _same(known.terms, row.terms):
            return []
        reason = f"was booked as {known.action} with other terms: reverse that first"
        return [c.Problem(f"{row.field}reference", brief(row.reference), reason)]
    last = date.max if row.planned else state.business_date
    problems = terms_problems(state, row.terms, row.gift, f"{row.field}terms.", last)
    if not row.reference.strip() or len(row.reference) > LONGEST_REFERENCE:
        reason = f"is needed, up to {LONGEST_REFERENCE} characters: what its source calls it"
        problems.append(c.Problem(f"{row.field}reference", brief(row.reference), reason))
    if isinstance(row.terms, CorporateAction) and not problems:
        problems += in_the_way(state, row.terms, f"{row.field}terms.")
    return problems


def _same(known: Terms, given: Terms) -> bool:
    """The same terms, but for what the server says of them, and not the sender."""
    if isinstance(known, LotTransfer) and isinstance(given, LotTransfer) and not given.method:
        given = replace(given, method=known.method)
    return _plain(known) == _plain(given)


def _plain(terms: Terms) -> Terms:
    if isinstance(terms, CorporateAction):
        return terms
    named = tuple(replace(row, block="", place=0) for row in terms.lots)
    return replace(terms, lots=named, average=False)


def _settled_terms(state: State, terms: LotTransfer) -> LotTransfer:
    """With which purchases opened named lots, and how the account relieves lots now: booked again
    later, it takes the same.
    """
    named = tuple(bought(state, terms.instrument, terms.account, lot) for lot in terms.lots)
    if not terms.account:
        return replace(terms, lots=named, average=False)
    own = state.accounts[terms.account].method_of(state.instruments[terms.instrument])
    method = "" if terms.lots else method_of(state, terms)
    return replace(terms, lots=named, method=method, average=own == AVERAGE)


def _action(state: State, row: Wanted, ctx: Context) -> LotAction:
    terms = row.terms
    if isinstance(terms, LotTransfer):
        terms = _settled_terms(state, terms)
    name, today = ctx.name("action", "L"), state.business_date
    averaging = () if isinstance(terms, LotTransfer) else _averaging(state, terms.instrument)
    said = (row.reference, row.reason, ctx.user, ctx.now, today)
    return LotAction(name, terms, *said, averaging=averaging)


def _averaging(state: State, name: str) -> tuple[str, ...]:
    instrument = state.instruments[name]
    if not instrument.average_cost_allowed:
        return ()
    known = state.accounts.items()
    return tuple(own for own, one in known if one.method_of(instrument) == AVERAGE)


def _shortages(rows: Sequence[Wanted], tried: Tried) -> list[c.Problem]:
    """Why it cannot be booked: lots would be missing, here or for what was booked since."""
    field = f"{rows[0].field}terms.day" if len(rows) == 1 else "files"
    found = [c.Problem(field, one.subject, f"{one.kind}: {one.text}") for one in tried.short]
    by_name = {one.reference: one for one in tried.state.lot_actions.values()}
    for row in rows:
        issuers = isinstance(row.terms, CorporateAction) and not row.terms.account
        if issuers and by_name[row.reference].action in tried.empty:
            reason = f"nobody held it when {row.terms.day} began"
            found.append(c.Problem(f"{row.field}terms.instrument", row.terms.instrument, reason))
    return found


def _sold_already(state: State, rows: Sequence[Wanted], tried: Tried) -> list[c.Problem]:
    """Shares of an account that open orders sell: without them these would sell short."""
    problems = []
    for row in rows:
        account, instrument = row.terms.account, row.terms.instrument
        if account and (reason := _sold_in_orders(state, account, instrument, tried)):
            problems.append(c.Problem(f"{row.field}terms.account", account, reason))
    return problems


def _sold_in_orders(state: State, account: str, instrument: str, tried: Tried) -> str:
    """Why an account cannot do without shares: its open orders sell them."""
    pending = state.selling.at(account, instrument)
    left = tried.state.position.at(account, instrument) if pending else 0
    if left >= pending or left >= state.position.at(account, instrument):
        return ""
    quantity = state.instruments[instrument].quantity
    return f"only {quantity(left):f} would be left, and {quantity(pending):f} are in open sales"


def _control_problems(state: State, rows: Sequence[Wanted], tried: Tried) -> list[c.Problem]:
    """Totals over all accounts that are not those given."""
    problems = []
    by_name = {one.reference: one for one in tried.state.lot_actions.values()}
    for row in rows:
        totals = tried.totals.get(by_name[row.reference].action, [])
        instruments = by_name[row.reference].instruments
        for name, instrument in (("before", instruments[0]), ("after", instruments[-1])):
            given = getattr(row.control, name)
            units = sum(getattr(t, name) for t in totals if t.instrument == instrument)
            ours = state.instruments[instrument].quantity(units)
            if given is not None and (not given.is_finite() or given != ours):
                reason = f"the accounts concerned hold {ours:f} of {instrument}"
                problems.append(c.Problem(f"{row.field}control.{name}", brief(given), reason))
    return problems


def reverse(state: State, command: c.ReverseAction, ctx: Context) -> list[e.AnyEvent]:
    """As if it had never been; refused where lots that it brought have been sold since, or are being."""
    problems, action = reason_problems(command.reason), state.lot_actions.get(command.action)
    if action is None:
        raise Refusal(*problems, c.Problem("action", brief(command.action), "is not booked"))
    if action.reversed_by:
        reason = f"was reversed by {action.reversed_by}: {action.reversed_for}"
        raise Refusal(*problems, c.Problem("action", command.action, reason))
    if action.action not in state.booking_places[action.terms.instrument]:
        reason = "stands for good: what was booked around it has left memory"
        problems.append(c.Problem("action", command.action, reason))
    if problems:
        raise Refusal(*problems)
    events = reversal(state, action, command.reason, ctx)
    back = [event for event in events if isinstance(event, e.LotsReversed)]
    tried = Tried(state).run(events, ctx)
    short = unlike(tried.short, again(state, back, ctx)) if tried.short else []
    if short:
        text = "; ".join(f"{one.subject} {one.text}" for one in short)
        raise refuse("action", command.action, f"what came after needs it: {text}")
    brought = getattr(action.terms, "to", "") or action.terms.account
    instrument = action.instruments[-1]
    if brought and (reason := _sold_in_orders(state, brought, instrument, tried)):
        raise refuse("action", command.action, f"{brought} of {instrument}: {reason}")
    prices = repriced(state, [action], back=True)
    return [*events, *left_changed(state, action, ctx), *prices]


def reversal(state: State, action: LotAction, reason: str, ctx: Context) -> list[e.AnyEvent]:
    """Everything from its place on leaves the lots; it does not come back."""
    place = state.booking_places[action.terms.instrument][action.action]
    back = taken_back_from(state, action.instruments, place)
    return [*back, e.ActionReversed(action.action, ctx.user, reason, ctx.now, state.business_date)]


DECIDE: Deciding = {
    c.BookCorporateAction: book_one,
    c.TransferLots: book_one,
    c.GiftLots: book_one,
    c.ImportActions: import_actions,
    c.ReverseAction: reverse,
}
