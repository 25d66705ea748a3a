"""THE table of actions. A new one is a line here and a handler; footer, keys and help follow."""

from rich.table import Table as RichTable
from rich.text import Text

from blotter.columns import TABLES
from blotter.handlers import blocks, frame, orders, placements
from blotter.registry import Action
from blotter.screens.page import Page
from blotter.widgets.grid import Grid
from blotter.workplace import Workplace


async def _help(place: Workplace) -> None:
    """Every action with its key and the tables it is for."""
    body = RichTable.grid(padding=(0, 2))
    for heading, actions in GROUPS.items():
        body.add_row(Text(heading, "bold"))
        for action in actions:
            where = f"({', '.join(sorted(action.tables))})" if action.tables else ""
            body.add_row(Text(f"  {action.label}"), Text(f"{action.help} {where}"))
        body.add_row("")
    await place.ask(Page("Keys", body))


_ORDERS, _BLOCKS = frozenset({"orders"}), frozenset({"blocks"})
_PLACEMENTS = frozenset({"placements"})

_TABLES = tuple(
    Action(str(n), f"show_{t.name}", t.title, f"show {t.title.lower()}", frame.show(t.name))
    for n, t in enumerate(TABLES, 1)
)
_WORK = (
    Action("b", "block", "block", "merge the orders into blocks", orders.block, _ORDERS, True),
    Action("s", "stage", "stage", "stage a new order by hand", orders.stage, _ORDERS, True),
    Action("c", "withdraw", "withdraw", "withdraw the orders", orders.withdraw, _ORDERS, True),
    Action(
        "r", "route", "route", "split the idle quantity over brokers", blocks.route, _BLOCKS, True
    ),
    Action(
        "d", "finish", "done", "finish the block: allocate and book", blocks.finish, _BLOCKS, True
    ),
    Action(
        "u",
        "dissolve",
        "dissolve",
        "give the orders back to the stage",
        blocks.dissolve,
        _BLOCKS,
        True,
    ),
    Action(
        "c",
        "cancel_all",
        "cancel",
        "cancel what of the blocks is at brokers",
        blocks.cancel_all,
        _BLOCKS,
        True,
    ),
    Action(
        "c",
        "cancel",
        "cancel",
        "cancel what is left of the placements",
        placements.cancel_selected,
        _PLACEMENTS,
        True,
    ),
)
_TABLE = (
    Action(
        "space",
        "toggle",
        "select",
        "select the row, go on to the next",
        frame.on_grid(Grid.toggle),
        footer=True,
    ),
    Action("a", "select_all", "all", "select all rows, or none", frame.on_grid(Grid.select_all)),
    Action("escape", "clear", "none", "select nothing", frame.on_grid(Grid.clear_selection)),
    Action("enter", "details", "details", "every field of the row", frame.details, footer=True),
    Action("up", "up", "up", "one row up", frame.on_grid(lambda g: g.move(-1))),
    Action("down", "down", "down", "one row down", frame.on_grid(lambda g: g.move(1))),
    Action("pageup", "page_up", "page up", "one page up", frame.on_grid(lambda g: g.move(-g.page))),
    Action(
        "pagedown",
        "page_down",
        "page down",
        "one page down",
        frame.on_grid(lambda g: g.move(g.page)),
    ),
    Action("home", "first", "first", "the first row", frame.on_grid(lambda g: g.move_to(0))),
    Action("end", "last", "last", "the last row", frame.on_grid(lambda g: g.move_to(len(g.rows)))),
    Action(
        "left", "left", "left", "scroll a column to the left", frame.on_grid(lambda g: g.slide(-1))
    ),
    Action(
        "right",
        "right",
        "right",
        "scroll a column to the right",
        frame.on_grid(lambda g: g.slide(1)),
    ),
    Action(
        "less_than_sign",
        "sort_left",
        "sort",
        "sort by the column to the left",
        frame.on_grid(lambda g: g.sort_next(-1)),
    ),
    Action(
        "greater_than_sign",
        "sort_right",
        "sort",
        "sort by the column to the right",
        frame.on_grid(lambda g: g.sort_next(1)),
    ),
    Action(
        "o", "reverse", "order", "turn the order of the rows round", frame.on_grid(Grid.reverse)
    ),
)
_PROGRAM = (
    Action("m", "messages", "messages", "everything that was said", frame.messages, footer=True),
    Action("t", "theme", "theme", "dark or light", frame.theme, footer=True),
    Action("question_mark", "help", "help", "this page", _help, footer=True, pinned=True),
    Action(
        "q",
        "quit",
        "quit",
        "close the blotter; the server goes on",
        frame.leave,
        footer=True,
        pinned=True,
    ),
)

#: Headings of the help screen and what is below them.
GROUPS: dict[str, tuple[Action, ...]] = {
    "Work": _WORK,
    "Tables": _TABLES,
    "In a table": _TABLE,
    "Program": _PROGRAM,
}
ACTIONS: dict[str, Action] = {a.name: a for group in GROUPS.values() for a in group}
