"""What a trader does with placements."""

from collections.abc import Sequence

from blotter.workplace import Workplace
from tradeoms.model.commands import CancelPlacement


async def cancel(place: Workplace, names: Sequence[str]) -> None:
    """Ask the brokers to cancel what is left of these placements."""
    await place.send_all({f"cancel {name}": CancelPlacement(name) for name in names})


async def cancel_selected(place: Workplace) -> None:
    """The selected ones; without a question, for the way out must be short."""
    rows = place.grid.targets()
    live = [row.key for row in rows if row.LeavesQty]
    if len(live) < len(rows):
        place.tell("note", f"cancel: {len(rows) - len(live)} of {len(rows)} have nothing left")
    await cancel(place, live)
