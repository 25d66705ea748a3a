"""What a trader types to filter, and what is said of what makes no sense."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest

from blotter.columns import TABLES
from blotter.filters import BadFilter, exactly, parse
from tests.blotter.fake import AT, lot, order, placement

COLUMNS = {table.name: table.columns for table in TABLES}


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("side:sell", {"Side": "Sell"}, {"Side": "SellShort"}),
        ("side:short", {"Side": "SellShort"}, {"Side": "Sell"}),
        ("sym:A*", {"Symbol": "aapl"}, {"Symbol": "KA"}),
        ("symbol:a?pl", {"Symbol": "AAPL"}, {"Symbol": "APL"}),
        ("sym:KO|XOM", {"Symbol": "XOM"}, {"Symbol": "KOX"}),
        ("pm:jane orderqty>1k", {"pm": "Jane", "OrderQty": D(1001)}, {"pm": "Jane"}),
        ('state:"in block"', {"state": "in block"}, {"state": "in"}),
        ("orderqty>=1,000", {"OrderQty": D(1000)}, {"OrderQty": D(999)}),
        ("orderqty<1.5k", {"OrderQty": D("1499.99")}, {"OrderQty": D(1500)}),
        ("orderqty:5|7", {"OrderQty": D("7.0")}, {"OrderQty": D(6)}),
        ("orderqty:10..20", {"OrderQty": D(20)}, {"OrderQty": D(21)}),
        ("price>10", {"Price": D(11)}, {"Price": None}),
        ("price:", {"Price": None}, {"Price": D(1)}),
        ("price:*", {"Price": D(1)}, {"Price": None}),
        ("basket:", {"basket": ""}, {"basket": "X"}),
        ("basket:*", {"basket": "X"}, {"basket": ""}),
        ("-side:buy", {"Side": "Sell"}, {"Side": "Buy"}),
        ("!side:buy", {"Side": "Sell"}, {"Side": "Buy"}),
        ("side!=buy", {"Side": "Sell"}, {"Side": "Buy"}),
        ("strat", {"reference": "a STRATEGIC one"}, {"reference": "x"}),
        ("entered:15:3", {"entered": AT}, {"entered": AT + timedelta(hours=1)}),
        ("entered>15:30", {"entered": AT + timedelta(seconds=1)}, {"entered": AT}),
        ("trade_date:2025-01-02", {}, {"trade_date": None}),
        ("trade_date>=2025-01-02", {}, {"trade_date": datetime(2025, 1, 1, tzinfo=UTC).date()}),
        ("discretionary:no", {"discretionary": False}, {"discretionary": True}),
        ("account:4*", {"account": "", "accounts": 4}, {"account": "FUND4"}),
        ('"2,500"|x sym:', {"Symbol": "", "reference": "2,500|x"}, {"Symbol": "A"}),
    ],
)
def test_terms(text: str, yes: dict[str, object], no: dict[str, object]) -> None:
    test = parse(text, COLUMNS["orders"])
    assert test is not None
    usual = {"OrderQty": D(1), "strategy": ""}
    assert test(order(1, **usual | yes))
    assert not test(order(1, **usual | no))


def test_the_words_of_the_first_page() -> None:
    test = parse("side:sell sym:A* leaves>0", COLUMNS["placements"])
    assert test is not None
    assert test(placement(1, Side="Sell", Symbol="AA"))
    assert not test(placement(1, Side="Sell", Symbol="AA", LeavesQty=D(0)))


def test_a_part_of_a_name_will_do_where_one_has_it() -> None:
    test = parse("qty>5", COLUMNS["allocations"][:5])
    assert test is not None
    assert parse("Px:*", COLUMNS["executions"]) is not None


def test_nothing_typed_is_no_filter() -> None:
    assert parse("  ", COLUMNS["orders"]) is None


@pytest.mark.parametrize(
    ("text", "at", "reason"),
    [
        ("side:sell qqq:1", 10, "there is no column “qqq”"),
        ("leves>0", 0, "LeavesQty?"),
        ("x or:1", 2, "may be OrderQty, OrdStatus, OrdType, OrderID"),
        ("qty>1", 0, "may be OrderQty, CumQty, LeavesQty"),
        ("leaves>x", 7, "“x” is not a number"),
        ("-leaves>5z", 8, "“5z” is not a number"),
        ("leaves:nan", 7, "is not a number"),
        ("leaves:1..b", 10, "“b” is not a number"),
        ("leaves>", 7, "LeavesQty> what?"),
        ("broker>A", 6, "is text"),
        ("routed:noon", 7, "is not a time of day"),
        ("trade_date:today", 11, "is not a date"),
        ('broker:"A', 7, "never closed"),
    ],
)
def test_what_makes_no_sense_says_where(text: str, at: int, reason: str) -> None:
    with pytest.raises(BadFilter) as raised:
        parse(text, COLUMNS["placements"])
    assert raised.value.at == at
    assert reason in raised.value.reason


def test_yes_or_no() -> None:
    with pytest.raises(BadFilter, match="short:yes or short:no"):
        parse("short:perhaps", COLUMNS["lots"])
    test = parse("short:no", COLUMNS["lots"])
    assert test is not None
    assert test(lot(1, "F", "KO", "5", "10"))


@pytest.mark.parametrize(
    "name", [column.name for column in COLUMNS["orders"] if column.name != "age"]
)
def test_a_value_under_the_cursor_finds_its_row(name: str) -> None:
    row = order(4, account="", accounts=4, AvgPx=D("190.25"), CumQty=D(50), basket="a b")
    column = next(column for column in COLUMNS["orders"] if column.name == name)
    test = parse(exactly(column, row), COLUMNS["orders"])
    assert test is not None
    assert test(row)
