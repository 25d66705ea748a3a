"""Questions that a reader answers, true as of one sequence number."""

from collections.abc import Callable
from typing import Any

from tradeoms.core.blocks import idle
from tradeoms.reader import Reader


def state_of(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """Where the log stands: sequence number, business date, how many of each thing there are."""
    state = reader.state
    counts = {name: len(getattr(state, name)) for name in ("orders", "blocks", "placements", "executions", "alerts")}
    return [{"seq": state.seq, "business_date": state.business_date.isoformat()} | counts]


def block_idle(reader: Reader, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """What of a block may still be routed."""
    block = reader.state.blocks[arguments["block"]]
    return [{"block": block.block, "idle": str(idle(reader.state, block))}]


QUERIES: dict[str, Callable[[Reader, dict[str, Any]], list[Any]]] = {"state": state_of, "idle": block_idle}
