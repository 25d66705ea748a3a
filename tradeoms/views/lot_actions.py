"""Corporate actions, transfers and gifts: what was booked, and what each account got by it."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.lot_actions import CorporateAction, LotAction
from tradeoms.model.state import State
from tradeoms.views import touched


class LotActionRow(Struct, frozen=True, gc=False):
    """A booking; `key` is its name (L…). `kind` is the issuer's, or transfer, gift, or average (of
    an account that no longer averages).

    It counts from `day` on. `ratio` is new for old, `accounts` how many it concerned. `before` (of the
    instrument) and `after` (of `becomes`) are all these accounts' when it was booked.
    `reversed_by` is empty while it counts.
    """

    key: str
    kind: str
    instrument: str
    becomes: str
    day: date
    ratio: str
    account: str
    to: str
    accounts: int
    before: Decimal
    after: Decimal
    cash: Decimal
    Currency: str
    reference: str
    reason: str
    user: str
    booked: date
    at: datetime
    reversed_by: str
    reversed_for: str
    reversed_at: datetime | None
    reversed_on: date | None


class ActionLineRow(Struct, frozen=True, gc=False):
    """What a booking did to an account's position; `key` is booking/account/instrument.

    `before` and `after` as it was booked; `change` and `cash` as it is now, after later corrections
    of earlier trades. Gone when the booking is reversed.
    """

    key: str
    action: str
    kind: str
    account: str
    instrument: str
    day: date
    before: Decimal
    after: Decimal
    change: Decimal
    cash: Decimal
    Currency: str


#: Events after which a row may be another.
ON = (e.ActionsBooked, e.ActionReversed)
LINES_ON = (*ON, e.LotsConverted, e.LotsReversed)


def kind_of(action: LotAction) -> str:
    """What it is, in a word."""
    if isinstance(action.terms, CorporateAction):
        return action.terms.kind.value
    if action.terms.is_average:
        return "average"
    return "transfer" if action.terms.value is None else "gift"


def _named(event: e.AnyEvent) -> tuple[str, ...]:
    if isinstance(event, e.ActionsBooked):
        return tuple(one.action for one in event.actions)
    if isinstance(event, e.ActionReversed):
        return (event.action,)
    return (event.name,) if isinstance(event, e.LotsConverted) else ()


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, LotActionRow | None]]:
    """The booking that was made or reversed."""
    for name in _named(event):
        yield name, _row(state, state.lot_actions[name])


def all_rows(state: State) -> Iterator[LotActionRow]:
    """Every booking, reversed ones too."""
    return (_row(state, action) for action in state.lot_actions.values())


def _row(state: State, action: LotAction) -> LotActionRow:
    terms, (old, *_), new = action.terms, action.instruments, action.instruments[-1]
    before = sum(total.before for total in action.totals if total.instrument == old)
    after = sum(total.after for total in action.totals if total.instrument == new)
    return LotActionRow(
        key=action.action,
        kind=kind_of(action),
        instrument=old,
        becomes=new,
        day=terms.day,
        ratio=f"{terms.new:f}:{terms.old:f}" if isinstance(terms, CorporateAction) else "",
        account=terms.account,
        to="" if isinstance(terms, CorporateAction) else terms.to,
        accounts=len({total.account for total in action.totals}),
        before=state.instruments[old].quantity(before),
        after=state.instruments[new].quantity(after),
        cash=state.money(sum(total.cents for total in action.totals)),
        Currency=state.instruments[old].Currency,
        reference=action.reference,
        reason=action.reason,
        user=action.user,
        booked=action.booked,
        at=action.at,
        reversed_by=action.reversed_by,
        reversed_for=action.reversed_for,
        reversed_at=action.reversed_at,
        reversed_on=action.reversed_on,
    )


def line_rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, ActionLineRow | None]]:
    """The accounts of the booking that was made, made again, or reversed."""
    for name in _named(event):
        yield from _lines(state, state.lot_actions[name])
    if isinstance(event, e.LotsReversed) and event.block in state.lot_actions:
        # It may be made again for others than those it was made for.
        own = dict(_lines(state, state.lot_actions[event.block]))
        for account, instrument in touched.booked(state, event):
            key = f"{event.block}/{account}/{instrument}"
            yield key, own.get(key)


def all_line_rows(state: State) -> Iterator[ActionLineRow]:
    """Every account of every booking that counts."""
    for action in state.lot_actions.values():
        for _, row in _lines(state, action):
            if row is not None:
                yield row


def _lines(state: State, action: LotAction) -> Iterator[tuple[str, ActionLineRow | None]]:
    sums: dict[tuple[str, str], list[int]] = {}
    for total in action.totals:
        sums[total.account, total.instrument] = [total.before, total.after, 0, 0]
    event = state.conversions.get(action.action)
    moved = event.moved if event else {}
    names = ("account", "instrument", "units", "cents")
    for account, column, units, cents in zip(*(moved.get(n, ()) for n in names), strict=True):
        pair = state.account_axis.names[account], state.instrument_axis.names[column]
        own = sums.setdefault(pair, [0, 0, 0, 0])
        own[2], own[3] = own[2] + units, own[3] + cents
    for (who, what), numbers in sums.items():
        key = f"{action.action}/{who}/{what}"
        yield key, None if action.reversed_by else _line(state, action, key, who, what, numbers)


def _line(
    state: State, action: LotAction, key: str, account: str, name: str, numbers: list[int]
) -> ActionLineRow:
    before, after, change, cents = numbers
    instrument = state.instruments[name]
    return ActionLineRow(
        key=key,
        action=action.action,
        kind=kind_of(action),
        account=account,
        instrument=name,
        day=action.terms.day,
        before=instrument.quantity(before),
        after=instrument.quantity(after),
        change=instrument.quantity(change),
        cash=state.money(cents),
        Currency=instrument.Currency,
    )
