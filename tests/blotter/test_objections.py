"""What stands against a command, sorted from the structured answer."""

from decimal import Decimal as D

from blotter import objections
from tests.blotter.fake import refused
from tradeoms.model import commands as c
from tradeoms.model.commands import Problem, Route
from tradeoms.model.fields import Override, Severity
from tradeoms.model.orders import Violation

WARN, BLOCK = Severity.Warn, Severity.Block


def violation(rule: str, severity: Severity, account: str = "F1") -> Violation:
    return Violation(rule, severity, Override.One, f"{rule} of {account}", account, {"limit": "5"})


def test_hard_ones_come_first_and_rules_are_counted() -> None:
    answer = refused(
        Problem("few", "", "x"),
        Problem("many", "", "x"),
        Problem("hard", "", "x"),
        Problem("routes[0].broker", "OSCAR", "unknown broker"),
        violations=(
            violation("few", WARN),
            violation("many", WARN, "F1"),
            violation("many", WARN, "F2"),
            violation("hard", BLOCK),
            violation("seen", WARN),
        ),
    )
    found = objections.read(answer)
    assert [(g.rule, g.hard, len(g.lines)) for g in found.groups] == [
        ("hard", True, 1),
        ("refused", True, 1),
        ("many", False, 2),
        ("few", False, 1),
    ]
    assert found.groups[1].lines == ("routes[0].broker OSCAR: unknown broker",)
    assert found.groups[2].lines[1] == "F2: many of F2   (limit 5)"
    assert found.counts == {"that cannot be sent": 2, "to acknowledge": 3}
    assert not found.may_go_on


def test_no_text_makes_a_warning_only_its_severity() -> None:
    odd = refused(Problem("soft", "F1", "bitte bestätigen"), violations=(violation("soft", WARN),))
    assert objections.read(odd).may_go_on
    hard = refused(
        Problem("soft", "F1", "must be acknowledged: no"), violations=(violation("soft", BLOCK),)
    )
    assert not objections.read(hard).may_go_on
    bare = refused(Problem("soft", "F1", "must be acknowledged: no"))
    assert not objections.read(bare).may_go_on


def test_a_rule_that_also_blocks_is_not_acknowledged() -> None:
    both = refused(
        Problem("r", "F1", "x"), violations=(violation("r", WARN), violation("r", BLOCK, "F2"))
    )
    found = objections.read(both)
    assert found.warnings == frozenset()
    assert found.groups[0].lines[0].startswith("F2")


def test_each_block_of_a_basket_gets_its_own_acknowledgements() -> None:
    routes = (Route("ALPHA", D(1)),)
    command = c.RouteBlocks((c.RouteBlock("B1", routes, ("old",)), c.RouteBlock("B2", routes)))
    answer = refused(
        Problem("blocks[0].a", "", "x"),
        Problem("blocks[0].b", "", "x"),
        Problem("blocks[1].b", "", "x"),
        violations=(violation("a", WARN), violation("b", WARN)),
    )
    found = objections.read(answer)
    sent = objections.acknowledged(command, answer, found.warnings)
    assert [row.acknowledged for row in sent.blocks] == [("old", "a", "b"), ("b",)]
    single = c.ReplacePlacement("P1", D(5), acknowledged=("a",))
    assert objections.acknowledged(single, answer, found.warnings).acknowledged == ("a", "b")
