"""A bust or a correction that does not say which fill it means: a person says it."""

from typing import Any

import pytest

from tests.builders import D, Desk, desk
from tests.core.test_review_fills import telephoned, two_days
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model.fields import Effect


@pytest.fixture
def floor() -> Desk:
    return desk()


def keys(floor: Desk, name: str) -> list[str]:
    return [x.key for x in floor.state.executions.values() if x.placement == name]


def test_a_person_says_which_fill_a_bust_means(floor: Desk) -> None:
    name = two_days(floor)
    floor.bust(name, "1")
    first, second = keys(floor, name)
    floor.done(c.AttachReport(1, "they mean the second", execution=second), "tina")
    assert (floor.placement(name).CumQty, floor.placement(name).notional) == (40, 2000)
    assert floor.state.executions[second].effect is Effect.Busted
    settled = floor.state.settled_reports[1]
    assert (settled.placement, settled.execution, settled.user) == (name, second, "tina")
    assert floor.alerts()[-1] == "busted"
    same(floor.state, floor.journal.replay())
    floor.bust(name, "no such fill", CumQty=D(0))
    floor.done(c.AttachReport(2, "and the first one too", execution=first), "tina")
    assert floor.placement(name).CumQty == 0
    assert not set(floor.state.unmatched) - set(floor.state.settled_reports)


def test_a_person_says_which_fill_a_correction_means(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 40, "50")
    floor.correct(name, "unknown", 30, "51", CumQty=D(30))
    (key,) = keys(floor, name)
    floor.done(c.AttachReport(1, "told by telephone", execution=key), "tina")
    assert (floor.placement(name).CumQty, floor.placement(name).notional) == (30, 30 * 51)
    assert floor.state.executions[key].effect is Effect.Corrected


def test_what_a_bust_cannot_mean_is_refused(floor: Desk) -> None:
    name = two_days(floor)
    floor.bust(name, "1")
    first, second = keys(floor, name)
    queen = floor.route(floor.block(("A1", 10)), 10, "QUEEN")
    floor.fill(queen, 10)
    (theirs,) = keys(floor, queen)
    floor.hear("S1", telephoned("", "9", "E77"))

    def why(number: int = 1, execution: str = first, **more: Any) -> dict[str, str]:
        return floor.refused(c.AttachReport(number, "x", execution=execution, **more), "tina")

    assert why(execution="S1/x/y") == {"execution": "unknown execution"}
    assert why(execution=theirs) == {"execution": "is with session S2, not S1"}
    assert why(2) == {"number": "is no bust and no correction"}
    assert why(placement=name) == {"placement": "is not needed: the execution says it"}
    floor.bust(name, "else", Symbol="BO.X")
    reason = "cannot be meant: Symbol BO.X on an order in AC.X"
    assert why(3) == {"execution": reason}
    floor.done(c.DismissReport(3, "not ours"), "tina")
    floor.done(c.AttachReport(1, "x", execution=first), "tina")
    assert why() == {"number": "was attached by tina: x"}
    floor.bust(name, "nothing")
    assert why(4) == {"execution": "is busted, not booked"}
    assert second in keys(floor, name)
