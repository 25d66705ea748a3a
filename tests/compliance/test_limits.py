"""Rows of SetLimits: all problems at once, with their fields."""

from datetime import date
from decimal import Decimal

import pytest

from tradeoms.compliance import RULES, check_limits
from tradeoms.model.fields import Override, Severity
from tradeoms.model.reference import Limit

TODAY = date(2026, 11, 23)


def problems(book, *limits):
    return [(p.field, p.value) for p in check_limits(book.state, limits)]


def test_every_example_is_accepted(book):
    rows = [Limit(r.name, TODAY, {p.name: p.example for p in r.parameters}) for r in RULES]
    assert problems(book, *rows) == []


def test_all_problems_of_all_rows_at_once(book):
    found = problems(
        book,
        Limit("order_value", TODAY, {"most": "10000000"}),
        Limit("no_such_rule", TODAY, {"most": "1"}),
        Limit("price_collar", TODAY, {"most_distance": "1.5", "most_age": 30}),
        Limit("basket_notional", TODAY, {"most": "lots"}, Severity.Warn, Override.Two),
        Limit("order_value", TODAY, {"most": 5}),
    )
    assert found == [
        ("limits[1].rule", "no_such_rule"),
        ("limits[2].parameters.most_age_seconds", ""),
        ("limits[2].parameters.most_distance", "1.5"),
        ("limits[2].parameters.most_age", "30"),
        ("limits[3].severity", "WARN"),
        ("limits[3].override", "two"),
        ("limits[3].parameters.most", "lots"),
        ("limits[4].effective", "2026-11-23"),
    ]


@pytest.mark.parametrize("value", ["10000000", 10_000_000, Decimal("0.01"), "0.01"])
def test_exact_numbers_are_taken(book, value):
    assert problems(book, Limit("order_value", TODAY, {"most": value})) == []


@pytest.mark.parametrize(
    "value",
    [
        1e7,
        True,
        None,
        [],
        "",
        " 1",
        "1_000",
        "1e7",
        "NaN",
        "Infinity",
        Decimal("NaN"),
        "-1",
        0,
        "٣",
    ],
)
def test_everything_else_is_refused(book, value):
    assert [f for f, _ in problems(book, Limit("order_value", TODAY, {"most": value}))] == [
        "limits[0].parameters.most"
    ]


def test_a_float_is_told_how_to_be_written(book):
    (problem,) = check_limits(book.state, (Limit("order_value", TODAY, {"most": 0.1}),))
    assert problem.reason == 'is a binary float: write it as text, "10000000"'


@pytest.mark.parametrize("value", ["5.5", 0, 86_401])
def test_seconds_are_whole_and_within_a_day(book, value):
    assert len(problems(book, Limit("duplicate_order", TODAY, {"seconds": value}))) == 1


@pytest.mark.parametrize("rule", ["restricted_list", "oversell", "basket_notional"])
@pytest.mark.parametrize("override", [Override.One, Override.Two])
def test_what_nobody_may_lift(book, rule, override):
    parameters = {"most": 1} if rule == "basket_notional" else {}
    assert problems(book, Limit(rule, TODAY, parameters, Severity.Block, override)) == [
        ("limits[0].override", override)
    ]


def test_a_rule_without_parameters_takes_none(book):
    assert problems(book, Limit("oversell", TODAY, {"most": 1})) == [
        ("limits[0].parameters.most", "1")
    ]
    assert problems(book, Limit("short_sale", TODAY, {}, Severity.Block, Override.Two)) == []


def test_parameters_are_read_exactly_as_the_log_gives_them_back(book):
    book.limit("order_value", most="0.30")
    assert book.rules(3, "0.10") == []
    assert book.rules(3, "0.11") == [("order_value", "BLOCK")]
