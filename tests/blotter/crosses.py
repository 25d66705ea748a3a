"""What the server says of crosses, for tests of the screens."""

from decimal import Decimal as D
from typing import Any

from tests.blotter.fake import made
from tradeoms.views.crosses import CrossRow

FOUND = {
    "instrument": "AAPL.US",
    "buys": ["O40"],
    "sells": ["O39"],
    "OrderQty": "300",
    "Px": "189.25",
    "basis": "last sale",
    "source": "tape",
    "at": "10:30",
    "reason": "",
    "left_out": {"O38": "F1 may not cross: its client has not agreed"},
}


def cross(number: int = 1, **fields: Any) -> CrossRow:
    """A row of the table."""
    values = {
        "key": f"X{number}",
        "state": "proposed",
        "Symbol": "AAPL",
        "OrderQty": D(300),
        "Px": D("189.25"),
        "sellers": "F1",
        "buyers": "F2",
        "proposed_by": "ann",
    }
    row: CrossRow = made(CrossRow, values | fields)
    return row
