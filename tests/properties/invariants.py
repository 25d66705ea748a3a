"""What holds of every state, whatever people and brokers did."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

import numpy as np

from tests.properties.conservation import Ledger
from tests.states import same
from tradeoms.core.blocks import idle, placements
from tradeoms.core.commissions import cents
from tradeoms.model import events as e
from tradeoms.model.fields import BlockState, Effect, OrderState, RequestKind
from tradeoms.model.state import State

ZERO = Decimal(0)
PENDING = {OrderState.Draft, OrderState.Held, OrderState.Staged, OrderState.InBlock}


def positions_are_the_sum_of_lots(state: State) -> None:
    """For each account and instrument, signed remaining lots make the position."""
    table, owned = state.lots, np.zeros_like(state.position.cells)
    remaining = table["remaining"]
    assert ((remaining >= 0) & (remaining <= table["size"])).all()
    signed = np.where(table["short"] == 1, -remaining, remaining)
    np.add.at(owned, (table["account"], table["instrument"]), signed)
    assert (state.position.cells == owned).all()


def executions_make_what_placements_show(state: State) -> None:
    """CumQty and notional are the sums of live executions; nothing is left below zero."""
    quantity: dict[str, Decimal] = defaultdict(lambda: ZERO)
    notional: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for execution in state.executions.values():
        if execution.effect is Effect.Booked:
            quantity[execution.placement] += execution.LastQty
            notional[execution.placement] += execution.LastQty * execution.LastPx
    for name, placement in state.placements.items():
        assert placement.CumQty == quantity[name]
        assert placement.notional == notional[name]
        assert placement.LeavesQty >= 0
        assert placement.exposure >= placement.LeavesQty


def idle_of(state: State) -> dict[str, Decimal]:
    """What each block may still route."""
    return {name: idle(state, block) for name, block in state.blocks.items()}


def blocks_add_up(state: State) -> None:
    """idle + working + filled = OrderQty = the orders' members = the statement."""
    for block in state.blocks.values():
        if block.state is BlockState.Dissolved:
            continue  # its orders are on their own again
        parts = placements(state, block)
        filled = sum((p.CumQty for p in parts), ZERO)
        working = sum((p.exposure for p in parts), ZERO)
        assert idle(state, block) + working + filled == block.OrderQty
        members = [m.OrderQty for o in block.orders for m in state.orders[o].members]
        assert sum(members, ZERO) == block.OrderQty
        some = [quantity for quantity in members if quantity]  # of an amount there may be no unit
        if block.statement is not None:
            frozen = zip(block.statement.orders, block.statement.quantities, strict=True)
            inside = [quantity for order, quantity in frozen if order in block.orders and quantity]
            assert inside == some
            assert sum(block.statement.quantities) == block.OrderQty
        assert bool(parts) <= (block.statement is not None)


def placements_are_within_every_limit(state: State) -> None:
    """No placement, nor a change that is asked for, is worse than any member's limit."""
    for placement in state.placements.values():
        block = state.blocks[placement.block]
        if block.state is BlockState.Dissolved:
            continue  # nothing has left, and a split may have changed its orders since
        asked = [r for r in placement.requests if r.kind is RequestKind.Replace]
        for name in block.orders:
            limit = state.orders[name].Price
            for own in (placement.Price, *(request.Price for request in asked)):
                if limit is not None:
                    assert own is not None
                    assert own >= limit if placement.Side.sells else own <= limit


def parts_are_of_the_fills(state: State) -> None:
    """What later parts of a statement have is the live executions that came while they held."""
    sums: dict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
    for execution in state.executions.values():
        if execution.effect is Effect.Booked and execution.part:
            sums[execution.placement, execution.part] += execution.LastQty
    for name, placement in state.placements.items():
        for own in placement.later:
            assert own.CumQty == sums.pop((name, own.part), ZERO)
    assert not any(sums.values())


def allocations_are_what_the_brokers_bill(state: State) -> None:
    """Quantities sum to the fills; gross (over a price group), commission, fees and net to the cents of
    the placements.
    """
    pooled = Counter[str]()
    for name, event in state.allocations.items():
        block = state.blocks[name]
        assert block.state is BlockState.Allocated
        instrument = state.instruments[block.instrument]
        parts = placements(state, block)
        assert sum(event.quantities) == instrument.units(sum((p.CumQty for p in parts), ZERO))
        gross = sum(cents(p.notional * instrument.multiplier) for p in parts)
        commission = sum(cents(p.CumQty * (p.commission_per_share or ZERO)) for p in parts)
        fees = sum(levy.amount for bill in event.bills for levy in bill.fees)
        if event.bills:
            assert sum(bill.gross for bill in event.bills) == sum(event.gross)
            commission = sum(bill.execution + bill.research for bill in event.bills)
        pooled[event.price_group or name] += sum(event.gross) - gross
        assert (sum(event.commission), sum(event.fees)) == (commission, fees)
        sign = -1 if block.Side.sells else 1
        assert sum(event.net) == sum(event.gross) + sign * (commission + fees)
        assert all(q >= 0 for q in event.quantities)
        assert block.statement is not None
        ordered = [instrument.units(q) for q in block.statement.quantities]
        members = event.quantities[: len(ordered)]
        assert all(got <= q for got, q in zip(members, ordered, strict=True))
        excess = max(sum(event.quantities) - sum(ordered), 0) + sum(event.moved)
        assert event.quantities[len(ordered) :] == ((excess,) if excess > 0 else ())
        assert name in state.bookings
    assert not any(pooled.values())


def deals_are_whole_fills(state: State) -> None:
    """Where fills are dealt out, each account has its units and each price its fills."""
    for name, event in state.allocations.items():
        if event.deal is None:
            continue
        got, levels = [0] * len(event.accounts), dict[tuple[str, Decimal], int]()
        for n, level, units in zip(
            event.deal.members, event.deal.levels, event.deal.quantities, strict=True
        ):
            assert units > 0
            got[n] += units
            key = event.deal.brokers[level], event.deal.prices[level]
            levels[key] = levels.get(key, 0) + units
        assert tuple(got) == event.quantities
        instrument = state.instruments[state.blocks[name].instrument]
        for execution in state.executions.values():
            if execution.block == name and execution.effect is Effect.Booked:
                key = execution.broker, execution.LastPx
                levels[key] -= instrument.units(execution.LastQty)
        assert not any(levels.values())


def pending_is_recomputed(state: State) -> None:
    """The grids of pending buys and sells are the open orders, added."""
    grids = {False: defaultdict(int), True: defaultdict(int)}
    for order in state.orders.values():
        if order.state in PENDING:
            for member in order.members:
                units = state.instruments[order.instrument].units(member.OrderQty)
                grids[order.Side.sells][member.account, order.instrument] += units
    for sells, grid in ((False, state.buying), (True, state.selling)):
        for account in state.accounts:
            for instrument in state.instruments:
                assert grid.at(account, instrument) == grids[sells][account, instrument]


def bookings_go_by_the_trades(state: State) -> None:
    """What is booked of an instrument lies in the order of its days, and of first booking in each."""
    for instrument, names in state.bookings_of.items():
        places = state.booking_places[instrument]
        assert names == sorted(names, key=lambda name: places[name])
        assert max(places.values(), default=()) <= state.last_places.get(instrument, ())


def names_point_at_what_exists(state: State) -> None:
    """Indexes name entities, and no draft is left where no basket is being read."""
    assert set(state.placement_of.values()) <= set(state.placements)
    assert set(state.execution_of.values()) <= set(state.executions)
    placed = {name for names in state.booking_places.values() for name in names}
    booked = {*state.bookings, *(state.conversions.keys() & placed)}
    assert booked == {name for names in state.bookings_of.values() for name in names}
    assert not state.drafts
    for rows in state.fingerprints.values():
        assert rows
        assert {name for _, name in rows} <= set(state.orders)
    for placement in state.placements.values():
        ids = [request.ClOrdID for request in placement.requests]
        assert len(ids) == len(set(ids))


def who_waits_is_known(state: State) -> None:
    """Placements with unanswered requests, and no others; what is settled was there."""
    waiting = {name: len(p.requests) for name, p in state.placements.items() if p.requests}
    assert state.pending == waiting
    assert state.settled_reports.keys() <= state.unmatched.keys()
    disputed = {k for k, x in state.executions.items() if x.effect is Effect.Disputed}
    assert not disputed & state.settled_executions.keys()


def statements_come_before_routes(records: Sequence[e.Record]) -> None:
    """Nothing is routed before it is written down who gets what: by place in the log, and by time."""
    frozen: dict[str, datetime] = {}
    for record in records:
        match record.event:
            case e.StatementFrozen(block=block, statement=statement):
                assert block not in frozen
                frozen[block] = statement.frozen_at
            case e.PlacementRouted(placement=placement, statement=statement):
                if statement:
                    assert placement.block not in frozen
                    frozen[placement.block] = statement.frozen_at
                assert frozen[placement.block] <= placement.routed


OF_NOW = (
    positions_are_the_sum_of_lots,
    executions_make_what_placements_show,
    blocks_add_up,
    placements_are_within_every_limit,
    parts_are_of_the_fills,
    allocations_are_what_the_brokers_bill,
    deals_are_whole_fills,
    pending_is_recomputed,
    bookings_go_by_the_trades,
    names_point_at_what_exists,
    who_waits_is_known,
)


class Floor(Protocol):
    """An engine's state, and a journal in memory."""

    @property
    def state(self) -> State: ...

    @property
    def journal(self) -> Any: ...


def hold(floor: Floor) -> None:
    """All that holds of a state does, and the log gives the same one."""
    for holds in OF_NOW:
        holds(floor.state)
    ledger = Ledger().read(floor.journal.records)
    ledger.check()
    same(ledger.state, floor.state)
