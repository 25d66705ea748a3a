"""Which columns a table shows, in which order: a list to tick and to shuffle."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from blotter.column import Column, Table
from blotter.layouts import Layout, moved, resized, toggled


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
        self._change(toggled(self._layout, self._column(event.option.id or "")))

    def action_tick(self) -> None:
        """Show or hide."""
        self._change(toggled(self._layout, self._column(self._here)))

    def action_move(self, step: int) -> None:
        """Move what is shown."""
        if any(shown.name == self._here for shown in self._layout.columns):
            self._change(moved(self._layout, self._here, step))

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

    def _column(self, name: str) -> Column:
        return next(column for column in self._table.columns if column.name == name)

    def _change(self, layout: Layout) -> None:
        here = self._here
        self._layout = layout
        self._fill(here)

    def _fill(self, here: str) -> None:
        shown = {s.name: s.width for s in self._layout.columns}
        hidden = [c.name for c in self._table.columns if c.name not in shown]
        names = [*shown, *hidden]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(self._line(name, shown.get(name)), id=name) for name in names)
        options.highlighted = names.index(here)

    def _line(self, name: str, width: int | None) -> str:
        mark = "✓" if width is not None else " "
        return f"{mark} {self._column(name).title:<18}{'' if width is None else width:>4}"
