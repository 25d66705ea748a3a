"""The published tax lot cases this package answers, chosen by what a case asks for.

`tests/cases/README.md` says how they are compared.
"""

from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from allocation.errors import OversellError
from allocation.lots import Disposals, Lots, open_basis, realized_gain
from allocation.relief import RELIEF, relieve
from allocation.term import long_term
from tests.allocation.published import Case, by_id, cents, load
from tests.allocation.reference import column

TAX_LOTS = load("taxlots.json")
EPOCH = date(1970, 1, 1)


def reliefs() -> list[Case]:
    """Cases of buys and sells by a method we have, without wash sales or named lots."""
    return [
        case
        for case in TAX_LOTS
        if case["method"] in RELIEF
        and not case["policy"].get("wash")
        and {event["action"] for event in case["events"]} <= {"BUY", "SELL"}
        and not any("lots" in event or "method" in event for event in case["events"])
    ]


def test_the_cases_are_found() -> None:
    assert len(reliefs()) >= 21


def value_of(event: Case) -> Fraction:
    """Price times quantity, or the total given; fees raise a cost and lower proceeds."""
    total = event.get("amount") or Fraction(event["qty"]) * Fraction(event["price"])
    fee = Fraction(event.get("fee", 0))
    return Fraction(total) + (fee if event["action"] == "BUY" else -fee)


def days(text: str) -> int:
    """Days since 1970-01-01."""
    return (date.fromisoformat(text) - EPOCH).days


class Book:
    """Plays the events of one case through `relieve`, one account a pair."""

    def __init__(self, case: Case) -> None:
        self.case = case
        accounts = {event.get("account", "A") for event in case["events"]}
        self.pairs = {account: pair for pair, account in enumerate(sorted(accounts))}
        self.lots: list[list[int]] = []  # pair, sort date, sequence, size, basis, remaining
        self.bought: list[Case] = []
        self.realized: list[Case] = []
        self.errors: list[list[str]] = []
        for event in case["events"]:
            getattr(self, event["action"].lower())(event)

    def columns(self) -> Lots:
        """The lots as the package takes them."""
        return Lots(*(column([row[i] for row in self.lots]) for i in range(6)))

    def acquired(self, event: Case) -> str:
        """The date the holding period starts from."""
        return event.get("acquired", event["date"])

    def buy(self, event: Case) -> None:
        """Open a lot."""
        booking = self.case["policy"].get("fifo_key") == "booking"
        key = days(event["date"] if booking else self.acquired(event))
        pair, quantity = self.pairs[event.get("account", "A")], int(event["qty"])
        sequence = len(self.lots)
        self.lots.append([pair, key, sequence, quantity, cents(value_of(event)), quantity])
        self.bought.append(event)

    def sell(self, event: Case) -> None:
        """Relieve lots, or note the shortfall."""
        account, quantity = event.get("account", "A"), int(event["qty"])
        sale = Disposals(
            column([self.pairs[account]]), column([quantity]), column([cents(value_of(event))])
        )
        try:
            relief = relieve(self.columns(), sale, RELIEF[self.case["method"]])
        except OversellError as short:
            self.errors.append(["insufficient", event["date"], str(short.missing[0])])
            return
        bought = column([days(self.acquired(self.bought[lot])) for lot in relief.lot])
        longer = long_term(bought, np.full_like(bought, days(event["date"])))
        gains = realized_gain(relief, np.zeros(len(relief.lot), np.bool_))
        for row, lot in enumerate(relief.lot.tolist()):
            self.realized.append(
                {
                    "date": event["date"],
                    "account": account,
                    "lot": self.bought[lot]["lot"],
                    "term": "L" if longer[row] else "S",
                    "qty": int(relief.quantity[row]),
                    "proceeds": Fraction(int(relief.amount[row]), 100),
                    "basis": Fraction(int(relief.basis[row]), 100),
                    "gain": Fraction(int(gains[row]), 100),
                    "disallowed": Fraction(0),
                    "recognized": Fraction(int(gains[row]), 100),
                    "tax_year": event["date"][:4],
                }
            )
        for lot, left in enumerate(relief.remaining.tolist()):
            self.lots[lot][5] = left

    def open(self) -> list[Case]:
        """Open lots."""
        rows = zip(self.bought, self.lots, open_basis(self.columns()).tolist(), strict=True)
        return [
            {
                "account": event.get("account", "A"),
                "lot": event["lot"],
                "holding_from": self.acquired(event),
                "qty": lot[5],
                "basis": Fraction(basis, 100),
            }
            for event, lot, basis in rows
            if lot[5]
        ]


MONEY = {"proceeds", "basis", "gain", "disallowed", "recognized"}


def compare(actual: list[Case], expected: list[Case], keys: set[str], tolerance: Fraction) -> None:
    """Match rows on ``keys`` as far as a row has them, and compare each key it has."""
    assert len(actual) == len(expected)
    for row in expected:
        wanted = {key: row[key] for key in keys & row.keys()}
        matches = [found for found in actual if wanted.items() <= found.items()]
        assert len(matches) == 1, row
        for key in row.keys() - keys:
            if key in MONEY:
                assert abs(matches[0][key] - Fraction(row[key])) <= tolerance, (key, row)
            elif key == "qty":
                assert matches[0][key] == Fraction(row[key]), row
            else:
                assert matches[0][key] == row[key], row


@pytest.mark.parametrize("case", reliefs(), ids=by_id)
def test_relief(case: Case) -> None:
    book, expected = Book(case), case["expected"]
    published = case.get("published")
    given = published.get("tolerance") if isinstance(published, dict) else None
    tolerance = Fraction(given or "0.005")
    compare(book.realized, expected["realized"], {"date", "account", "lot", "term"}, tolerance)
    if "lots" in expected:
        compare(book.open(), expected["lots"], {"account", "lot", "holding_from"}, tolerance)
    assert book.errors == expected.get("errors", [])


def test_a_wrong_number_is_noticed() -> None:
    """Every expected number raised by one makes its case fail."""
    for case in reliefs():
        for row in case["expected"]["realized"]:
            for key in row.keys() & (MONEY | {"qty"}):
                wrong = {**row, key: str(Fraction(row[key]) + 1)}
                rows = [wrong if r is row else r for r in case["expected"]["realized"]]
                with pytest.raises(AssertionError):
                    compare(Book(case).realized, rows, {"date", "lot", "term"}, Fraction("0.005"))
