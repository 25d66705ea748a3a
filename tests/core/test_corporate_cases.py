"""The published cases with corporate actions and transfers, through the server: whole cents of them."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.allocation.published import Case, read
from tests.builders import Desk, desk
from tests.core.corporate import arrived, corporate, transfer
from tests.core.test_corporate_actions import checked
from tradeoms.market.calendar import days
from tradeoms.model import commands as c
from tradeoms.model.reference import Account
from tradeoms.views.lots import open_basis

FILE = Path(__file__).parents[1] / "cases" / "taxlots.json"
ISSUERS = {"TRANSFER", "SPLIT", "STOCK_DIVIDEND", "DIVIDEND_OTHER_CLASS", "RIGHTS"}
CASES = [case for case in read(FILE) if {e["action"] for e in case["events"]} & ISSUERS]
ACCOUNTS = {"A": "A1", "b1": "A1", "b2": "A2"}


def commands(case: Case) -> Iterator[c.Command]:
    """The events of a case; purchases came from outside, so that no broker bills for them."""
    held = Fraction(0)
    for n, event in enumerate(sorted(case["events"], key=lambda each: each["date"])):
        day, own = date.fromisoformat(event["date"]), ACCOUNTS[event.get("account", "A")]
        name, quantity = f"R{n}", Fraction(event.get("qty", 0))
        if event["action"] == "BUY":
            held += quantity
            price = Fraction(event.get("price", 0)) * quantity
            basis = Decimal(event.get("amount") or str(price))
            yield transfer(name, day, to=own, arrived=(arrived(int(quantity), basis, day),))
        elif event["action"] == "TRANSFER":
            to = ACCOUNTS[event["to"]]
            yield transfer(name, day, account=own, to=to, quantity=event["qty"])
        elif event["action"] == "SPLIT":
            yield corporate("split", name, day=day, new=event["new"], old=event["old"])
        elif event["action"] == "STOCK_DIVIDEND":
            each = Fraction(event["new_per_old"])
            paid = Fraction(event["cash_in_lieu"]) / (held * each % 1)
            terms = {"new": each.numerator, "old": each.denominator, "fraction_price": paid}
            yield corporate("stock_dividend", name, day=day, **terms)
        else:
            other = "class" if event["action"] == "DIVIDEND_OTHER_CLASS" else "rights"
            old = event.get("fmv_old") or event["fmv_stock"]
            new = event.get("fmv_new") or event["fmv_right"]
            terms = {"value_old": old, "value_new": new, "new": event["qty"], "old": int(held)}
            terms |= {"new_instrument": "BOLT", "fraction_price": 1}
            kind = "spin_off" if other == "class" else "rights"
            yield corporate(kind, name, day=day, **terms)


def found(floor: Desk) -> list[tuple[Any, ...]]:
    """Open lots: account, instrument, held from, units, cents."""
    state, lots = floor.state, floor.state.lots
    rows = [
        (
            state.account_axis.names[lots["account"][n]],
            state.instrument_axis.names[lots["instrument"][n]],
            int(lots["holding_from"][n]),
            int(lots["remaining"][n]),
            open_basis(*(int(lots[name][n]) for name in ("basis", "size", "remaining"))),
        )
        for n in range(lots.size)
        if lots["remaining"][n]
    ]
    return sorted(rows)


def expected(case: Case) -> list[tuple[Any, ...]]:
    """The same of the case; a lot that is not dated has its purchase's day."""
    bought = {e["lot"]: e["date"] for e in case["events"] if e["action"] == "BUY"}
    rows = []
    for lot in case["expected"]["lots"]:
        first = lot["lot"].partition("-")[0]
        since = days(date.fromisoformat(lot.get("holding_from") or bought[first]))
        instrument = "ACME" if lot["lot"] == first else "BOLT"
        cents = round(Fraction(lot["basis"]) * 100)
        own = ACCOUNTS[lot.get("account", "A")]
        rows.append((own, instrument, since, int(Fraction(lot["qty"])), cents))
    return sorted(rows)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
def test_a_published_case(case: Case) -> None:
    floor = desk()
    method = case["method"] if case["method"] in ("FIFO", "LIFO") else "FIFO"
    rows = tuple(Account(a, a, "one", lot_method=method) for a in ("A1", "A2"))
    floor.done(c.DefineAccounts(rows), "ops")
    for command in commands(case):
        floor.done(command, "ops")
    assert found(floor) == expected(case)
    table, sold = floor.state.realized, case["expected"].get("realized", [])
    gains = [
        (int(table["fraction"][n]), *(int(table[x][n]) for x in ("proceeds", "basis", "gain")))
        for n in range(table.size)
    ]
    assert gains == [
        (
            round(Fraction(row["qty"]) * 10**6),
            *(round(Fraction(row[x]) * 100) for x in ("proceeds", "basis", "gain")),
        )
        for row in sold
    ]
    checked(floor)
