"""Views: the rows that streams, read model, reports and blotter columns share.

One file a table. Each has a flat frozen row type, whose first field is its `key`, and two
functions: `rows(state, event)`, the upserts that an event causes, and `all_rows(state)`.

`state` must hold the event already and may be newer: rows are always those of `state`, so a
consumer may ask after a whole batch. Folding the upserts of every event, in order, into a dict by
key gives the rows of `all_rows`. The rows of most things are made in the order of their fields: thirty
keywords take six times as long.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, NamedTuple

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.events import AnyEvent
from tradeoms.model.state import State
from tradeoms.views import (
    alerts,
    allocations,
    bills,
    blocks,
    breaks,
    cash,
    closes,
    confirmations,
    crosses,
    deliveries,
    errors,
    executions,
    halts,
    instructions,
    ladder,
    lot_actions,
    lots,
    orders,
    placements,
    pnl,
    positions,
    prices,
    rates,
    realized,
    reconciliations,
    research,
    sessions,
    statement_changes,
    touched,
    unmatched,
)
from tradeoms.views.touched import Batch

Row = Struct
Upsert = tuple[str, Any]  # key and row; None in place of the row deletes it
UNBUILT: Any = object()  # in place of a row that changed and that nobody has needed yet


class View(NamedTuple):
    """One table: its name, its row type, the upserts of an event (None deletes), all rows.

    `on` are the types of events that can change it. `keys` are those an event changes, `through`
    those that change with placements: of a row whose keys are known nothing else is computed here.
    """

    name: str
    row: type[Row]
    rows: Callable[[State, AnyEvent], Iterable[Upsert]]
    all_rows: Callable[[State], Iterable[Any]]
    on: frozenset[type]
    keys: Callable[[State, AnyEvent], Iterable[str]] | None = None
    upserts: Callable[[State, Iterable[str]], Iterable[Upsert]] | None = None
    through: Callable[[State, Batch], Iterable[str]] | None = None

    def changed(self, state: State, batch: Batch) -> dict[str, Any]:
        """The upserts of a batch; where keys are known, only these: their rows are UNBUILT."""
        mine = [event for kind, events in batch.of.items() if kind in self.on for event in events]
        if not self.keys:
            return dict(chain.from_iterable([self.rows(state, event) for event in mine]))
        found = {key: UNBUILT for event in mine for key in self.keys(state, event)}
        if self.through and batch.placements:
            found.update(dict.fromkeys(self.through(state, batch), UNBUILT))
        return found

    def built(self, state: State, changed: dict[str, Any]) -> dict[str, Any]:
        """The same with every row as it is now; keys that nobody may see yet are left out."""
        if not self.upserts:
            return changed
        unbuilt = [key for key, row in changed.items() if row is UNBUILT]
        kept = {key: row for key, row in changed.items() if row is not UNBUILT}
        return kept | dict(self.upserts(state, unbuilt))


def _keyed(module: Any, name: str, row: type[Row], on: Iterable[type]) -> View:
    """A view whose module says which keys an event touches, and the rows of keys."""

    def rows(state: State, event: AnyEvent) -> Iterable[Upsert]:
        found: Iterable[Upsert] = module.upserts(state, view.changed(state, Batch(state, (event,))))
        return found

    through = getattr(module, "through", None)
    view = View(
        *(name, row, rows, module.all_rows, frozenset(on), module.keys, module.upserts, through)
    )
    return view


def _view(module: Any, name: str, row: type[Row], *on: type) -> View:
    return View(name, row, module.rows, module.all_rows, frozenset(on))


_ALLOCATION = (e.BlockAllocated, e.BlockReopened)
_BOOKING = (e.OpeningBooked, e.LotsBooked, e.LotsReversed, e.LotsConverted)
_ORDER = (e.OrderEntered, e.OrderCancelled, e.OrderAdjusted, e.BasketReleased)
_NAMES = e.InstrumentsDefined

_TABLES = (
    _keyed(
        orders,
        "orders",
        orders.OrderRow,
        (
            *(*_ORDER, e.ViolationOverridden, e.BlockOpened, e.BlockDissolved, e.ClaimsChanged),
            *(e.OrdersJoined, e.OrderLeft, e.BlockMeasured),
            *(*_ALLOCATION, _NAMES, e.PricesMarked),
        ),
    ),
    _keyed(
        blocks,
        "blocks",
        blocks.BlockRow,
        (e.BlockOpened, e.ClaimsChanged, *touched.OF_BLOCK, _NAMES, e.PricesMarked),
    ),
    _keyed(placements, "placements", placements.PlacementRow, touched.MEMBERS),
    _keyed(executions, "executions", executions.ExecutionRow, executions.ON),
    _view(allocations, "allocations", allocations.AllocationRow, *_ALLOCATION, _NAMES),
    _view(bills, "bills", bills.BillRow, *_ALLOCATION, _NAMES),
    View(
        *("fees", bills.FeeRow, bills.fee_rows, bills.all_fee_rows),
        frozenset({*_ALLOCATION, _NAMES}),
    ),
    _view(research, "research", research.ResearchRow, *_ALLOCATION, e.ResearchPaid),
    View(
        *("research_payments", research.ResearchPaymentRow),
        *(research.payment_rows, research.all_payment_rows),
        frozenset({e.ResearchPaid}),
    ),
    _view(
        statement_changes,
        "statement_changes",
        statement_changes.StatementChangeRow,
        *(*statement_changes.CHANGING, _NAMES),
    ),
    _keyed(instructions, "instructions", instructions.InstructionRow, (*instructions.ON, _NAMES)),
    _keyed(
        confirmations,
        "confirmations",
        confirmations.ConfirmationRow,
        (*confirmations.ON, _NAMES),
    ),
    _keyed(
        positions,
        "positions",
        positions.PositionRow,
        (
            *(*_ORDER, *_BOOKING, *_ALLOCATION, e.BlockMeasured),
            *(e.PricesMarked, e.DayOpened, _NAMES),
        ),
    ),
    _keyed(
        pnl,
        "pnl",
        pnl.PnlRow,
        (
            *(*_BOOKING, e.LotsWashed, e.PricesMarked, e.RatesSet),
            *(e.DayOpened, e.AccountsDefined, _NAMES, *lot_actions.ON),
        ),
    ),
    _view(cash, "cash", cash.CashRow, *_BOOKING),
    _keyed(ladder, "ladder", ladder.LadderRow, (*_BOOKING, e.DayOpened)),
    _view(lots, "lots", lots.LotRow, *_BOOKING, e.LotsWashed, e.HoldingsChanged, _NAMES),
    _view(
        realized,
        "realized",
        realized.RealizedRow,
        *_BOOKING,
        e.LotsWashed,
        e.AccountsDefined,
        _NAMES,
    ),
    _view(lot_actions, "lot_actions", lot_actions.LotActionRow, *lot_actions.ON),
    View(
        *("action_lines", lot_actions.ActionLineRow),
        *(lot_actions.line_rows, lot_actions.all_line_rows),
        frozenset(lot_actions.LINES_ON),
    ),
    _view(
        *(prices, "prices", prices.PriceRow),
        *(e.PricesMarked, e.DayOpened, _NAMES, *lot_actions.ON),
    ),
    _view(rates, "rates", rates.RateRow, e.RatesSet),
    _view(errors, "errors", errors.ErrorRow, *errors.ON),
    _view(crosses, "crosses", crosses.CrossRow, *crosses.ON),
    View(
        *("cross_parts", crosses.CrossPartRow, crosses.part_rows, crosses.all_part_rows),
        frozenset(crosses.ON),
    ),
    _keyed(
        sessions,
        "sessions",
        sessions.SessionRow,
        (*sessions.OWN, *sessions.HEARD, e.BrokersDefined, e.MessagesSent),
    ),
    _view(
        alerts,
        "alerts",
        alerts.AlertRow,
        e.AlertRaised,
        e.AlertAttended,
        e.AlertReturned,
    ),
    _view(unmatched, "unmatched", unmatched.UnmatchedRow, e.ReportUnmatched, e.ReportSettled),
    _view(halts, "halts", halts.HaltRow, e.Halted, e.ResumeConsented),
    _view(closes, "closes", closes.CloseRow, e.DayClosed),
    _view(reconciliations, "reconciliations", reconciliations.ReconciliationRow, e.Reconciled),
    _view(breaks, "breaks", breaks.BreakRow, e.BreaksChanged, e.DayOpened),
    _view(deliveries, "deliveries", deliveries.DeliveryRow, e.Delivered, e.DeliveryAcknowledged),
    View(
        *("delivery_lines", deliveries.DeliveryLineRow),
        *(deliveries.line_rows, deliveries.all_line_rows),
        frozenset({e.Delivered, e.DeliveryAcknowledged}),
    ),
    View(
        *("findings", closes.FindingRow, closes.finding_rows, closes.all_finding_rows),
        frozenset({e.DayClosed}),
    ),
)
VIEWS: dict[str, View] = {view.name: view for view in _TABLES}

__all__ = ["UNBUILT", "VIEWS", "Batch", "Row", "Upsert", "View"]
