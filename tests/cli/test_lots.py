"""What a person types about tax lots, and what is sent."""

from decimal import Decimal

from tests.cli.client import Client, typed
from tradeoms.bus.wire import Result
from tradeoms.model import commands as c
from tradeoms.model.identifications import NamedLot

ROW = {
    "lot": 4,
    "acquired": "2026-01-05",
    "long_term": False,
    "quantity": "5",
    "basis": "260.00",
    "proceeds": "250.00",
    "gain": "-10.00",
    "disallowed": "4.00",
    "method": "LIFO",
    "Currency": "USD",
}


def test_lots_are_named(client: Client) -> None:
    typed("lots name O1 A1 --lot 17=50 --lot 3=0.5")
    typed("lots name O1 A1")
    named = (NamedLot(17, Decimal(50)), NamedLot(3, Decimal("0.5")))
    assert client.sent == [c.IdentifyLots("O1", "A1", named), c.IdentifyLots("O1", "A1")]
    for wrong in ("17", "x=5", "17=", "17=many"):
        typed(f"lots name O1 A1 --lot {wrong}", 2)
    assert len(client.sent) == 2


def test_a_sale_is_shown_before_it_is_sent(client: Client) -> None:
    client.found = Result("1", 7, (ROW,))
    said = typed("lots preview A1 5 ACME --price 50 --method lifo")
    assert "LIFO: gain -10.00, recognized -6.00 USD" in said
    given = {"account": "A1", "instrument": "ACME", "quantity": "5", "price": "50"}
    assert client.sent == [("relief", given | {"method": "LIFO"})]
    client.found = Result("1", 7, problem="account = 'A9': unknown account")
    assert typed("lots preview A9 5 ACME", 1) == "account = 'A9': unknown account\n"
