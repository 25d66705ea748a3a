"""The ticket to ask a broker for another quantity, limit or stop."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from blotter import cells, notional
from blotter.entry import OF_PRICE, OF_QUANTITY
from blotter.screens.form import Form, Send
from blotter.split import BadSplit, amount
from tradeoms.model.commands import Problem
from tradeoms.views.placements import PlacementRow

TAKES = {"OrderQty": OF_QUANTITY, "CashOrderQty": OF_QUANTITY, "Price": OF_PRICE, "StopPx": ()}


class Replacement(NamedTuple):
    """What the placement should be: its whole quantity, or amount, with what is filled already."""

    total: Decimal
    Price: Decimal | None
    StopPx: Decimal | None


class ReplaceTicket(Form[Replacement]):
    """Begins with what is; says at every key what would change. `at`: the price for the value;
    `doubt`: what is odd about a quantity, asked about once; `in_money`: its block is, and another
    amount is asked for.
    """

    def __init__(
        self,
        row: PlacementRow,
        at: Decimal | None,
        doubt: Callable[[Decimal], str],
        in_money: bool,
        send: Send[Replacement],
    ) -> None:
        self._row, self._at, self._mixed_up = row, at, doubt
        self._total = "CashOrderQty" if in_money else "OrderQty"
        self._before = Replacement(getattr(row, self._total), row.Price, row.StopPx)
        self._fields = {self._total: self._before.total}
        if "Limit" in row.OrdType:
            self._fields["Price"] = row.Price or Decimal(0)
        if "Stop" in row.OrdType:
            self._fields["StopPx"] = row.StopPx or Decimal(0)
        super().__init__(send, {name: (name, *TAKES[name]) for name in self._fields})

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
                yield from self.field(name, f"{value:f}")
            yield self.reasons()
            yield Static(id="meaning", markup=False)
            yield Static("enter next   ctrl+s send   esc back", classes="hint")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what would be asked."""
        wanted, problems = self.read()
        self.explain(problems, focus=False)
        said = "" if wanted is None else self._meaning(wanted)
        self.query_one("#meaning", Static).update(said)

    def doubt(self, value: Replacement) -> Problem | None:
        """Whether the quantity is odd."""
        doubt = self._mixed_up(value.total)
        return Problem(self._total, "", doubt) if doubt else None

    def read(self) -> tuple[Replacement | None, Sequence[Problem]]:
        """What is asked for, or why it cannot be."""
        values, problems = dict[str, Decimal](), list[Problem]()
        for name in self._fields:
            try:
                values[name] = amount(self.typed(name))
            except BadSplit as error:
                problems.append(Problem(name, "", str(error)))
        if self._total == "OrderQty" and values.get("OrderQty", Decimal("Inf")) <= self._row.CumQty:
            reason = f"{cells.number(self._row.CumQty)} are filled already: cancel"
            problems.append(Problem("OrderQty", "", reason))
        if problems:
            return None, problems
        return Replacement(values[self._total], values.get("Price"), values.get("StopPx")), ()

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
