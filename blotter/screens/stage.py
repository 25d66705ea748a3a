"""The ticket for a new order by hand."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from blotter import cells, entry, notional
from tradeoms.model.fields import Side
from tradeoms.model.orders import NewOrder

Tables = Mapping[str, Mapping[str, Any]]
Relief = Callable[[NewOrder], Awaitable[str]]  # what a sale would relieve, in words


class StageTicket(ModalScreen[NewOrder | None]):
    """Enter goes to the next field, in the last one it sends; Ctrl+S sends from anywhere.

    At every key it says what the order is worth, what the account holds, and which lots a sale takes. `text` is what was
    typed before and `problems` why it was refused, when it comes back.
    """

    BINDINGS = [Binding("escape", "back", "back"), Binding("ctrl+s", "send", "send")]

    def __init__(
        self, tables: Tables, text: Mapping[str, str], problems: Sequence[str], relief: Relief
    ) -> None:
        super().__init__()
        self._relief = relief
        self._tables, self._before, self._problems = tables, text, problems
        self._asked = ""
        self._known = self._instruments()
        self.sent: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """One line a field, what it means, what is wrong."""
        with Vertical(classes="dialog"):
            yield Static("Stage an order", classes="title")
            for field in entry.FIELDS:
                with Horizontal(classes="field"):
                    yield Label(field.name)
                    text = self._before.get(field.name, "")
                    yield Input(text, placeholder=field.hint, id=field.name, compact=True)
            yield Static(id="meaning", markup=False)
            yield Static(id="relief", markup=False)
            yield Static("\n".join(self._problems), id="problems", markup=False)
            yield Static("enter next   ctrl+s send   esc back", classes="hint")

    @property
    def text(self) -> dict[str, str]:
        """What is typed now."""
        return {f.name: self.query_one(f"#{f.name}", Input).value.strip() for f in entry.FIELDS}

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what it is worth."""
        order, _ = self._read()
        text = "" if order is None else self._meaning(order)
        self.query_one("#meaning", Static).update(text)
        self.query_one("#relief", Static).update("")
        self.workers.cancel_group(self, "relief")
        if order is not None and order.Side is Side.Sell:
            self._relieve(order)

    @work(group="relief", exclusive=True)
    async def _relieve(self, order: NewOrder) -> None:
        """Of a sale: the lots that it would take, before it is sent."""
        self.query_one("#relief", Static).update(await self._relief(order))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The next field, or off it goes."""
        if event.input.id == entry.FIELDS[-1].name:
            self.action_send()
        else:
            self.focus_next()

    def action_send(self) -> None:
        """Send, or say everything that is wrong. A doubt about the size is put once, in words."""
        order, problems = self._read()
        doubt = "" if order is None else self._doubt(order)
        if doubt and doubt != self._asked:
            self._asked = doubt
            problems = [f"{doubt} Send again if you mean it."]
            order = None
        if order is None:
            self.query_one("#problems", Static).update("\n".join(problems))
            return
        self.sent = self.text
        self.dismiss(order)

    def action_back(self) -> None:
        """Nothing is sent."""
        self.dismiss(None)

    def _rows(self, table: str) -> Mapping[str, Any]:
        return self._tables.get(table, {})

    def _read(self) -> tuple[NewOrder | None, list[str]]:
        return entry.read(self.text, self._known, self._rows("prices"))

    def _instruments(self) -> dict[str, str]:
        """Instrument -> Symbol, of those that have a price or an order."""
        known = {row.instrument: row.Symbol for row in self._rows("orders").values()}
        return known | {row.key: row.Symbol for row in self._rows("prices").values()}

    def _meaning(self, order: NewOrder) -> str:
        """The value, and what the account holds before and after."""
        (member,), quantity = order.members, order.members[0].OrderQty
        price = self._rows("prices").get(order.instrument)
        at = order.Price or (price.Px if price else None)
        value = notional.amount(quantity, at, price.Currency if price else "")
        held = self._rows("positions").get(f"{member.account}/{order.instrument}")
        now = held.quantity if held else 0
        after = now - quantity if order.Side.sells else now + quantity
        lines = [
            f"{cells.side(order.Side.name)} {cells.number(quantity)} {order.instrument}"
            f"   ≈ {value or 'there is no price'}",
            f"{member.account} holds {cells.number(now)} → {cells.number(after)}",
        ]
        return "\n".join(lines)

    def _doubt(self, order: NewOrder) -> str:
        price = self._rows("prices").get(order.instrument)
        if price is None:
            return ""
        quantity, orders = order.members[0].OrderQty, self._rows("orders").values()
        return notional.mixed_up(quantity, price.Px, price.Currency, orders, self._rows("prices"))
