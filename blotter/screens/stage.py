"""The ticket for a new order by hand."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from blotter import cells, entry, notional
from blotter.screens.form import Form, Send
from tradeoms.model.commands import Problem
from tradeoms.model.fields import Side
from tradeoms.model.orders import Member, NewOrder

Tables = Mapping[str, Mapping[str, Any]]
Ask = Callable[[NewOrder], Awaitable[str | Text]]  # what the server says of an order, in words
AGAIN = 5.0  # seconds after which the server is asked again: prices and cash move while one thinks


class StageTicket(Form[NewOrder]):
    """Enter goes to the next field, in the last one it sends; Ctrl+S sends from anywhere.

    At every key it says what the order is worth, what the account holds, the `headroom` of its
    limits, and which lots a sale takes (`relief`).
    """

    def __init__(self, tables: Tables, headroom: Ask, relief: Ask, send: Send[NewOrder]) -> None:
        super().__init__(send, {field.name: field.takes for field in entry.FIELDS})
        self._headroom, self._relief, self._tables = headroom, relief, tables
        self._known = self._instruments()

    def compose(self) -> ComposeResult:
        """One line a field and below it what is wrong there; then what the order means."""
        with Vertical(classes="dialog wide"):
            yield Static("Stage an order", classes="title")
            with VerticalScroll(can_focus=False, classes="asked"):
                for field in entry.FIELDS:
                    yield from self.field(field.name, hint=field.hint)
            yield self.reasons()
            with VerticalScroll(can_focus=False, classes="seen"):
                yield Static(id="meaning", markup=False)
                yield Static(id="headroom", markup=False)
                yield Static(id="relief", markup=False)
            yield Static("enter next   ctrl+s send   page down more   esc back", classes="hint")

    def on_mount(self) -> None:
        """Prices and cash move."""
        self.set_interval(AGAIN, self._foresee)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what it is worth, and ask what the limits and the lots say."""
        order, _ = self.read()
        self.query_one("#meaning", Static).update("" if order is None else self._meaning(order))
        for name in ("headroom", "relief"):
            self.query_one(f"#{name}", Static).update("")
        self._foresee()

    def _foresee(self) -> None:
        """Ask about the order as it is typed now; older questions are of no interest any more."""
        order, _ = self.read()
        self.workers.cancel_group(self, "headroom")
        self.workers.cancel_group(self, "relief")
        if order is not None:
            self._room(order)
        known = order is not None and order.members[0].CashOrderQty is None
        if order is not None and known and order.Side is Side.Sell:
            self._relieve(order)

    @work(group="headroom", exclusive=True)
    async def _room(self, order: NewOrder) -> None:
        """How much room the limits leave it."""
        self.query_one("#headroom", Static).update(await self._headroom(order))

    @work(group="relief", exclusive=True)
    async def _relieve(self, order: NewOrder) -> None:
        """Of a sale: the lots that it would take, before it is sent."""
        self.query_one("#relief", Static).update(await self._relief(order))

    def _rows(self, table: str) -> Mapping[str, Any]:
        return self._tables.get(table, {})

    def read(self) -> tuple[NewOrder | None, Sequence[Problem]]:
        """The order as it is typed."""
        return entry.read(self.text, self._known, self._rows("prices"))

    def _instruments(self) -> dict[str, str]:
        """Instrument -> Symbol, of those that have a price or an order."""
        known = {row.instrument: row.Symbol for row in self._rows("orders").values()}
        return known | {row.key: row.Symbol for row in self._rows("prices").values()}

    def _meaning(self, order: NewOrder) -> str:
        """The value, the part of a day's volume, and what the account holds before and after."""
        (member,) = order.members
        price = self._rows("prices").get(order.instrument)
        at = order.Price or (price.Px if price else None)
        quantity = _units(member, at)
        value = notional.amount(quantity, at, price.Currency if price else "")
        held = self._rows("positions").get(f"{member.account}/{order.instrument}")
        now = held.quantity if held else 0
        after = now - quantity if order.Side.sells else now + quantity
        lines = [
            f"{cells.side(order.Side.name)} {cells.number(quantity)} {order.instrument}"
            f"   ≈ {value or 'there is no price'}",
            notional.of_volume(quantity, price),
            f"{member.account} holds {cells.number(now)} → {cells.number(after)}",
        ]
        return "\n".join(line for line in lines if line)

    def doubt(self, value: NewOrder) -> Problem | None:
        """Whether the quantity was meant as money."""
        price = self._rows("prices").get(value.instrument)
        if price is None:
            return None
        quantity, orders = _units(value.members[0], price.Px), self._rows("orders").values()
        doubt = notional.mixed_up(quantity, price.Px, price.Currency, orders, self._rows("prices"))
        return Problem("quantity", "", doubt) if doubt else None


def _units(member: Member, at: Decimal | None) -> Decimal:
    """The quantity, or about what an amount comes to."""
    if member.CashOrderQty is None:
        return member.OrderQty
    return (member.CashOrderQty / at).quantize(Decimal(1), ROUND_DOWN) if at else Decimal(0)
