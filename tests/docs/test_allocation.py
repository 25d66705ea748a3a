"""The examples of the page on allocation are what the engine does, and nothing is left out."""

import re
from dataclasses import fields
from decimal import Decimal

import msgspec
import numpy as np
import pytest

from allocation.exact import Int64
from allocation.fair_deal import fair_deal
from allocation.methods import METHODS
from allocation.prices import BUY, split_cash
from allocation.rederive import rederive
from allocation.rounding import ROUNDING
from allocation.terms import Terms, allocate
from tests.builders import desk, instrument
from tests.docs.console import ROOT
from tradeoms.model import commands as c
from tradeoms.model.reference import Account

PAGE = (ROOT / "docs" / "allocation.md").read_text()
BLOCK = re.compile(r"^```(split|resplit|money|deal)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
EXAMPLES = BLOCK.findall(PAGE)
COLUMNS = ("basis", "cap", "minimum", "tier")


def column(values: list[str]) -> Int64:
    """Whole numbers."""
    return np.array([int(value) for value in values], np.int64)


def of_kind(kind: str) -> list[str]:
    """Texts of the examples of one kind."""
    return [text for found, text in EXAMPLES if found == kind]


def rows(text: str) -> dict[str, list[str]]:
    """Lines by their first word."""
    return {words[0]: words[1:] for words in map(str.split, text.splitlines())}


def split(heading: str, given: dict[str, list[str]]) -> Int64:
    """What the heading and the lines ask for."""
    method, *options = heading.split(", ")
    said = dict(option.split(" ") for option in options)
    terms: dict[str, object] = {name: column(given[name]) for name in COLUMNS if name in given}
    terms |= {name: said[name] for name in ("rounding", "draw") if name in said}
    if "hold_back" in said:
        terms["hold_back"] = column([said["hold_back"]])
    ordered = column(given["orders"])
    block = (
        column([said["filled"]]),
        column(["0", str(len(ordered))]),
        column([said.get("lot", "1")]),
    )
    return allocate(ordered, *block, np.arange(len(ordered)), Terms(method, **terms))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", of_kind("split"))
def test_a_split(text: str) -> None:
    heading, _, lines = text.partition("\n")
    given = rows(lines)
    assert split(heading, given).tolist() == column(given["gets"]).tolist()


@pytest.mark.parametrize("text", of_kind("resplit"))
def test_a_split_after_another(text: str) -> None:
    heading, _, lines = text.partition("\n")
    given = rows(lines)
    ordered, offsets = column(given["orders"]), column(["0", str(len(given["orders"]))])
    wanted = split(f"pro_rata, {heading}", given)
    lot, ties = column(["1"]), np.arange(len(ordered))
    result = rederive(wanted, column(given["sent"]), ordered, offsets, lot, ties)
    assert result.quantities.tolist() == column(given["gets"]).tolist()


TOTALS = re.findall(r"shares for ([\d,.]+) with a commission of ([\d.]+):", PAGE)


@pytest.mark.parametrize(("text", "total"), list(zip(of_kind("money"), TOTALS, strict=True)))
def test_money(text: str, total: tuple[str, str]) -> None:
    given = rows(text)
    quantities = column(given["quantity"])
    gross, cost = (
        [int(Decimal(value) * 100) for value in given[name]] for name in ("gross", "cost")
    )
    bill = [int(Decimal(value.replace(",", "")) * 100) for value in total]
    offsets, side = column(["0", str(len(quantities))]), np.array([BUY])
    money = (np.array([amount]) for amount in bill)
    cash = split_cash(quantities, *money, side, offsets, np.arange(len(quantities)))
    assert (cash.gross.tolist(), cash.commission.tolist()) == (gross, cost)
    assert cash.net.sum() == sum(bill)


def test_a_deal() -> None:
    (text,) = of_kind("deal")
    first, *lines = text.splitlines()
    fills, prices = zip(*(fill.split("@") for fill in first.split()[1:]), strict=True)
    shown = [line.replace("of them", "").split() for line in lines]
    quantities = column([row[0] for row in shown])
    ticks = np.array([int(Decimal(price) * 100) for price in prices])
    deal = fair_deal(quantities, column(list(fills)), ticks, np.arange(len(quantities)))
    assert deal.tolist() == [column(row[1:]).tolist() for row in shown]


@pytest.mark.parametrize("name", METHODS)
def test_every_method_has_a_section_with_an_example(name: str) -> None:
    section = PAGE.partition(f"\n### {name}\n")[2].partition("\n#")[0]
    assert f"```split\n{name}, filled" in section


def test_every_condition_and_rounding_is_described() -> None:
    names = {field.name for field in fields(Terms)} - {"method", "rounding", "basis"}
    assert [name for name in (*names, *ROUNDING) if f"| `{name}` |" not in PAGE] == []


def test_no_example_is_passed_over() -> None:
    commands = len(re.findall(r"^```\ntradeoms ", PAGE, re.MULTILINE))
    assert len(EXAMPLES) + commands == PAGE.count("```") // 2 >= 20


def test_the_example_of_policies_is_accepted() -> None:
    text = (ROOT / "docs" / "examples" / "policies.json").read_bytes()
    (command,) = msgspec.json.decode(text, type=list[c.PersonCommand])
    floor = desk()
    floor.done(c.DefineInstruments((instrument("KO"),)))
    floor.done(c.DefineAccounts(tuple(Account(name, name, "T1") for name in ("FUND1", "FUND2"))))
    floor.done(command, "compliance")
    assert set(floor.state.allocation_policies) == {"fair", "wrap", "cola"}
