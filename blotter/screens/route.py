"""The routing ticket: a block's idle quantity, split over brokers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from blotter import cells, split
from tradeoms.model.commands import Route
from tradeoms.views.blocks import BlockRow

CENT = Decimal("0.01")


class Split(NamedTuple):
    """What the trader typed, and what it means."""

    text: str
    routes: tuple[Route, ...]


class RouteTicket(ModalScreen[Split | None]):
    """Says at every key what would be sent; Enter sends it, if it can be sent.

    `brokers`: name -> whether its session is up. `price`: the price of record, if there is one.
    """

    BINDINGS = [Binding("escape", "back", "back")]

    def __init__(
        self, block: BlockRow, brokers: Mapping[str, bool], price: Decimal | None, text: str = ""
    ) -> None:
        super().__init__()
        self._block, self._brokers, self._price, self._text = block, brokers, price, text

    def compose(self) -> ComposeResult:
        """The block, the brokers, the input, what it means."""
        block = self._block
        title = f"Route {block.key}  {cells.side(block.Side)} {block.Symbol}"
        with Vertical(classes="dialog"):
            yield Static(title, classes="title", markup=False)
            yield Static(self._facts())
            yield Input(self._text, placeholder="ALPHA 500, BRAVO 2k @ 10.25, CHARLY rest")
            yield Static(id="meaning")
            yield Static("enter send   esc back", classes="hint")

    def on_mount(self) -> None:
        """What is there already means something."""
        self._explain(self._text)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what would be sent."""
        self._explain(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Send what can be sent."""
        try:
            routes = self._parse(event.value)
        except split.BadSplit:
            self._explain(event.value)
            return
        self.dismiss(Split(event.value, routes))

    def action_back(self) -> None:
        """Nothing is sent."""
        self.dismiss(None)

    def _parse(self, text: str) -> tuple[Route, ...]:
        return split.parse(text, self._block.idle, self._brokers, self._block.OrdType)

    def _facts(self) -> Text:
        block, text = self._block, Text()
        limit = f" {cells.number(block.Price)}" if block.Price is not None else ""
        text.append(f"{'order':<9}{cells.number(block.OrderQty):>14}   {block.OrdType}{limit}\n")
        text.append(f"{'filled':<9}{cells.number(block.filled):>14}\n")
        text.append(f"{'working':<9}{cells.number(block.working):>14}\n")
        text.append(f"{'idle':<9}{cells.number(block.idle):>14}", "bold")
        at = f" at {cells.number(self._price)}" if self._price is not None else ""
        text.append(f"{self._value(block.idle)}{at}\n")
        text.append("brokers  ")
        names = [f"{name}{'' if up else ' (down)'}" for name, up in self._brokers.items()]
        return text.append(", ".join(names) or "none known")

    def _explain(self, typed: str) -> None:
        try:
            text = self._meaning(self._parse(typed))
        except split.BadSplit as error:
            text = Text(str(error), "" if not typed.strip() else "bold")
        self.query_one("#meaning", Static).update(text)

    def _meaning(self, routes: tuple[Route, ...]) -> Text:
        text, left = Text(), self._block.idle
        for route in routes:
            left -= route.OrderQty
            limit = f" limit {cells.number(route.Price)}" if route.Price is not None else ""
            text.append(f"{route.broker:<9}{cells.number(route.OrderQty):>14}{limit}")
            text.append(f"{self._value(route.OrderQty)}")
            text.append("" if self._brokers[route.broker] else "   session is down")
            text.append("\n")
        return text.append(f"{'left idle':<9}{cells.number(left):>14}")

    def _value(self, quantity: Decimal) -> str:
        """The quantity at the price of record, per unit of the instrument."""
        if self._price is None:
            return ""
        value = (quantity * self._price).quantize(CENT)
        return f"   ≈ {cells.number(value)} {self._block.Currency}"
