"""The blotter: tables that are alive, and keys that act on them.

Nothing is decided here: rows come from the server's views, commands go to it, its answers are
shown. What the client reports is collected and drawn a few times a second.
"""

import gc
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from msgspec.structs import replace
from textual.app import App, ComposeResult
from textual.events import Event, Key, Paste
from textual.widgets import ContentSwitcher

from blotter import desktop, layouts, settings, themes
from blotter.actions import ACTIONS, GROUPS
from blotter.columns import TABLES
from blotter.filters import BadFilter, parse
from blotter.handlers import recalling
from blotter.layouts import Layout, Store
from blotter.link import Feed, Link
from blotter.registry import Action, rebound
from blotter.typeahead import Typing
from blotter.watch import Watch
from blotter.widgets.filterbar import FilterBar
from blotter.widgets.grid import Grid
from blotter.widgets.keys import Keys
from blotter.widgets.messages import LAST, Messages
from blotter.widgets.status import State, Status
from blotter.widgets.tabs import Tabs
from blotter.workplace import Workplace
from tradeoms.bus.client import AsyncClient, BusRefused, Credentials

HELP = "f1"  # besides its own key: where one looks for help everywhere else
FRAME = 1 / 12  # seconds between two drawings
SETTLED = 10_000  # rows in a frame: more come with a snapshot only
KEEP = 2.0  # seconds between two looks at whether layouts must be written
TICK = 20.0  # seconds after which ages are drawn anew
QUIET = 2.0  # seconds after a sound without one of mere news: a fill comes seldom alone
SOURCES = tuple(dict.fromkeys(table.source for table in TABLES))


def run(commands: str, streams: str, credentials: Credentials, folder: Path | None = None) -> None:
    """Open the blotter on a server's two addresses; returns when the person leaves.

    Layouts and settings are in `folder`, by default in the user's own (see `settings.home`).
    """
    patient()
    link = AsyncClient(commands, streams, credentials)
    app = Blotter(link, credentials.user, folder or settings.home())
    app.loaded = brisk
    app.run()


def patient() -> None:
    """Let the collector of cycles look at young objects less often, and never at what is there.

    Rows hold no cycles; by default it would walk through all of them some twenty times while
    100,000 come in.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def brisk() -> None:
    """Once the rows are in: in steps of some milliseconds. A step through 50,000 objects takes longer
    than a person should wait for a key.
    """
    gc.freeze()
    gc.set_threshold(2_000, 50, 100)


class Blotter(App[None]):
    """Give it a client that is not running yet; it runs it and closes it. No folder: nothing kept."""

    CSS_PATH = "blotter.tcss"
    TITLE = "tradeoms"
    ENABLE_COMMAND_PALETTE = False
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall"), (50, "-wall")]

    def __init__(self, link: Link, user: str, folder: Path | None = None) -> None:
        super().__init__()
        self._link, self._user = link, user
        self._feed = Feed()
        self._store = Store(folder, user)
        self._settings, read = settings.read(folder), self._store.read()
        actions, clashes = rebound(ACTIONS, self._settings.keys)
        self._problems = [*self._settings.problems, *clashes, *read.problems]
        self._tabs, self._status, self._messages = Tabs(TABLES), Status(), Messages()
        self._keys = Keys(list(actions.values()))
        self._filter = FilterBar()
        grids = {table.name: Grid(table, self._layout(table.name, read.kept)) for table in TABLES}
        say, lines = self._messages.say, self._messages.lines
        place = Workplace(self, link, grids, say, lines, read.kept, actions, folder, user)
        place.bell, place.keep, place.perform = self._settings.bell, self._keep, self.action_perform
        place.groups = {name: [a.name for a in group] for name, group in GROUPS.items()}
        self._place = place
        self._watch = Watch(user, place.rows, self._settings.fills, self._settings.limits)
        self.loaded: Callable[[], None] | None = None  # called once, when the snapshots are in
        self._rung = float("-inf")
        self._acting: set[str] = set()
        self._typing = Typing(self, super().on_event)

    def _layout(self, name: str, kept: layouts.Kept) -> Layout | None:
        """The layout of last time, without what there is no more."""
        table = next(table for table in TABLES if table.name == name)
        if name not in kept.now:
            return None
        layout, problems = layouts.fitted(kept.now[name], table)
        self._problems += problems
        return layout

    def compose(self) -> ComposeResult:
        """Tables on top, the one that is shown, the filter, messages, status, keys."""
        yield self._tabs
        with ContentSwitcher(initial=self._place.table):
            yield self._place.grid
        yield self._filter
        yield self._messages
        yield self._status
        yield self._keys

    def on_mount(self) -> None:
        """Begin to listen and to draw."""
        for theme in themes.THEMES:
            self.register_theme(theme)
        wanted = self._place.kept.theme or self._settings.theme
        self.theme = wanted if wanted in themes.NAMES else themes.DARK.name
        for key in dict.fromkeys(a.key for a in self._place.actions.values() if a.key):
            self.bind(key, f"press('{key}')", show=False)
        self.bind(HELP, "perform('help')", show=False)
        for problem in self._problems:
            self._place.tell("warning", problem)
        self._link.changed = self._feed.put
        self.run_worker(self._listen(), group="link")
        self.run_worker(self._typing.run(), group="keys")
        self.set_interval(FRAME, self._draw)
        self.set_interval(KEEP, self._keep)
        self.set_interval(TICK, self._tick)
        self._draw()
        self._place.grid.focus()

    def on_unmount(self) -> None:
        """Leave nothing open, and nothing unwritten."""
        self._keep()
        self._link.close()

    async def _listen(self) -> None:
        """Listen for ever. One table that is refused does not take the others away."""
        place, said = self._place, set[str]()
        await self._link.follow(*SOURCES)
        while True:
            try:
                await self._link.run()
            except BusRefused as refused:
                place.refused = str(refused)
                if place.refused not in said:
                    said.add(place.refused)
                    place.tell("error", f"the server refused us: {refused}")

    def _keep(self) -> None:
        """Write how the tables are, if that is not what is written."""
        kept = self._place.kept
        kept.now = {name: grid.layout_now for name, grid in self._place.grids.items()}
        kept.recalls = self._place.recalls.kept
        kept.seen = {
            name: why for name, why in self._place.waiting.seen.items() if self._there(name)
        }
        self._store.write(kept)

    def _there(self, seen: str) -> bool:
        """Whether what was seen is still there, or its table not yet."""
        table, _, key = seen.partition("/")
        grid = self._place.grids.get(table)
        rows = self._place.rows(grid.table.source) if grid else {}
        return grid is not None and (not rows or key in rows)

    # -------------------------------------------------------------------------------- drawing

    def _draw(self) -> None:
        """One frame: what changed since the last one, and how old it is."""
        place, taken = self._place, self._feed.take()
        if self.loaded and not place.grid.waiting and sum(map(len, taken.values())) < SETTLED:
            self.loaded()
            self.loaded = None
        for name, grid in place.grids.items():
            changes = _of(grid, taken.get(grid.table.source, {}))
            if changes:
                self._attend(name, grid, changes)
                grid.keep(changes)
            if name == place.table or grid.table.where:
                grid.catch_up()
            if grid.waiting and grid.table.source in self._link.seq:
                grid.apply({})
        if self._link.seq:
            place.age, place.refused = self._link.silence, ""
        place.listen()
        self._recalled()
        place.grid.set_class(bool(place.blind) and not place.grid.waiting, "-stale")
        self._draw_frame()

    def _attend(self, name: str, grid: Grid, changes: Mapping[str, Any]) -> None:
        """Say what needs a person since now; what was in the first snapshot is only counted."""
        place = self._place
        new = place.waiting.take(name, changes)
        happened = self._watch.take(name, changes, grid.waiting, place.now())
        if not grid.waiting:
            self._alert("warning", new)
            self._alert("news", happened)

    def _recalled(self) -> None:
        """Say what became of placements that were called back, and offer to route what came of it."""
        for text, good in recalling.heard(self._place):
            self._alert("news" if good else "warning", [text])
        if recalling.due(self._place) and "reroute" not in self._acting:
            self._work("reroute", recalling.reroute(self._place))

    def _alert(self, kind: str, news: Sequence[str]) -> None:
        """Colour, a bell, and a notice outside of the terminal if one is wanted."""
        if not news:
            return
        for text in news[-LAST:]:
            self._place.tell(kind, text)
        if kind == "news" and monotonic() - self._rung < QUIET:
            return
        self._rung = monotonic()
        if self._place.bell:
            self.bell()
        if self._settings.desktop:
            more = f" (and {len(news) - 1} more)" if len(news) > 1 else ""
            told = desktop.notify(self._write, self._settings.desktop, news[0] + more)
            self.run_worker(told, group="desktop")

    def _write(self, sequence: str) -> None:
        """To the terminal, past the screen."""
        if self._driver is not None:
            self._driver.write(sequence)

    def _tick(self) -> None:
        """Ages are others; and work that nobody moves gets older."""
        place, minutes = self._place, self._settings.stale_minutes
        place.grid.tick()
        if minutes and not place.blind:
            self._alert("warning", place.waiting.late(self._watch.stale(minutes, place.now())))

    def _draw_frame(self) -> None:
        place, grid = self._place, self._place.grid
        counts = {n: len(place.rows(g.table.source)) for n, g in place.grids.items()}
        counts |= {n: len(g.rows) for n, g in place.grids.items() if g.table.where or g is grid}
        self._tabs.show(place.table, counts)
        self._keys.show(place.table)
        self._status.show(
            State(
                refused=place.refused,
                age=place.age,
                seq=self._link.seq.get(grid.table.source),
                selected=len(grid.rows.selected),
                shown=len(grid.rows),
                total=grid.rows.total,
                user=self._user,
                table=grid.table.title.lower(),
                filter=grid.layout_now.filter,
                needs=len(place.waiting),
                next=place.actions["next_need"].label,
                busy=place.pending,
            )
        )

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Counts may be others."""
        self._draw_frame()

    def on_grid_arranged(self, event: Grid.Arranged) -> None:
        """The filter may be another."""
        self._draw_frame()

    # ---------------------------------------------------------------------------------- filter

    def on_filter_bar_typed(self, event: FilterBar.Typed) -> None:
        """Filter at every key; while it makes no sense the last view that did stays."""
        grid = self._place.grid
        try:
            parse(event.text, grid.table.columns)
        except BadFilter as error:
            self._filter.explain(error.reason, error.at)
            return
        self._filter.explain("")
        grid.lay_out(replace(grid.layout_now, filter=event.text.strip()))

    def on_filter_bar_left(self, event: FilterBar.Left) -> None:
        """Back to the table, with the filter if it makes sense."""
        grid = self._place.grid
        try:
            parse(event.text, grid.table.columns)
        except BadFilter as error:
            self._place.tell(
                "warning", f"filter: {error.reason}; shown is {grid.layout_now.filter or 'all'}"
            )
        else:
            grid.lay_out(replace(grid.layout_now, filter=event.text.strip()))
        grid.focus()

    # --------------------------------------------------------------------------------- actions

    async def on_event(self, event: Event) -> None:
        """Keys are dealt with one by one, all else at once."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self._typing.put(event)
        else:
            await super().on_event(event)

    def action_press(self, key: str) -> None:
        """A key means what the registry says it means on this table."""
        for action in self._place.actions.values():
            if action.key == key and action.applies(self._place.table):
                self._start(action)
                return

    def action_perform(self, name: str) -> None:
        """A click on the name of an action."""
        self._start(self._place.actions[name])

    def _start(self, action: Action) -> None:
        """Act. What waits is not begun again meanwhile: a key pressed twice must not send twice."""
        if action.name in self._acting:
            return
        waiting = action.handler(self._place)
        if waiting is not None:
            self._work(action.name, waiting)
        self._switch()

    def _work(self, name: str, waiting: Awaitable[None]) -> None:
        self._acting.add(name)
        self.run_worker(self._wait(name, waiting), group="actions")

    async def _wait(self, name: str, waiting: Awaitable[None]) -> None:
        try:
            await waiting
        finally:
            self._acting.discard(name)
            self._draw_frame()

    def _switch(self) -> None:
        """Show the table that a handler wants. One is made ready when it is wanted first."""
        switcher, grid = self.query_one(ContentSwitcher), self._place.grid
        if switcher.current != grid.id:
            if not grid.is_attached:
                switcher.mount(grid)
            switcher.current = grid.id
            self._filter.display = False
            grid.catch_up()
            grid.focus()
        self._draw_frame()


def _of(grid: Grid, changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """What of a view's changes belongs on a screen; a row that no longer does is gone there."""
    where = grid.table.where
    if where is None:
        return changes
    known, found = grid.rows.known, dict[str, Any]()
    for key, row in changes.items():
        if row is not None and where(row):
            found[key] = row
        elif known(key):
            found[key] = None
    return found
