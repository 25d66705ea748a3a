"""The ticket to ask a broker for another quantity, limit or stop."""

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from blotter import cells, notional
from blotter.split import BadSplit, amount
from tradeoms.views.placements import PlacementRow


class Replacement(NamedTuple):
    """What the placement should be: its whole quantity, or amount, with what is filled already."""

    total: Decimal
    Price: Decimal | None
    StopPx: Decimal | None


class ReplaceTicket(ModalScreen[Replacement | None]):
    """Begins with what is; says at every key what would change. `at`: the price for the value;
    `doubt`: what is odd about a quantity, asked about once; `in_money`: its block is, and another
    amount is asked for.
    """

    BINDINGS = [Binding("escape", "back", "back"), Binding("ctrl+s", "send", "send")]

    def __init__(
        self,
        row: PlacementRow,
        at: Decimal | None,
        given: Replacement | None,
        doubt: Callable[[Decimal], str],
        in_money: bool = False,
    ) -> None:
        super().__init__()
        self._row, self._at, self._doubt = row, at, doubt
        self._asked = ""
        self._total = "CashOrderQty" if in_money else "OrderQty"
        self._before = Replacement(getattr(row, self._total), row.Price, row.StopPx)
        begin = given or self._before
        self._fields = {self._total: begin.total}
        if "Limit" in row.OrdType:
            self._fields["Price"] = begin.Price or Decimal(0)
        if "Stop" in row.OrdType:
            self._fields["StopPx"] = begin.StopPx or Decimal(0)

    def compose(self) -> ComposeResult:
        """What it is, the fields that this type of order has, what would change."""
        row = self._row
        title = (
            f"Replace {row.key} at {row.broker}  {cells.side(row.Side)} {row.Symbol} {row.OrdType}"
        )
        with Vertical(classes="dialog"):
            yield Static(title, classes="title", markup=False)
            yield Static(f"filled {cells.number(row.CumQty)}, {cells.number(row.LeavesQty)} left")
            for name, value in self._fields.items():
                with Horizontal(classes="field"):
                    yield Label(name)
                    yield Input(f"{value:f}", id=name, compact=True)
            yield Static(id="meaning", markup=False)
            yield Static("enter next   ctrl+s send   esc back", classes="hint")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what would be asked."""
        self._explain()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The next field, or off it goes."""
        if event.input.id == list(self._fields)[-1]:
            self.action_send()
        else:
            self.focus_next()

    def action_send(self) -> None:
        """Ask for it, if it is something and nothing about it is odd, or it is meant."""
        wanted = self._explain()
        if wanted is None:
            return
        doubt = self._doubt(wanted.total)
        if doubt and doubt != self._asked:
            self._asked = doubt
            self.query_one("#meaning", Static).update(f"{doubt} Send again if you mean it.")
            return
        self.dismiss(wanted)

    def action_back(self) -> None:
        """Nothing is asked."""
        self.dismiss(None)

    def _explain(self) -> Replacement | None:
        """What is asked for; None where it cannot be, and then the ticket says why."""
        values, problems = dict[str, Decimal](), []
        for name in self._fields:
            try:
                values[name] = amount(self.query_one(f"#{name}", Input).value.strip())
            except BadSplit as error:
                problems.append(f"{name}: {error}")
        in_units = self._total == "OrderQty"
        if not problems and in_units and values["OrderQty"] <= self._row.CumQty:
            problems.append(
                f"OrderQty: {cells.number(self._row.CumQty)} are filled already: cancel"
            )
        shown = self.query_one("#meaning", Static)
        if problems:
            shown.update("\n".join(problems))
            return None
        wanted = Replacement(values[self._total], values.get("Price"), values.get("StopPx"))
        shown.update(self._meaning(wanted))
        return wanted

    def _meaning(self, wanted: Replacement) -> str:
        names = (self._total, "Price", "StopPx")
        lines = [
            f"{name}: {cells.number(before)} → {cells.number(after)}"
            for name, before, after in zip(names, self._before, wanted, strict=True)
            if before != after
        ]
        at = wanted.Price or self._at if self._total == "OrderQty" else Decimal(1)
        value = notional.amount(wanted.total, at, "")
        return "\n".join([*(lines or ["nothing would change"]), f"≈ {value}" if value else ""])
