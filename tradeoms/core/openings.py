"""Opening balances: the lots and cash that accounts own on day one, the orders they have open."""

from collections.abc import Sequence
from hashlib import sha256

import msgspec
import numpy as np
from msgspec.structs import replace

from tradeoms.core.bounds import MOST_CENTS, MOST_MONEY, MOST_UNITS, bad_currency, bad_number, brief
from tradeoms.core.checks import check_fields
from tradeoms.core.context import Context, Refusal
from tradeoms.core.flows import expect
from tradeoms.core.opened import open_lots
from tradeoms.core.opening_files import read_files
from tradeoms.market.calendar import days
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.crosses import HOUSE
from tradeoms.model.openings import OpeningCash, OpeningLot, OpeningOrder
from tradeoms.model.state import State

MOST_SHOWN = 500  # mistakes of one import; how many there are is said in the last


def book_opening(state: State, command: c.BookOpening, ctx: Context) -> list[e.AnyEvent]:
    """All lots and cash of a batch, or none; a batch that is booked already changes nothing."""
    opening = e.OpeningBooked(command.batch, command.lots, command.cash)
    return _booked(state, opening, _problems_of(state, opening))


def import_opening(state: State, command: c.ImportOpening, ctx: Context) -> list[e.AnyEvent]:
    """The same from files: every mistake is named with its file and line."""
    found = read_files(command.files)
    opening = e.OpeningBooked(command.batch, found.lots, found.cash, found.orders)
    problems = [found.placed(problem) for problem in _problems_of(state, opening)]
    return _booked(state, opening, found.problems + problems)


def _booked(state: State, opening: e.OpeningBooked, problems: list[c.Problem]) -> list[e.AnyEvent]:
    """The opening, if it is sound and new; nothing, if it is the one that is booked already."""
    known = state.openings.get(opening.batch)
    if known is not None and (not known or known == _digest(opening)):
        return []
    problems = [*_batch_problems(state, opening), *problems]
    if len(problems) > MOST_SHOWN:
        more = c.Problem("", "", f"and {len(problems) - MOST_SHOWN} more")
        problems = [*problems[:MOST_SHOWN], more]
    if problems:
        raise Refusal(*problems)
    return [replace(opening, digest=_digest(opening))]


def _digest(opening: e.OpeningBooked) -> str:
    """Of the content, whatever the batch is called."""
    content = (opening.lots, opening.cash, opening.orders)
    return sha256(msgspec.json.encode(content)).hexdigest()


def _batch_problems(state: State, opening: e.OpeningBooked) -> list[c.Problem]:
    """A batch that stands for something else, content that is booked, accounts that trade."""
    problems: list[c.Problem] = []
    if not opening.batch.strip():
        problems.append(c.Problem("batch", "", "needs a name"))
    if opening.batch in state.openings:
        reason = "was booked with other content"
        problems.append(c.Problem("batch", brief(opening.batch), reason))
    digest = _digest(opening)
    if twin := next((b for b, known in state.openings.items() if known == digest), ""):
        reason = f"the same content was booked as {twin}"
        problems.append(c.Problem("batch", brief(opening.batch), reason))
    own = {lot.account for lot in opening.lots} | {cash.account for cash in opening.cash}
    own |= {member.account for order in opening.orders for member in order.order.members}
    traded = {m.account for order in state.orders.values() for m in order.members}
    traded = (traded | state.worked.keys()) & own
    reason = "has had an order: balances come before the first one"
    return problems + [c.Problem("account", name, reason) for name in sorted(traded)]


def _problems_of(state: State, opening: e.OpeningBooked) -> list[c.Problem]:
    """What is wrong with the rows, by their numbers; sums only of rows that are sound."""
    problems = [
        *(p for n, lot in enumerate(opening.lots) for p in _lot_problems(state, n, lot)),
        *(p for n, cash in enumerate(opening.cash) for p in _cash_problems(state, n, cash)),
    ]
    problems = problems or _balance_problems(state, opening)
    seen: set[str] = set()
    for n, order in enumerate(opening.orders):
        problems += _order_problems(state, f"orders[{n}].", order)
        if order.ClOrdID and (order.ClOrdID in seen or order.ClOrdID in state.placement_of):
            reason = "is the id of another order"
            problems.append(c.Problem(f"orders[{n}].ClOrdID", order.ClOrdID, reason))
        seen.add(order.ClOrdID)
    return problems


def _order_problems(state: State, field: str, order: OpeningOrder) -> list[c.Problem]:
    problems = check_fields(state, order.order, field)
    if order.broker and (order.broker not in state.brokers or order.broker == HOUSE):
        problems.append(c.Problem(f"{field}broker", brief(order.broker), "unknown broker"))
    return problems


def _balance_problems(state: State, opening: e.OpeningBooked) -> list[c.Problem]:
    """Balances that int64 cents could not hold with room for what is still to be traded."""
    cents: dict[tuple[str, str], int] = {}
    for cash in opening.cash:
        pair = (cash.account, cash.Currency)
        cents[pair] = cents.get(pair, state.cash.at(*pair)) + int(cash.amount.scaleb(2))
    reason = "the balance would be beyond what can be booked"
    return [
        c.Problem("cash", brief(f"{account}/{currency}"), reason)
        for (account, currency), total in cents.items()
        if abs(total) > MOST_CENTS
    ]


def _lot_problems(state: State, n: int, lot: OpeningLot) -> list[c.Problem]:
    instrument = state.instruments.get(lot.instrument)
    reasons = {
        "account": "" if lot.account in state.accounts else "unknown account",
        "instrument": "" if instrument else "unknown instrument",
        "basis": bad_number(lot.basis, 2, MOST_MONEY) or ("is below zero" if lot.basis < 0 else ""),
        "holding_from": _bad_holding(lot),
    }
    if lot.acquired > state.business_date:
        reasons["acquired"] = f"is after the open day {state.business_date}"
    if instrument:
        bad = bad_number(lot.quantity, instrument.qty_scale, instrument.quantity(MOST_UNITS))
        reasons["quantity"] = bad or ("" if lot.quantity else "is zero")
    return _problems(f"lots[{n}]", lot, reasons)


def _bad_holding(lot: OpeningLot) -> str:
    late = lot.holding_from is not None and lot.holding_from > lot.acquired
    return "is after the day of acquisition" if late else ""


def _cash_problems(state: State, n: int, cash: OpeningCash) -> list[c.Problem]:
    reasons = {
        "account": "" if cash.account in state.accounts else "unknown account",
        "Currency": bad_currency(cash.Currency),
        "amount": bad_number(cash.amount, 2, MOST_MONEY),
    }
    return _problems(f"cash[{n}]", cash, reasons)


def _problems(
    field: str, row: OpeningLot | OpeningCash, reasons: dict[str, str]
) -> list[c.Problem]:
    return [
        c.Problem(f"{field}.{name}", brief(getattr(row, name)), reason)
        for name, reason in reasons.items()
        if reason
    ]


def apply_opening(state: State, event: e.OpeningBooked) -> None:
    state.openings[event.batch] = event.digest
    for cash in event.cash:
        row, column = state.account_axis.index[cash.account], state.currency_axis.add(cash.Currency)
        state.cash.fit()
        state.cash.cells[row, column] += int(cash.amount.scaleb(2))
        expect(state, cash)
    if event.lots:
        _open_lots(state, event.lots)


def _open_lots(state: State, lots: Sequence[OpeningLot]) -> None:
    accounts = state.account_axis.numbers(tuple(lot.account for lot in lots))
    instruments = state.instrument_axis.numbers(tuple(lot.instrument for lot in lots))
    units = np.array(
        [state.instruments[lot.instrument].units(lot.quantity) for lot in lots], np.int64
    )
    open_lots(
        state,
        accounts,
        instrument=instruments,
        short=(units < 0).astype(np.int64),
        acquired=np.array([days(lot.acquired) for lot in lots], np.int64),
        size=np.abs(units),
        basis=np.array([int(lot.basis.scaleb(2)) for lot in lots], np.int64),
        holding_from=np.array([days(lot.holding_from or lot.acquired) for lot in lots], np.int64),
        acquisition=np.arange(state.lots.size, state.lots.size + len(lots), dtype=np.int64),
        replaces=np.array([not lot.washed for lot in lots], np.int64),
    )
    np.add.at(state.position.cells, (accounts, instruments), units)
    state.shorted.update((lot.instrument, None) for lot in lots if lot.quantity < 0)
    state.opened_on.update((lot.instrument, days(state.business_date)) for lot in lots)


def react_opened(state: State, event: e.OpeningBooked) -> list[c.Command]:
    """Open orders are entered on the balances that they will change."""
    return [c.EnterOpeningOrders(event.orders)] if event.orders else []


DECIDE = {c.BookOpening: book_opening, c.ImportOpening: import_opening}
APPLY = {e.OpeningBooked: apply_opening}
REACT = {e.OpeningBooked: react_opened}
