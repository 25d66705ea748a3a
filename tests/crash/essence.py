"""What of a state must not depend on crashes: everything but times, numbers and ids of our own.

Orders go by their reference, blocks by instrument and side, placements and fills by block and
broker. Fills of a broker in one block at one price are added up: in how many pieces a simulated
broker fills depends on the order in which orders reach it.
"""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from msgspec.structs import asdict

from tradeoms.model.fields import Effect, Transmission
from tradeoms.model.state import State

Key = tuple[str, str]
PLAIN = ("business_date", "instruments", "accounts", "brokers", "holidays", "limits", "openings")
GRIDS = ("position", "buying", "selling", "cash")
OWN = {"order", "block", "entered", "violations", "arrival_source"}  # of an order


def essence(state: State) -> dict[str, Any]:
    """Named parts, so that a difference says where it is."""
    found = {name: getattr(state, name) for name in PLAIN}
    found |= {name: _grid(state, name) for name in GRIDS}
    return found | {
        "orders": _orders(state),
        "baskets": {n: sorted(_reference(state, o) for o in b) for n, b in state.baskets.items()},
        "drafts": state.drafts,
        "blocks": {block_key(state, name): _block(state, name) for name in state.blocks},
        "placements": _placements(state),
        "fills": fills(state),
        "allocations": {block_key(state, n): _allocation(state, n) for n in state.allocations},
        "lots": _lots(state),
        "realized": _realized(state),
        "unmatched": list(state.unmatched.values()),
    }


def block_key(state: State, name: str) -> Key:
    """Instrument and side."""
    block = state.blocks[name]
    return block.instrument, block.Side.name


def _reference(state: State, order: str) -> str:
    return state.orders[order].reference


def _orders(state: State) -> dict[str, Any]:
    assert len({order.reference for order in state.orders.values()}) == len(state.orders)
    return {
        order.reference: {name: v for name, v in asdict(order).items() if name not in OWN}
        | {"violations": [v.rule for v in order.violations], "block": block_key(state, order.block)}
        for order in state.orders.values()
    }


def _block(state: State, name: str) -> Any:
    block = state.blocks[name]
    assert block.statement is not None
    names = [_reference(state, order) for order in block.statement.orders]
    lines = sorted(zip(names, block.statement.accounts, block.statement.quantities, strict=True))
    members = sorted(_reference(state, order) for order in block.orders)
    return block.state, block.OrderQty, block.trade_date, block.trader, members, lines


def _placements(state: State) -> list[Any]:
    """Those that left."""
    return sorted(
        (block_key(state, p.block), p.broker, p.OrderQty, p.CumQty, p.notional, str(p.OrdStatus))
        for p in state.placements.values()
        if p.transmission is not Transmission.Unsent
    )


def fills(state: State) -> dict[Any, Decimal]:
    """Shares by block, broker and price; busted ones apart, but for how much of them was busted."""
    found: dict[Any, Decimal] = defaultdict(Decimal)
    for x in state.executions.values():
        price = x.LastPx if x.effect is Effect.Booked else Decimal(0)
        found[block_key(state, x.block), x.broker, price, x.effect.value] += x.LastQty
    return dict(found)


def _allocation(state: State, name: str) -> Any:
    a = state.allocations[name]
    names = [_reference(state, order) for order in a.orders]
    columns = (names, a.accounts, a.quantities, a.gross, a.commission, a.net)
    lines = sorted(zip(*columns, strict=True))
    return a.policy, a.seed, a.quantity, a.AvgPx, a.trade_date, a.settle_date, lines


def _lots(state: State) -> list[Any]:
    return sorted(_rows(state, state.lots, "short", "acquired", "size", "basis", "remaining"))


def _realized(state: State) -> list[Any]:
    columns = ("sold", "quantity", "basis", "proceeds", "gain", "long_term")
    return sorted(_rows(state, state.realized, *columns))


def _rows(state: State, table: Any, *columns: str) -> list[tuple[Any, ...]]:
    accounts, instruments = state.account_axis.names, state.instrument_axis.names
    return [
        (accounts[account], instruments[instrument], *rest)
        for account, instrument, *rest in zip(
            *(table[name].tolist() for name in ("account", "instrument", *columns)), strict=True
        )
    ]


def _grid(state: State, name: str) -> dict[Key, int]:
    grid = getattr(state, name)
    cells = {(r, c): grid.at(r, c) for r in grid.rows.names for c in grid.columns.names}
    return {key: cell for key, cell in cells.items() if cell}


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Names of the parts that differ, each with the first thing that does."""
    return [f"{name}: {_first(one[name], other[name])}" for name in one if one[name] != other[name]]


def _first(one: Any, other: Any) -> str:
    if isinstance(one, dict):
        keys = [key for key in one.keys() | other.keys() if one.get(key) != other.get(key)]
        key = min(keys, key=str)
        return f"{len(keys)} differ, such as {key}: {one.get(key)} and {other.get(key)}"
    if isinstance(one, list):
        mine, theirs = ([x for x in a if x not in b][:3] for a, b in ((one, other), (other, one)))
        return f"{mine} and {theirs}"
    return f"{one} and {other}"
