"""What a sale would relieve, shown before it is sent, and that it then does."""

from decimal import Decimal

import pytest

from tests.builders import BROKERS, DAY, Desk, desk, lot
from tests.core.corporate import gift
from tests.states import same
from tradeoms.bus.keys import User
from tradeoms.bus.sight import may_ask
from tradeoms.core.expected import ExpectedRelief, expected_relief
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import Role, Side
from tradeoms.model.reference import Account
from tradeoms.queries import QUERIES
from tradeoms.reader import Reader

D = Decimal
OWNED = (
    lot("A1", 10, 400, 900),
    lot("A1", 10, 650, 40),
    lot("A1", 10, 480, 10),
    lot("A2", 9, 90, 5),
)


def house() -> Desk:
    floor = desk(OWNED)
    rows = tuple(Account(a, a, "one") for a in ("A1", "A2"))
    floor.done(c.DefineAccounts(rows), "ops")
    floor.done(c.DefineBrokers(tuple(Broker(b, b, s) for b, s in BROKERS.items())), "ops")
    return floor


@pytest.mark.parametrize("method", ["FIFO", "LIFO", "HIFO", "LOFO", "MINTAX"])
def test_what_is_shown_is_what_is_booked(method: str) -> None:
    floor = house()
    before = floor.journal.replay()
    rows = expected_relief(floor.state, "A1", "ACME", D(15), D("45.50"), method)
    same(before, floor.state)
    assert {row.method for row in rows} == {method}
    floor.done(c.DefineAccounts((Account("A1", "A1", "one", lot_method=method),)), "ops")
    own = expected_relief(floor.state, "A1", "ACME", D(15), D("45.50"))
    assert own == rows
    booked(floor, rows, "A1", 15, "45.50")
    assert any(row.disallowed for row in rows) == any(row.gain < 0 for row in rows)


def booked(
    floor: Desk, rows: list[ExpectedRelief], account: str, quantity: int, price: str
) -> None:
    """Sell, and hold what becomes of it against what was shown."""
    block = floor.block((account, quantity), Side=Side.Sell)
    floor.fill(floor.route(block, quantity), quantity, price)
    floor.finish(block)
    table = floor.state.realized
    names = ("lot", "quantity", "basis", "proceeds", "gain", "disallowed", "long_term")
    found = list(zip(*(table[name].tolist() for name in names), strict=True))
    shown = [
        (
            r.lot,
            int(r.quantity),
            *(int(v * 100) for v in (r.basis, r.proceeds, r.gain, r.disallowed)),
            r.long_term,
        )
        for r in rows
    ]
    assert found == shown


@pytest.mark.parametrize("price", ["45", "37", "30"])
def test_a_gift_is_shown_with_the_basis_that_counts(price: str) -> None:
    """Bought at 40, worth 35 when it was given: a gain over 40, a loss below 35 since the gift, or neither."""
    floor = house()
    floor.done(c.DefineAccounts((Account("A3", "A3", "two"),)), "ops")
    given = gift(day=DAY, account="A1", to="A3", quantity=10, value="35")
    floor.done(given, "ops")
    rows = expected_relief(floor.state, "A3", "ACME", D(7), D(price))
    booked(floor, rows, "A3", 7, price)


def test_without_a_price_it_is_the_price_of_record() -> None:
    rows = expected_relief(house().state, "A1", "ACME", D(4))
    assert [(r.lot, r.proceeds, r.gain, r.long_term) for r in rows] == [(0, D(200), D(40), True)]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"account": "A9"}, "account = 'A9': unknown account"),
        ({"instrument": "NO"}, "instrument = 'NO': unknown instrument"),
        ({"quantity": "31"}, "quantity = 31: A1 owns 30"),
        ({"quantity": "-1"}, "quantity = -1: must be above zero"),
        ({"quantity": "1.5"}, "quantity = 1.5: has more than 0 decimals"),
        ({"quantity": "NaN"}, "quantity = NaN: is not a number"),
        ({"quantity": "1E+9999999"}, "quantity = 1E+9999999: is beyond 1,000,000,000,000"),
        ({"quantity": None}, "quantity = None: a decimal as text is needed"),
        ({"price": "0"}, "price = 0: must be above zero"),
        ({"method": "BEST"}, "method = 'BEST': must be FIFO or "),
        ({"account": 7}, "account = 7: must be text"),
    ],
)
def test_a_question_that_makes_no_sense(given: dict[str, object], problem: str) -> None:
    arguments = {"account": "A1", "instrument": "ACME", "quantity": "5"} | given
    with pytest.raises(ValueError) as raised:
        QUERIES["relief"](Reader(house().state), arguments)
    assert str(raised.value).startswith(problem)


def test_who_sees_some_accounts_may_ask_about_these() -> None:
    user = User("u", "key", (Role.PortfolioManager,), frozenset({"A1"}), frozenset())
    assert may_ask(user, "relief", {"account": "A1"})
    assert not may_ask(user, "relief", {"account": "A2"})
    assert not may_ask(user, "state", {"account": "A1"})
