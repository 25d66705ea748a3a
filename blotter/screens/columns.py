"""Which columns a table shows, in which order: a list to tick and to shuffle."""

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from blotter.column import Column, Table
from blotter.layouts import Layout, Shown, moved, resized, toggled


class Columns(ModalScreen[Layout | None]):
    """Space or a click shows or hides, + and - move, < and > resize; Enter takes it, Escape not."""

    BINDINGS = [
        Binding("space", "tick", "show or hide", priority=True),
        Binding("minus,shift+up", "move(-1)", "further left", priority=True),
        Binding("plus,shift+down", "move(1)", "further right", priority=True),
        Binding("less_than_sign", "resize(-1)", "narrower"),
        Binding("greater_than_sign", "resize(1)", "wider"),
        Binding("enter", "take", "take", priority=True),
        Binding("escape", "back", "back"),
    ]

    def __init__(self, table: Table, layout: Layout) -> None:
        super().__init__()
        self._table, self._layout = table, layout
        shown = [column.name for column in layout.columns]
        hidden = (column.name for column in table.columns if column.name not in shown)
        self._order = [*shown, *hidden]

    def compose(self) -> ComposeResult:
        """The list, those that are shown first."""
        with Vertical(classes="dialog"):
            yield Static(f"Columns of {self._table.title}", classes="title", markup=False)
            yield OptionList()
            hint = "space show or hide   + - move   < > width   enter take   esc back"
            yield Static(hint, classes="hint")

    def on_mount(self) -> None:
        """Begin at the top."""
        self._fill(self._layout.columns[0].name)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click is as good as a key."""
        self._tick(event.option.id or "")

    def action_tick(self) -> None:
        """Show or hide."""
        self._tick(self._here)

    def _tick(self, name: str) -> None:
        """What is shown again stands where the list has it."""
        layout = toggled(self._layout, self._column(name))
        self._change(replace(layout, columns=tuple(sorted(layout.columns, key=self._place))))

    def action_move(self, step: int) -> None:
        """Move what is shown past its neighbour, in the list too."""
        shown = [column.name for column in self._layout.columns]
        if self._here in shown:
            layout = moved(self._layout, self._here, step)
            places = [self._order.index(name) for name in shown]
            for place, column in zip(places, layout.columns, strict=True):
                self._order[place] = column.name
            self._change(layout)

    def action_resize(self, step: int) -> None:
        """Wider or narrower."""
        self._change(resized(self._layout, self._here, step))

    def action_take(self) -> None:
        """So be it."""
        self.dismiss(self._layout)

    def action_back(self) -> None:
        """As it was."""
        self.dismiss(None)

    @property
    def _here(self) -> str:
        option = self.query_one(OptionList).highlighted_option
        return (option.id if option else None) or ""

    def _place(self, shown: Shown) -> int:
        return self._order.index(shown.name)

    def _column(self, name: str) -> Column:
        return next(column for column in self._table.columns if column.name == name)

    def _change(self, layout: Layout) -> None:
        here = self._here
        self._layout = layout
        self._fill(here)

    def _fill(self, here: str) -> None:
        shown = {s.name: s.width for s in self._layout.columns}
        options = self.query_one(OptionList)
        options.clear_options()
        lines = (Option(self._line(name, shown.get(name)), id=name) for name in self._order)
        options.add_options(lines)
        options.highlighted = self._order.index(here)

    def _line(self, name: str, width: int | None) -> str:
        mark = "✓" if width is not None else " "
        return f"{mark} {self._column(name).title:<18}{'' if width is None else width:>4}"
