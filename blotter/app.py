"""The blotter: tables that are alive, and keys that act on them.

Nothing is decided here: rows come from the server's views, commands go to it, its answers are
shown. What the client reports is collected and drawn a few times a second.
"""

from collections.abc import Awaitable, Mapping
from typing import Any

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import ContentSwitcher

from blotter import themes
from blotter.actions import ACTIONS
from blotter.columns import TABLES
from blotter.link import Feed, Link
from blotter.registry import Action
from blotter.widgets.grid import Grid
from blotter.widgets.keys import Keys
from blotter.widgets.messages import LAST, Messages
from blotter.widgets.status import State, Status
from blotter.widgets.tabs import Tabs
from blotter.workplace import Workplace
from tradeoms.bus.client import AsyncClient, BusRefused, Credentials

FRAME = 1 / 12  # seconds between two drawings
BESIDE = ("sessions", "prices")  # followed for the tickets, without a table of their own


def run(commands: str, streams: str, credentials: Credentials) -> None:
    """Open the blotter on a server's two addresses; returns when the person leaves."""
    Blotter(AsyncClient(commands, streams, credentials), credentials.user).run()


class Blotter(App[None]):
    """Give it a client that is not running yet; it runs it and closes it."""

    CSS_PATH = "blotter.tcss"
    TITLE = "tradeoms"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [
        Binding(key, f"press('{key}')", show=False)
        for key in dict.fromkeys(action.key for action in ACTIONS.values())
    ]

    def __init__(self, link: Link, user: str) -> None:
        super().__init__()
        self._link, self._user = link, user
        self._feed = Feed()
        self._tabs, self._status, self._messages = Tabs(TABLES), Status(), Messages()
        self._keys = Keys(list(ACTIONS.values()))
        grids = {table.name: Grid(table) for table in TABLES}
        self._place = Workplace(self, link, grids, self._messages.say, self._messages.lines)
        self._acting: set[str] = set()

    def compose(self) -> ComposeResult:
        """Tables on top, the one that is shown, messages, status, keys."""
        yield self._tabs
        with ContentSwitcher(initial=self._place.table):
            yield from self._place.grids.values()
        yield self._messages
        yield self._status
        yield self._keys

    def on_mount(self) -> None:
        """Begin to listen and to draw."""
        self.register_theme(themes.DARK)
        self.register_theme(themes.LIGHT)
        self.theme = themes.DARK.name
        self._link.changed = self._feed.put
        self.run_worker(self._listen(), group="link")
        self.set_interval(FRAME, self._draw)
        self._draw()
        self._place.grid.focus()

    def on_unmount(self) -> None:
        """Leave nothing open."""
        self._link.close()

    async def _listen(self) -> None:
        """Listen for ever. One table that is refused does not take the others away."""
        place, said = self._place, set[str]()
        await self._link.follow(*place.grids, *BESIDE)
        while True:
            try:
                await self._link.run()
            except BusRefused as refused:
                place.refused = str(refused)
                if place.refused not in said:
                    said.add(place.refused)
                    place.tell("error", f"the server refused us: {refused}")

    def _draw(self) -> None:
        """One frame: what changed since the last one, and how old it is."""
        place = self._place
        for table, changes in self._feed.take().items():
            if table == "alerts":
                self._announce(changes)
            if table in place.grids:
                place.grids[table].apply(changes)
        for table, grid in place.grids.items():
            if grid.waiting and table in self._link.seq:
                grid.apply({})
        if self._link.seq:
            place.age, place.refused = self._link.silence, ""
        place.grid.set_class(bool(place.blind) and not place.grid.waiting, "-stale")
        self._draw_frame()

    def _announce(self, changes: Mapping[str, Any]) -> None:
        """Say alerts that are new, whatever table is shown; those of the first snapshot are old."""
        grid = self._place.grids["alerts"]
        new = [row for key, row in changes.items() if row is not None and key not in grid.rows]
        for row in [] if grid.waiting else new[-LAST:]:
            self._place.tell("warning", f"alert {row.key}: {row.kind} {row.subject}: {row.text}")

    def _draw_frame(self) -> None:
        place, rows = self._place, self._place.grid.rows
        self._tabs.show(place.table, {name: len(grid.rows) for name, grid in place.grids.items()})
        self._keys.show(place.table)
        self._status.show(
            State(
                refused=place.refused,
                age=place.age,
                seq=self._link.seq.get(place.table),
                selected=len(rows.selected),
                total=len(rows),
                user=self._user,
                table=place.table,
                busy=place.pending,
            )
        )

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Counts may be others."""
        self._draw_frame()

    def action_press(self, key: str) -> None:
        """A key means what the registry says it means on this table."""
        for action in ACTIONS.values():
            if action.key == key and action.applies(self._place.table):
                self._start(action)
                return

    def action_perform(self, name: str) -> None:
        """A click on the name of an action."""
        self._start(ACTIONS[name])

    def _start(self, action: Action) -> None:
        """Act. What waits is not begun again meanwhile: a key pressed twice must not send twice."""
        if action.name in self._acting:
            return
        waiting = action.handler(self._place)
        if waiting is not None:
            self._acting.add(action.name)
            self.run_worker(self._wait(action, waiting), group="actions")
        self._switch()

    async def _wait(self, action: Action, waiting: Awaitable[None]) -> None:
        try:
            await waiting
        finally:
            self._acting.discard(action.name)
            self._draw_frame()

    def _switch(self) -> None:
        """Show the table that a handler wants."""
        switcher = self.query_one(ContentSwitcher)
        if switcher.current != self._place.table:
            switcher.current = self._place.table
            self._place.grid.focus()
        self._draw_frame()
