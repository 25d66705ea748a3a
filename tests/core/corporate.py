"""Short ways to book corporate actions, transfers and gifts."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.builders import DAY, Desk
from tradeoms.model import commands as c
from tradeoms.model.fields import Side
from tradeoms.model.lot_actions import (
    ActionKind,
    ArrivedLot,
    Control,
    CorporateAction,
    LotTransfer,
)

D = Decimal
NUMBERS = ("new", "old", "fraction_price", "cash", "price", "value_old", "value_new")
NUMBERS += ("basis_percent", "quantity", "value")


def _numbers(fields: dict[str, Any]) -> dict[str, Any]:
    return {k: D(str(v)) if k in NUMBERS and v is not None else v for k, v in fields.items()}


def action(kind: str, day: date = DAY, instrument: str = "ACME", **fields: Any) -> CorporateAction:
    """The terms of what an issuer does."""
    return CorporateAction(ActionKind(kind), instrument, day, **_numbers(fields))


def corporate(
    kind: str, reference: str = "CA-1", control: Control | None = None, **fields: Any
) -> c.BookCorporateAction:
    """The command."""
    terms = action(kind, **fields)
    return c.BookCorporateAction(terms, reference, "the issuer says so", control or Control())


def transfer(reference: str = "T-1", day: date = DAY, **fields: Any) -> c.TransferLots:
    """The command."""
    terms = LotTransfer(fields.pop("instrument", "ACME"), day, **_numbers(fields))
    return c.TransferLots(terms, reference, "the client asked for it")


def gift(reference: str = "G-1", day: date = DAY, **fields: Any) -> c.GiftLots:
    """The command."""
    terms = LotTransfer(fields.pop("instrument", "ACME"), day, **_numbers(fields))
    return c.GiftLots(terms, reference, "a present")


def arrived(quantity: Any, basis: Any, acquired: date, **fields: Any) -> ArrivedLot:
    """A lot from outside."""
    return ArrivedLot(D(str(quantity)), D(str(basis)), acquired, **fields)


def traded(
    floor: Desk,
    day: date,
    side: Side,
    quantity: int,
    price: Any = "50",
    account: str = "A1",
    instrument: str = "ACME",
) -> tuple[str, str, str]:
    """A finished block of one account on a day: block, placement, ExecID."""
    if floor.state.business_date != day:
        floor.done(c.OpenDay(day), "ops")
    block = floor.block((account, quantity), instrument=instrument, Side=side)
    name = floor.route(block, quantity)
    ExecID = floor.fill(name, quantity, price)
    floor.finish(block)
    return block, name, ExecID


def lots(floor: Desk, account: str = "A1", instrument: str = "ACME") -> list[tuple[Any, ...]]:
    """Open lots: units, basis of what is open in cents, day acquired, held from."""
    from tradeoms.market.calendar import day_of
    from tradeoms.views.lots import open_basis

    state = floor.state
    row, column = state.account_axis.index[account], state.instrument_axis.index[instrument]
    table = state.lots
    return [
        (
            int(table["remaining"][n]),
            open_basis(*(int(table[name][n]) for name in ("basis", "size", "remaining"))),
            day_of(int(table["acquired"][n])),
            day_of(int(table["holding_from"][n])),
        )
        for n in range(table.size)
        if (table["account"][n], table["instrument"][n]) == (row, column) and table["remaining"][n]
    ]


def gains(floor: Desk) -> list[dict[str, int]]:
    """Gains that stand, oldest first."""
    table = floor.state.realized
    names = ("block", "quantity", "fraction", "proceeds", "basis", "gain", "long_term")
    rows = [{name: int(table[name][n]) for name in names} for n in range(table.size)]
    return [row for row in rows if row["quantity"] or row["fraction"]]
