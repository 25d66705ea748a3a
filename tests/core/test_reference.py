"""Reference data that is refused, and which field is named."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.builders import BROKERS, DAY, D, Desk, desk, instrument, lot
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.openings import OpeningCash
from tradeoms.model.reference import Account, Price, Restriction, Tick


@pytest.fixture
def open_desk() -> Desk:
    return desk()


def test_days_go_forward_and_not_into_fantasy(open_desk: Desk) -> None:
    for day in (DAY - timedelta(1), date.max):
        assert list(open_desk.refused(c.OpenDay(day), "ops")) == ["business_date"]


INSTRUMENTS = {
    "multiplier": [{"multiplier": D(0)}, {"multiplier": D("NaN")}, {"multiplier": D("1e30")}],
    "lot": [{"lot": D(-1)}, {"lot": D("0.5")}, {"lot": D("Infinity")}],
    "qty_scale": [{"qty_scale": -1}, {"qty_scale": 99}],
    "Symbol": [{"Symbol": ""}, {"Symbol": "A\x0154=2"}],
    "Currency": [{"Currency": ""}, {"Currency": "US/D"}, {"Currency": "dollars"}],
    "ticks": [
        {"ticks": ()},
        {"ticks": (Tick(D(1), D("0.01")),)},
        {"ticks": (Tick(D(0), D(0)),)},
        {"ticks": (Tick(D(0), D("NaN")),)},
        {"ticks": (Tick(D(0), D(1)), Tick(D(0), D(2)))},
        {"ticks": (Tick(D("NaN"), D(1)),)},
    ],
}


@pytest.mark.parametrize("field", INSTRUMENTS)
def test_instruments(field: str, open_desk: Desk) -> None:
    for fields in INSTRUMENTS[field]:
        command = c.DefineInstruments((instrument("NEW", **fields),))
        assert list(open_desk.refused(command, "ops")) == [f"instruments[0].{field}"], fields


@pytest.mark.parametrize("fields", [{"qty_scale": 2}, {"price_scale": 6}, {"Currency": "EUR"}])
def test_the_units_of_an_instrument_never_change(fields: dict, open_desk: Desk) -> None:
    (name,) = fields
    reasons = open_desk.refused(c.DefineInstruments((instrument("ACME", **fields),)), "ops")
    assert reasons == {f"instruments[0].{name}": "of an instrument never changes"}


NUMBERS = [D("NaN"), D("sNaN"), D("Infinity"), D("1e30"), D("1e9999999"), D(-1), D("0.00000000001")]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_that_cannot_be_kept(number: Decimal, open_desk: Desk) -> None:
    broker = Broker("NEW", "New", "S1", number)
    price = Price("ACME", number, "", "")
    negative = number.is_finite() and number < 0
    cash = OpeningCash("A1", "USD", D("0.001") if negative else number)
    refused = open_desk.refused
    assert list(refused(c.DefineBrokers((broker,)))) == ["brokers[0].commission_per_share"]
    assert list(refused(c.MarkPrices((price,)))) == ["prices[0].Px"]
    assert list(refused(c.BookOpening("b", (), (cash,)))) == ["cash[0].amount"]
    basis = replace(lot("A1", 1, 1), basis=number)
    assert list(refused(c.BookOpening("b", (basis,)))) == ["lots[0].basis"]
    if not negative:
        quantity = replace(lot("A1", 1, 1), quantity=number)
        assert list(refused(c.BookOpening("b", (quantity,)))) == ["lots[0].quantity"]


def test_a_currency_has_three_letters_wherever_it_is_named(open_desk: Desk) -> None:
    """It is a part of keys: with a stroke in it no table of it could be read again."""
    for command, field in (
        (c.DefineAccounts((Account("A9", "Nine", "T9", Currency="US/D"),)), "accounts[0].Currency"),
        (c.BookOpening("two", (), (OpeningCash("A2", "US/D", D(1)),)), "cash[0].Currency"),
        (c.SetHolidays("/", ()), "Currency"),
    ):
        assert open_desk.refused(command, "ops") == {field: "must have three letters"}


def test_openings_of_what_nobody_knows(open_desk: Desk) -> None:
    lots = (lot("A9", 1, 1), lot("A1", 1, 1, name="NOSUCH"), lot("A1", 0, 1))
    command = c.BookOpening("b", lots, (OpeningCash("A9", "USD", D(1)),))
    fields = ["lots[0].account", "lots[1].instrument", "lots[2].quantity", "cash[0].account"]
    assert list(open_desk.refused(command, "ops")) == fields


def test_an_opening_is_booked_once() -> None:
    owner, again = desk(), c.BookOpening("two", (lot("A1", 100, 1000),))
    for _ in range(2):
        owner.done(again, "ops")
    assert owner.held("A1") == 100


def test_tolerances_are_numbers_from_zero_up(open_desk: Desk) -> None:
    nothing = Broker("ROOK", "Rook", "S1", money_tolerance=D(0), price_tolerance=D(0))
    open_desk.done(c.DefineBrokers((nothing,)), "ops")
    wrong = Broker("ROOK", "Rook", "S1", money_tolerance=D("-0.01"), price_tolerance=D("NaN"))
    assert open_desk.refused(c.DefineBrokers((wrong,)), "ops") == {
        "brokers[0].money_tolerance": "is below zero",
        "brokers[0].price_tolerance": "is not a number",
    }


def test_every_broker_has_a_session(open_desk: Desk) -> None:
    assert set(open_desk.state.sessions) == set(BROKERS.values())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "must be 1 to 64 characters"),
        ("X" * 65, "must be 1 to 64 characters"),
        ("Müller", "has characters outside printable ASCII"),
        ("A1 ", "begins or ends with a space"),
    ],
)
def test_a_name_that_nobody_could_type_or_send_is_refused(
    name: str, reason: str, open_desk: Desk
) -> None:
    good = instrument("NEW")
    account, broker = Account(name, "n", "t"), Broker(name, "n", "S1", D(0))
    for field, command in (
        (
            "instruments[1].instrument",
            c.DefineInstruments((good, instrument(name, Symbol="X", SecurityID="1"))),
        ),
        ("accounts[0].account", c.DefineAccounts((account,))),
        ("brokers[0].broker", c.DefineBrokers((broker,))),
    ):
        assert open_desk.refused(command, "ops") == {field: reason}


def test_a_name_stands_once_in_a_command(open_desk: Desk) -> None:
    twice = c.DefineAccounts((Account("N1", "one", "t"), Account("N1", "other", "t")))
    assert open_desk.refused(twice, "ops") == {"accounts[1].account": "is named twice"}


def test_a_restriction_of_an_issuer_of_nothing_is_told(open_desk: Desk) -> None:
    rows = (Restriction("ACME Inc", DAY), Restriction("ACME Icn", DAY))
    open_desk.done(c.Restrict(rows), "carl")
    (told,) = open_desk.state.alerts.values()
    assert (told.kind, told.subject) == ("unknown issuer", "ACME Icn")
