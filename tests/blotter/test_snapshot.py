"""How the tables look. After a wanted change: pytest tests/blotter -k snapshot --snapshot-update"""

from datetime import date, datetime
from decimal import Decimal
from decimal import Decimal as D
from typing import Any

import msgspec
import pytest

from blotter.columns import TABLES
from tests.blotter.fake import AT, DAY, NAMES, FakeLink, order, world
from tests.blotter.looks import Compare, Look, everywhere, picture, still
from tradeoms.views import VIEWS

__all__ = ["still"]
#: What a field says, where its kind is not enough; the n-th row takes the n-th of them, in a circle.
WORDS = {
    "Symbol": tuple(NAMES),
    "Side": ("Buy", "Sell", "SellShort"),
    "Currency": ("USD", "EUR", "JPY"),
    "OrdType": ("Market", "Limit"),
    "broker": ("ALPHA", "BRAVO", "CHARLY"),
    "source": ("close", "tape", "manual"),
    "trader": ("tom", "tina"),
    "pm": ("ann", "paula"),
}
STATES = {
    "alerts": ("open", "owned", "snoozed", "acknowledged"),
    "breaks": ("open", "owned", "explained", "cleared"),
    "confirmations": ("unconfirmed", "matched", "mismatched", "affirmed", "disputed"),
    "crosses": ("proposed", "approved", "rejected", "bust proposed", "busted"),
    "halts": ("halted", "consented", "lifted"),
    "instructions": ("sent", "accepted", "block rejected", "account rejected", "incomplete"),
}


def _row(kind: Any, n: int, states: tuple[str, ...]) -> Any:
    """The n-th row: every field has a value of its kind, so that every column shows one."""
    values: dict[Any, Any] = {
        Decimal: D(1234567 * n) / 100, Decimal | None: D(89 * n) / 8, int: n, bool: n % 2 == 1,
        datetime: AT, datetime | None: AT, date: DAY, date | None: DAY,
    }  # fmt: skip
    words = WORDS | {"state": states}
    row = {f.name: values.get(f.type, f"{f.name[:8]}{n}") for f in msgspec.structs.fields(kind)}
    return kind(**row | {name: words[name][n % len(words[name])] for name in words.keys() & row})


def _filled(table: str) -> FakeLink:
    """A morning where there is one for this table, else rows with a value in every field."""
    view = next(t for t in TABLES if t.name == table).source
    link = world()
    if view == "orders":
        link.first["orders"] += [order(90, state="held", blocks="oversell", Price=D("1415.1234"))]
    if view not in link.first or view in ("positions", "alerts", "lots", "unmatched"):
        rows = [_row(VIEWS[view].row, n, STATES.get(view, ("",))) for n in range(1, 6)]
        link = FakeLink(**{view: rows})
    return link


@everywhere
@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_table(snap_compare: Compare, look: Look, table: str) -> None:
    assert picture(snap_compare, look, _filled(table), f"do show_{table}")
