"""Questions that a reader answers, true as of one sequence number."""

from collections.abc import Callable
from typing import Any

import msgspec

from tradeoms.core.blocks import idle
from tradeoms.core.checklist import findings
from tradeoms.reader import Reader

COUNTED = ("orders", "blocks", "placements", "executions", "alerts")


def state_of(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG001
    """Where the log stands: sequence number, business date, how many of each thing there are."""
    state = reader.state
    counts = {name: len(getattr(state, name)) for name in COUNTED}
    return [{"seq": state.seq, "business_date": state.business_date.isoformat()} | counts]


def block_idle(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """What of a block may still be routed. ValueError without the argument `block`."""
    name = arguments.get("block")
    block = reader.state.blocks.get(name) if isinstance(name, str) else None
    if block is None:
        raise ValueError(f"block = {name!r}: the name of a block is needed")
    return [{"block": block.block, "idle": str(idle(reader.state, block))}]


def checklist(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG001
    """What would be found if the open day were closed now, in the order of the checks."""
    return [msgspec.structs.asdict(found) for found in findings(reader.state)]


QUERIES: dict[str, Callable[[Reader, dict[str, Any]], list[Any]]] = {
    "state": state_of,
    "idle": block_idle,
    "checklist": checklist,
}
