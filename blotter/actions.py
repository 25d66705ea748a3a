"""THE table of actions. A new one is a line here and a handler; footer, keys, help, palette and the
tables of keys in the documentation follow."""

from collections.abc import Awaitable, Callable

from blotter.columns import TABLES
from blotter.handlers import (
    attention,
    blocks,
    claims,
    crossing,
    frame,
    halts,
    merging,
    orders,
    placements,
    posttrade,
    recalling,
    replacing,
    splitting,
    table,
    telephone,
)
from blotter.registry import Action
from blotter.widgets.grid import Grid
from blotter.workplace import Workplace
from tradeoms.model.fields import SessionAction

Handler = Callable[[Workplace], Awaitable[None] | None]
NUMBERS = [
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "0",
    "minus",
    "equals_sign",
]  # as they lie on the keyboard


def _act(
    key: str, name: str, title: str, help: str, handler: Handler, tables: str = "", footer: int = 0
) -> Action:
    """A line of a table: the tables as words; footer 1: in the footer, 2: there before others."""
    where = frozenset(tables.split())
    return Action(key, name, title, help, handler, where, bool(footer), footer > 1)


def _on(act: Callable[[Grid], None]) -> Handler:
    return frame.on_grid(act)


_TABLES = (
    *(
        _act(key, f"show_{t.name}", t.title, f"show {t.title.lower()}", frame.show(t.name))
        for key, t in zip([*NUMBERS, *[""] * len(TABLES)], TABLES, strict=False)
    ),
    _act("greater_than_sign", "next_table", "next", "the next table", frame.turn(1)),
    _act("less_than_sign", "table_before", "before", "the table before", frame.turn(-1)),
)

# fmt: off
# ruff: noqa: E501  a row is a line
_HELD = "orders compliance"
_CLAIMED = "orders blocks"
_WORK = (
    _act("b", "block", "block", "merge the orders into blocks", orders.block, "orders", 1),
    _act("B", "similar", "similar", "select what fits into one block with this order", orders.similar, "orders", 1),
    _act("M", "merges", "merges", "show what may be merged; enter does it", merging.suggested, _CLAIMED),
    _act("J", "join", "join", "merge the orders into a working block", merging.join, "orders"),
    _act("U", "leave", "take out", "take the orders out of their blocks", merging.leave, "orders"),
    _act("k", "cross", "cross", "show which orders could cross; enter proposes it", crossing.candidates, _CLAIMED),
    _act("s", "stage", "stage", "stage a new order by hand", orders.stage, "orders", 1),
    _act("c", "withdraw", "withdraw", "withdraw the orders", orders.withdraw, _HELD, 1),
    _act("v", "override", "override", "lift a rule that holds the orders", orders.override, _HELD, 1),
    _act("r", "route", "route", "split the idle quantity over brokers", blocks.route, "blocks", 1),
    _act("E", "route_list", "as list", "give a broker what is idle of the blocks as one list", blocks.route_list, "blocks"),
    _act("p", "route_by_phone", "by phone", "route what a broker was given by telephone", telephone.call, "blocks"),
    _act("d", "finish", "done", "finish the blocks: allocate and book", blocks.finish, "blocks", 1),
    _act("e", "change_split", "split", "give accounts other quantities of what was filled", splitting.change, "blocks allocations", 1),
    _act("b", "approve_split", "approve", "as a second person, agree with changed splits", splitting.approve, "statement_changes", 1),
    _act("u", "dissolve", "dissolve", "give the orders back to the stage", blocks.dissolve, "blocks", 1),
    _act("c", "cancel_all", "cancel", "cancel what of the blocks is at brokers", blocks.cancel_all, "blocks", 1),
    _act("R", "recall", "recall", "cancel what is at brokers, and route what comes back anew", recalling.recall, "blocks placements", 1),
    _act("c", "cancel", "cancel", "cancel what is left of the placements", placements.cancel_selected, "placements", 1),
    _act("e", "replace", "replace", "ask for another quantity, limit or stop, also of many", replacing.change, "placements", 1),
    _act("w", "ask_status", "ask", "ask the brokers how the placements stand", placements.ask_status, "placements", 1),
    _act("p", "enter_fill", "by phone", "enter a fill that was told by telephone", placements.enter_fill, "placements", 1),
    _act("x", "close", "close", "end placements that the broker no longer knows", placements.close, "placements", 1),
    _act("b", "book", "book", "book disputed fills", attention.book, "executions", 1),
    _act("x", "drop", "dismiss", "dismiss disputed fills: they are not ours", attention.drop, "executions", 1),
    _act("w", "dk_execution", "DK", "tell the broker that we do not know the trade", attention.dk_execution, "executions", 1),
    _act("p", "bust", "take back", "take back fills that were entered by hand", attention.bust, "executions"),
    _act("b", "attach", "attach", "the reports belong to a placement of ours", attention.attach, "unmatched", 1),
    _act("p", "by_phone", "by phone", "the report is of an order that was given by telephone", telephone.given, "unmatched"),
    _act("u", "mean", "which fill", "say which fill a bust or a correction means", attention.mean, "unmatched"),
    _act("x", "dismiss", "dismiss", "the reports mean nothing to our book", attention.dismiss, "unmatched", 1),
    _act("w", "dk_report", "DK", "tell the broker that we do not know the trade", attention.dk_report, "unmatched", 1),
    _act("b", "start", "start", "log the sessions on", attention.session(SessionAction.Start), "sessions", 1),
    _act("x", "stop", "stop", "log the sessions off", attention.session(SessionAction.Stop), "sessions", 1),
    _act("w", "test", "test", "ask for a sign of life", attention.session(SessionAction.Test), "sessions", 1),
    _act("", "enable", "enable", "let the schedule run the sessions again", attention.session(SessionAction.Enable), "sessions"),
    _act("", "disable", "disable", "keep the sessions off until they are enabled", attention.session(SessionAction.Disable), "sessions"),
    _act("", "set_sequence", "sequence", "set the next message numbers of a stopped session", attention.set_sequence, "sessions"),
    _act("A", "send_allocation", "tell", "tell the brokers how their fills are split", posttrade.send_allocation, "blocks", 1),
    _act("c", "cancel_instruction", "cancel", "ask the brokers to forget the instructions", posttrade.cancel_instruction, "instructions", 1),
    _act("w", "request_confirmations", "ask", "ask the brokers to confirm again", posttrade.request, "instructions", 1),
    _act("b", "affirm", "affirm", "affirm the brokers' confirmations", posttrade.affirm, "confirmations", 1),
    _act("x", "reject", "reject", "reject the brokers' confirmations", posttrade.reject, "confirmations", 1),
    _act("C", "claim", "claim", "work the orders or blocks yourself, also another's", claims.claim, _CLAIMED, 1),
    _act("x", "release", "release", "the orders or blocks are nobody's again", claims.release, _CLAIMED),
    _act("w", "reassign", "reassign", "give the orders or blocks to another trader", claims.reassign, _CLAIMED),
    _act("H", "hand_over", "hand over", "give all that a trader has claimed to another", claims.hand_over),
    _act("C", "own", "own", "look after the alerts yourself", claims.own, "alerts", 1),
    _act("w", "snooze", "snooze", "ask nobody about the alerts until a time", claims.snooze, "alerts", 1),
    _act("x", "acknowledge", "acknowledge", "the alerts are dealt with, and why", claims.acknowledge_why, "alerts", 1),
    _act("K", "kill", "kill", "cancel everything of the house, or of a broker", attention.kill),
    _act("Z", "halt", "halt", "halt a trader, a desk, an account or the house", halts.halt),
    _act("", "resume", "resume", "consent that a halt ends; it takes two persons", halts.resume),
    _act("b", "resume_these", "resume", "consent that the halts end; it takes two persons", halts.resume_these, "halts", 1),
    _act("C", "own_break", "own", "look after the breaks yourself", posttrade.own_break, "breaks", 1),
    _act("x", "explain_break", "explain", "say why the breaks are there", posttrade.explain_break, "breaks", 1),
    _act("b", "approve_cross", "approve", "as the second person, let the crosses happen", crossing.approve, "crosses", 1),
    _act("x", "reject_cross", "reject", "the crosses, or the wish to take them back, come to nothing", crossing.reject, "crosses", 1),
    _act("p", "bust_cross", "take back", "take the crosses back; it takes two persons", crossing.bust, "crosses", 1),
    _act("v", "approve_bust", "agree", "as the second person, let the crosses be taken back", crossing.approve_bust, "crosses", 1),
    _act("n", "next_need", "next", "go to what needs a person next", frame.next_need, footer=2),
    _act("N", "seen", "seen", "the rows need me no more; alerts: nobody", claims.seen),
)
_ROWS = (
    _act("space", "toggle", "select", "select the row and go on; on a group, its rows", _on(Grid.toggle), footer=1),
    _act("a", "select_all", "all", "select all rows that are shown, or none", _on(Grid.select_all)),
    _act("escape", "clear", "none", "select nothing", _on(Grid.clear_selection)),
    _act("enter", "details", "details", "every field of the row", frame.detail(False), footer=1),
    _act("i", "timeline", "timeline", "all that happened, down to each FIX message", frame.detail(True), footer=1),
    _act("y", "copy", "copy", "copy the selected rows, or all, as CSV", table.copy),
    _act("Y", "export", "export", "write the selected rows, or all, to a CSV file", table.write),
    _act("X", "spreadsheet", "spreadsheet", "write the selected rows, or all, to a spreadsheet (XLSX)", table.write_spreadsheet),
    _act("up", "up", "up", "one row up", _on(lambda g: g.move(-1))),
    _act("down", "down", "down", "one row down", _on(lambda g: g.move(1))),
    _act("pageup", "page_up", "page up", "one page up", _on(lambda g: g.move(-g.page))),
    _act("pagedown", "page_down", "page down", "one page down", _on(lambda g: g.move(g.page))),
    _act("home", "first", "first", "the first row", _on(lambda g: g.move_to(0))),
    _act("end", "last", "last", "the last row", _on(lambda g: g.move_to(g.rows.height))),
)
_LAYOUT = (
    _act("slash", "filter", "filter", "filter by typing: side:sell sym:A* leaves>0", table.filter_by_typing, footer=1),
    _act("full_stop", "only_these", "only these", "only rows with the value under the cursor", table.only_these),
    _act("backspace", "unfiltered", "all rows", "no filter", table.unfiltered),
    _act("left", "left", "left", "one column to the left", _on(lambda g: g.slide(-1))),
    _act("right", "right", "right", "one column to the right", _on(lambda g: g.slide(1))),
    _act("o", "sort", "sort", "sort by the column; again: the other way round", table.sort, footer=1),
    _act("O", "sort_also", "sort also", "sort by the column after the others", table.sort_also),
    _act("g", "group", "group", "group by the column as well, or no longer", table.group, footer=1),
    _act("G", "ungroup", "no groups", "no groups", table.ungroup),
    _act("f", "fold", "fold", "close the group, or open it", _on(Grid.fold)),
    _act("F", "fold_all", "fold all", "close all groups, or open them", _on(Grid.fold_all)),
    _act("left_square_bracket", "narrower", "narrower", "the column narrower", table.narrower),
    _act("right_square_bracket", "wider", "wider", "the column wider", table.wider),
    _act("left_curly_bracket", "to_left", "to the left", "move the column to the left", table.to_left),
    _act("right_curly_bracket", "to_right", "to the right", "move the column to the right", table.to_right),
    _act("h", "hide", "hide", "hide the column", table.hide),
    _act("z", "freeze", "freeze", "freeze the columns up to this one, or none", table.freeze),
    _act("V", "columns", "columns", "choose and order the columns", table.columns),
    _act("S", "save", "save", "save the layout of the table under a name", table.save),
    _act("L", "load", "layouts", "use a layout that was saved", table.load),
    _act("W", "export_layouts", "give layouts", "write all layouts to a file, for somebody else", table.export_layouts),
    _act("I", "import_layouts", "take layouts", "take the layouts of such a file beside your own", table.import_layouts),
    _act("", "forget", "delete layout", "delete a layout that was saved", table.forget),
    _act("", "reset", "reset", "the table as everybody begins", table.reset),
)
_PROGRAM = (
    _act("m", "messages", "messages", "everything that was said", frame.messages, footer=1),
    _act("t", "theme", "theme", "dark or light", frame.theme, footer=1),
    _act("", "bell", "bell", "a sound when something needs a person, or none", frame.bell),
    _act("ctrl+p", "palette", "palette", "find an action by its name", frame.palette, footer=2),
    _act("question_mark", "help", "help", "this page; F1 too", frame.help, footer=2),
    _act("q", "quit", "quit", "close the blotter; the server goes on", frame.leave, footer=2),
)
# fmt: on

#: Headings of the help screen and what is below them.
GROUPS: dict[str, tuple[Action, ...]] = {
    "Work": _WORK,
    "Rows": _ROWS,
    "Layout": _LAYOUT,
    "Tables": _TABLES,
    "Program": _PROGRAM,
}
ACTIONS: dict[str, Action] = {a.name: a for group in GROUPS.values() for a in group}
