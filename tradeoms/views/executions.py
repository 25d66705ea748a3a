"""Executions: fills as the brokers reported them, and what became of each."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.executions import Execution
from tradeoms.model.state import State
from tradeoms.views.touched import MEMBERS, Batch

ON = (e.FillEntered, e.FillBusted, e.ExecutionSettled, *MEMBERS)


class ExecutionRow(Struct, frozen=True, gc=False):
    """An execution. Only effect "booked" counts; "busted" and "corrected" ones were taken back.

    A "disputed" one waits for a person, who books it or dismisses it; `note` says why it waits, or
    why it was entered by hand; then `user` says by whom. `settled_by` and `why`: who settled a
    disputed one, for what reason. `key` is session/day/ExecID, hand/number where it was entered by
    hand; `replaced_by` the key of the correction. TransactTime is the broker's own text.
    """

    key: str
    ExecID: str
    placement: str
    block: str
    broker: str
    trader: str
    instrument: str
    Symbol: str
    Side: str
    LastQty: Decimal
    LastPx: Decimal
    LastMkt: str
    TransactTime: str
    effect: str
    replaced_by: str
    trade_date: date
    note: str
    user: str
    settled_by: str
    why: str


def row(state: State, execution: Execution) -> ExecutionRow:
    """The row of an execution; Symbol and trader are those of its placement."""
    placement = state.placements[execution.placement]
    settled = state.settled_executions.get(execution.key)
    return ExecutionRow(
        execution.key,
        execution.ExecID,
        execution.placement,
        execution.block,
        execution.broker,
        placement.trader,
        execution.instrument,
        placement.Symbol,
        execution.Side._name_,
        execution.LastQty,
        execution.LastPx,
        execution.LastMkt,
        execution.TransactTime,
        execution.effect._value_,
        execution.replaced_by,
        execution.trade_date,
        execution.note,
        execution.user,
        settled.user if settled else "",
        settled.reason if settled else "",
    )


def upserts(state: State, keys: Iterable[str]) -> Iterator[tuple[str, ExecutionRow | None]]:
    """The rows of these executions."""
    for key in keys:
        yield key, row(state, state.executions[key])


def keys(state: State, event: e.AnyEvent) -> Iterator[str]:
    """The one that a person entered or acted on, or those of a block whose orders changed."""
    if isinstance(event, e.FillEntered):
        yield event.execution.key
    elif isinstance(event, e.FillBusted | e.ExecutionSettled):
        yield event.execution
    elif isinstance(event, MEMBERS):
        yield from state.executions_in.get(event.block, ())


def through(state: State, batch: Batch) -> Iterable[str]:
    """Those that reports brought or took back."""
    return batch.executions


def all_rows(state: State) -> Iterator[ExecutionRow]:
    """Every execution, taken back ones too."""
    for execution in state.executions.values():
        yield row(state, execution)
