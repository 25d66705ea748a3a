"""The ticket for a new order by hand."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from blotter import cells, entry, notional
from blotter.entry import Wrong
from tradeoms.model.fields import Side
from tradeoms.model.orders import Member, NewOrder

Tables = Mapping[str, Mapping[str, Any]]
Ask = Callable[[NewOrder], Awaitable[str | Text]]  # what the server says of an order, in words
AGAIN = 5.0  # seconds after which the server is asked again: prices and cash move while one thinks


class StageTicket(ModalScreen[NewOrder | None]):
    """Enter goes to the next field, in the last one it sends; Ctrl+S sends from anywhere.

    At every key it says what the order is worth, what the account holds, the `headroom` of its
    limits, and which lots a sale takes (`relief`). `text` is what was typed before and `problems`
    why it was refused, each at its field, when it comes back.
    """

    BINDINGS = [
        Binding("escape", "back", "back"),
        Binding("ctrl+s", "send", "send"),
        Binding("pagedown", "page(1)", "page down"),
        Binding("pageup", "page(-1)", "page up"),
    ]

    def __init__(
        self,
        tables: Tables,
        text: Mapping[str, str],
        problems: Sequence[Wrong],
        headroom: Ask,
        relief: Ask,
    ) -> None:
        super().__init__()
        self._headroom, self._relief = headroom, relief
        self._tables, self._before, self._problems = tables, text, problems
        self._asked = ""
        self._known = self._instruments()
        self.sent: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """One line a field and below it what is wrong there; then what the order means."""
        with Vertical(classes="dialog wide"):
            yield Static("Stage an order", classes="title")
            for field in entry.FIELDS:
                with Horizontal(classes="field"):
                    yield Label(field.name)
                    text = self._before.get(field.name, "")
                    yield Input(text, placeholder=field.hint, id=field.name, compact=True)
                yield Static(id=f"wrong-{field.name}", classes="wrong", markup=False)
            yield Static(id="wrong-", classes="wrong", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(id="meaning", markup=False)
                yield Static(id="headroom", markup=False)
                yield Static(id="relief", markup=False)
            yield Static("enter next   ctrl+s send   page down more   esc back", classes="hint")

    def on_mount(self) -> None:
        """What is wrong is at its field, and the hands are at the first one."""
        self._explain(self._problems)
        self.set_interval(AGAIN, self._foresee)

    @property
    def text(self) -> dict[str, str]:
        """What is typed now."""
        return {f.name: self.query_one(f"#{f.name}", Input).value.strip() for f in entry.FIELDS}

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what it is worth, and ask what the limits and the lots say."""
        order, _ = self._read()
        self.query_one("#meaning", Static).update("" if order is None else self._meaning(order))
        for name in ("headroom", "relief"):
            self.query_one(f"#{name}", Static).update("")
        self._foresee()

    def _foresee(self) -> None:
        """Ask about the order as it is typed now; older questions are of no interest any more."""
        order, _ = self._read()
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
            problems = [Wrong("quantity", f"{doubt} Send again if you mean it.")]
            order = None
        if order is None:
            self._explain(problems)
            return
        self.sent = self.text
        self.dismiss(order)

    def action_back(self) -> None:
        """Nothing is sent."""
        self.dismiss(None)

    def action_page(self, step: int) -> None:
        """What it means, a page up or down."""
        scroll = self.query_one(VerticalScroll)
        scroll.scroll_relative(y=step * max(scroll.size.height - 1, 1), animate=False)

    def _explain(self, problems: Sequence[Wrong]) -> None:
        """Each reason at its field; where none is named, below all of them."""
        for name in (*(field.name for field in entry.FIELDS), ""):
            reasons = [wrong.reason for wrong in problems if wrong.field == name]
            shown = self.query_one(f"#wrong-{name}", Static)
            shown.update("\n".join(reasons))
            shown.display = bool(reasons)
        first = next((wrong.field for wrong in problems if wrong.field), "")
        if first:
            self.query_one(f"#{first}", Input).focus()

    def _rows(self, table: str) -> Mapping[str, Any]:
        return self._tables.get(table, {})

    def _read(self) -> tuple[NewOrder | None, list[Wrong]]:
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

    def _doubt(self, order: NewOrder) -> str:
        price = self._rows("prices").get(order.instrument)
        if price is None:
            return ""
        quantity, orders = _units(order.members[0], price.Px), self._rows("orders").values()
        return notional.mixed_up(quantity, price.Px, price.Currency, orders, self._rows("prices"))


def _units(member: Member, at: Decimal | None) -> Decimal:
    """The quantity, or about what an amount comes to."""
    if member.CashOrderQty is None:
        return member.OrderQty
    return (member.CashOrderQty / at).quantize(Decimal(1), ROUND_DOWN) if at else Decimal(0)
