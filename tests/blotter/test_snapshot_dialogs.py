"""How tickets, previews, help and messages look, and what the frame says when something is wrong."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import NamedTuple

import pytest

from blotter.screens.ask import Ask
from blotter.screens.choose import Choose
from blotter.screens.columns import Columns
from blotter.screens.detail import Detail
from blotter.screens.page import Page
from blotter.screens.preview import Preview
from blotter.screens.replace import ReplaceTicket
from blotter.screens.route import RouteTicket
from blotter.screens.stage import StageTicket
from blotter.screens.warnings import Warnings
from tests.blotter.crosses import FOUND
from tests.blotter.fake import FakeLink, order, placement, refused, world
from tests.blotter.looks import Compare, Look, Step, Typed, everywhere, picture, still
from tests.blotter.test_finishing import account, told
from tests.blotter.test_headroom import CASH, COLLAR, FINDING, ROOM
from tests.blotter.test_merging import GROUP
from tests.blotter.test_relief import RELIEF
from tests.blotter.test_timeline import records
from tradeoms.bus.client import Result
from tradeoms.model.commands import Problem
from tradeoms.model.fields import Override, Severity
from tradeoms.model.orders import Violation

__all__ = ["still"]


class Shot(NamedTuple):
    """A world, and the way from its first screen to the one that is shown."""

    link: Callable[[], FakeLink]
    steps: tuple[Step, ...]


def _knowing(**results: Result) -> Callable[[], FakeLink]:
    """A morning on which the server has these answers to questions."""

    def link() -> FakeLink:
        found = world()
        found.known |= results
        return found

    return link


def _rows(*rows: dict[str, object]) -> Result:
    return Result("1", 41, rows)


def _staging() -> FakeLink:
    lots = ({**RELIEF, "lot": n} for n in (7, 8))
    rooms = (ROOM, CASH, COLLAR, FINDING | {"account": "FUND1"})
    return _knowing(headroom=_rows(*rooms), relief=_rows(*lots))()


def _warned() -> FakeLink:
    rules = {"order_value": 3, "price_collar": 14}
    violations = tuple(
        Violation(rule, Severity.Warn, Override.One, f"{rule} says so", f"F{n}", {"limit": "5"})
        for rule, count in rules.items()
        for n in range(count)
    )
    hard = Violation("oversell", Severity.Block, Override.Never, "300 are held", "F1")
    problems = [Problem(rule, "", "no") for rule in (*rules, "oversell")]
    link = world()
    link.answers = [refused(*problems, violations=(*violations, hard))]
    return link


def _limited() -> FakeLink:
    link = world()
    link.first["placements"].append(placement(9, OrdType="Limit", Price=D("415.12")))
    return link


def _story() -> FakeLink:
    link = _knowing(messages=Result("1", 41, problem="role viewer may not ask for messages"))()
    link.journal = records()
    return link


def _partly() -> FakeLink:
    """Of three withdrawals one is refused."""
    link = world()
    link.answers = [refused(Problem("order", "O40", "is blocked already: dissolve the block"))]
    return link


def _no_call() -> FakeLink:
    """Every field of a call is refused, the longest form of all."""
    link = world()
    fields = {"route.broker": "ALPHA", "route.OrderQty": "2000", "route.Price": "415.123"}
    fields |= {"spoke_to": "Bob", "at": "2025-01-02 15:36", "reason": "line down"}
    problems = [Problem(field, value, "is not as it must be") for field, value in fields.items()]
    late = Problem(
        "price_collar", "415.123", "must be from 410.00 to 420.00, the last price was 415.10"
    )
    link.answers = [refused(*problems, late, Problem("block", "B1", "is halted by carl"))]
    return link


def _unheard() -> FakeLink:
    link = world()
    link.knows_us = False
    return link


def _old() -> FakeLink:
    link = world()
    link.silence = 42.0
    return link


def _grouped() -> FakeLink:
    link = world()
    link.first["orders"] += [order(90, Currency="EUR", Price=D("1415.1234"))]
    return link


_TICKET = (Typed("FUND1"), "enter", Typed("aapl"), "enter", Typed("sell"), "enter", Typed("2500"))
_SPLIT = Typed("ALPHA 2k, BRAVO 25%, CHARLY rest")
_TOLD = told("B1", account(1), account(2, AllocQty="1250", fees="1.50"), exception="")
_WARNED: tuple[Step, ...] = (
    *("2", "end", "r", RouteTicket, Typed("ALPHA rest")),
    "enter",
    Warnings,
)
_CALL = tuple(
    step
    for text in ("alpha", "2k", "415.123", "Bob", "", "line down")
    for step in (Typed(text), "tab")
)
SHOTS = {
    "stage": Shot(_staging, ("s", StageTicket, *_TICKET, "enter", "enter", Typed("190"))),
    "stage wrong": Shot(world, ("s", StageTicket, Typed("NOBODY"), "enter", Typed("x"), "ctrl+s")),
    "route": Shot(world, ("2", "end", "r", RouteTicket, _SPLIT)),
    "route many": Shot(world, ("2", "a", "r", RouteTicket, Typed("ALPHA 50%, BRAVO rest"))),
    "warnings": Shot(_warned, _WARNED),
    "replace": Shot(_limited, ("3", "home", "e", ReplaceTicket, "end", Typed("0"))),
    "finish": Shot(_knowing(allocation=_rows(_TOLD)), ("2", "end", "d", Preview)),
    "refused": Shot(_no_call, ("2", "end", "p", Preview, *_CALL, "ctrl+s")),
    "results": Shot(_partly, ("space", "space", "c", Preview, Typed("not wanted"), "enter")),
    "cancel all": Shot(world, ("K", Choose, "enter", Preview, Typed("odd fills"), "enter", Typed("y"), "enter")),
    "merges": Shot(_knowing(merges=_rows(GROUP, {**GROUP, "block": "B1"})), ("M", Choose)),
    "crosses": Shot(_knowing(crosses=_rows(FOUND)), ("k", Choose)),
    "fields": Shot(world, ("enter", Detail)),
    "timeline": Shot(_story, ("end", "i", Detail)),
    "help": Shot(world, ("question_mark", Page)),
    "palette": Shot(world, ("ctrl+p", Choose, Typed("fil"))),
    "messages": Shot(_warned, (*_WARNED, "escape", "escape", "m", Page)),
    "columns": Shot(world, ("V", Columns, "down", "space")),
    "ask": Shot(world, ("S", Ask, Typed("my morning"))),
    "groups": Shot(_grouped, ("right", "g", "right", "g", "down", "f")),
    "bad filter": Shot(world, ("slash", Typed("side:buy qty>x"))),
    "selection": Shot(world, ("down", "space", "down", "space", "left_square_bracket")),
    "nothing passes": Shot(_grouped, ("slash", Typed("side:buy value>90m"))),
    "connecting": Shot(_unheard, ()),
    "stale": Shot(_old, ("c", Preview, Typed("not wanted"), "enter")),
}  # fmt: skip


@everywhere
@pytest.mark.parametrize("shot", SHOTS.values(), ids=SHOTS)
def test_screen(snap_compare: Compare, look: Look, shot: Shot) -> None:
    assert picture(snap_compare, look, shot.link(), *shot.steps)
