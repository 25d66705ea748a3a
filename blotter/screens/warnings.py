"""What the rules say before something is sent: grouped, worst first, and not to be skipped blindly."""

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from blotter import cells
from blotter.objections import Group, Objections

FIRST = 3  # violations of a group that are shown; the others are counted until one asks


class Warnings(ModalScreen[bool]):
    """Enter goes back; only `y` or its button goes on, and only when every group was in sight.

    Where something cannot be lifted there is nothing to go on to. `value` is what the whole of it
    is worth, always in sight.
    """

    BINDINGS = [
        Binding("y", "go_on", "go on"),
        Binding("escape,n", "back", "back"),
        Binding("down,j", "scroll(1)", "down"),
        Binding("up,k", "scroll(-1)", "up"),
        Binding("pagedown,space", "page(1)", "page down"),
        Binding("pageup", "page(-1)", "page up"),
        Binding("x", "expand", "all of them"),
    ]

    def __init__(self, title: str, value: str, objections: Objections) -> None:
        super().__init__()
        self._title, self._value, self.objections = title, value, objections
        self._expanded = False
        self.unseen = set(range(len(objections.groups)))

    def compose(self) -> ComposeResult:
        """Title and value, groups, what is left to see, buttons."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield Static(self._summary(), id="summary")
            with VerticalScroll(can_focus=False):
                for n, group in enumerate(self.objections.groups):
                    yield Static(self._text(group), id=f"group-{n}", markup=False)
            yield Static(id="left", classes="hint")
            with Horizontal(classes="buttons"):
                yield Button("Back  esc", id="back")
                if self.objections.may_go_on:
                    yield Button("Acknowledge and send  y", id="go-on", variant="warning")

    def on_mount(self) -> None:
        """Nobody confirms by accident."""
        self.query_one("#back").focus()
        self.watch(self.query_one(VerticalScroll), "scroll_y", self._look, init=False)
        self.call_after_refresh(self._look)

    def on_resize(self) -> None:
        """Another part is in sight."""
        self.call_after_refresh(self._look)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A click is as good as a key."""
        if event.button.id == "go-on":
            self.action_go_on()
        else:
            self.dismiss(False)

    def action_go_on(self) -> None:
        """The person's yes; before everything was seen it shows what was not."""
        if not self.objections.may_go_on:
            return
        if self.unseen:
            self.query_one(VerticalScroll).scroll_page_down(animate=False)
            return
        self.dismiss(True)

    def action_back(self) -> None:
        """No."""
        self.dismiss(False)

    def action_scroll(self, step: int) -> None:
        """A line up or down."""
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)

    def action_page(self, step: int) -> None:
        """A page up or down."""
        scroll = self.query_one(VerticalScroll)
        scroll.scroll_relative(y=step * max(scroll.size.height - 1, 1), animate=False)

    def action_expand(self) -> None:
        """Every single one, or the first ones of each rule."""
        self._expanded = not self._expanded
        for n, group in enumerate(self.objections.groups):
            self.query_one(f"#group-{n}", Static).update(self._text(group))

    def _look(self) -> None:
        """Note which groups are in sight; a group counts once its worst was there to read."""
        scroll = self.query_one(VerticalScroll)
        bottom = scroll.scroll_offset.y + scroll.size.height
        for n in sorted(self.unseen):
            region = self.query_one(f"#group-{n}").virtual_region
            if region.height and region.y + min(region.height, 2) <= bottom:
                self.unseen.discard(n)
        self._tell()

    def _tell(self) -> None:
        left = len(self.unseen)
        text = f"{left} more below: space" if left else "↑ ↓ scroll   x every single one   esc back"
        self.query_one("#left", Static).update(text)
        for button in self.query("#go-on"):
            button.disabled = bool(left)

    def _summary(self) -> Text:
        counts = self.objections.counts
        text = Text(f"{self._value}\n" if self._value else "", "bold")
        return text.append(", ".join(f"{n} {what}" for what, n in counts.items() if n))

    def _text(self, group: Group) -> Text:
        text = Text()
        text.append(f" {group.severity} ", "bold reverse" if group.hard else "bold")
        text.append(f" {group.rule}", "bold")
        text.append(f"  ×{len(group.lines)}\n" if len(group.lines) > 1 else "\n", "bold")
        shown: Sequence[str] = group.lines if self._expanded else group.lines[:FIRST]
        for line in shown:
            text.append(f"{cells.printable(line)}\n")
        if len(shown) < len(group.lines):
            text.append(f"… and {len(group.lines) - len(shown)} more: x\n", "dim")
        return text
