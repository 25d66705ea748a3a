"""What compliance would say of an order before it is sent, as a question to a reader."""

from datetime import timedelta

import msgspec
import pytest

from tests.builders import DAY, D, Desk, desk, new_order
from tests.states import same
from tradeoms.bus.keys import User
from tradeoms.bus.sight import may_ask
from tradeoms.model import commands as c
from tradeoms.model.fields import Outcome, Role, Severity
from tradeoms.model.reference import Limit, Price, Restriction
from tradeoms.queries import QUERIES
from tradeoms.reader import Reader


def house() -> Desk:
    floor = desk()
    limits = (
        Limit("order_value", DAY, {"most": "6000"}, Severity.Warn),
        Limit("order_quantity", DAY, {"most": "150"}),
    )
    floor.done(c.SetLimits(limits), "carl")
    return floor


def ask(floor: Desk, *members: tuple[str, object], **fields: object) -> list[dict[str, object]]:
    order = msgspec.to_builtins(new_order(*members, **fields))
    return QUERIES["headroom"](Reader(floor.state), {"order": order})


def test_room_and_findings_come_before_the_order_and_nothing_changes() -> None:
    floor = house()
    before = floor.journal.replay()
    rows = ask(floor, ("A1", 130))
    same(before, floor.state)
    assert [(r["kind"], r["rule"]) for r in rows] == [
        ("room", "order_value"),
        ("room", "order_quantity"),
        ("finding", "order_value"),
    ]
    value, quantity, finding = rows
    assert (value["has"], value["limit"], value["left"], value["most"]) == (
        *("6500", "6000", "-500", "120"),
    )
    assert (quantity["left"], finding["severity"]) == ("20", "WARN")


def test_it_says_what_the_server_then_does() -> None:
    floor = house()
    floor.done(c.Restrict((Restriction("BOLT Inc", DAY),)), "carl")
    for name, quantity in (("ACME", 10), ("ACME", 151), ("BOLT", 1)):
        findings = [r for r in ask(floor, ("A1", quantity), instrument=name) if r["kind"] != "room"]
        final = any((r["severity"], r["override"]) == ("BLOCK", "none") for r in findings)
        answer = floor.submit(("A1", quantity), instrument=name)
        assert (answer.outcome is Outcome.Refused) is final
        told = {v.rule for v in answer.violations} or {
            p.field.removeprefix("order.") for p in answer.problems
        }
        assert {r["rule"] for r in findings} == told


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"instrument": "NO"}, "instrument NO: unknown instrument"),
        ({"Price": "1e-9"}, "Price 1E-9: is off tick 0.01"),
    ],
)
def test_an_order_that_makes_no_sense(fields: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        ask(house(), ("A1", 1), **fields)
    with pytest.raises(ValueError, match="order: "):
        QUERIES["headroom"](Reader(house().state), {"order": {"instrument": 5}})


def test_who_sees_some_accounts_may_ask_about_these() -> None:
    user = User("u", "key", (Role.PortfolioManager,), frozenset({"A1"}), frozenset())

    def may(*accounts: str) -> bool:
        order = msgspec.to_builtins(new_order(*((name, 1) for name in accounts)))
        return may_ask(user, "headroom", {"order": order})

    assert may("A1")
    assert not may("A1", "A2")
    for odd in (None, [], {}, {"members": None}, {"members": []}, {"members": [7]}):
        assert not may_ask(user, "headroom", {"order": odd})


def test_a_price_without_a_volume_leaves_the_last_one() -> None:
    floor = desk()
    mark = lambda px, adv: floor.done(  # noqa: E731
        c.MarkPrices((Price("ACME", D(px), "close", "", adv and D(adv)),)), "ops"
    )
    mark(51, 1000)
    mark(52, None)
    assert floor.state.prices["ACME"] == Price("ACME", D(52), "close", "", D(1000))
    mark(52, 2000)
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    floor.done(c.MarkPrices((Price("ACME", D(53), "late", ""),), DAY), "ops")
    assert floor.state.prices["ACME"].ADV == 2000
    for bad in ("0", "-1", "NaN", "1e30"):
        row = Price("ACME", D(1), "", "", D(bad))
        assert list(floor.refused(c.MarkPrices((row,)), "ops")) == ["prices[0].ADV"]


def test_a_volume_shows_on_orders_and_blocks_of_its_instrument() -> None:
    floor = desk()
    names = [floor.order(("A1", 10), instrument=name) for name in ("ACME", "BOLT")]
    block = floor.block(("A1", 10))
    reader = Reader(floor.journal.replay())
    tables = ("orders", "blocks", "prices")
    assert all(row.ADV is None for table in tables for row in reader.rows(table))
    seq = reader.state.seq
    for adv in (D(4000), None):  # a price without a volume touches no order
        floor.done(c.MarkPrices((Price("ACME", D(51), "tape", "", adv),)), "ops")
        reader.follow(floor.journal.records[seq:])
        seq = reader.state.seq
        changed = reader.take()
        assert set(changed) == ({"orders", "blocks", "prices"} if adv else {"prices"})
    (row,) = [row for row in reader.rows("blocks") if row.key == block]
    volumes = {row.key: row.ADV for row in reader.rows("orders")}
    assert (volumes[names[0]], volumes[names[1]], row.ADV) == (D(4000), None, D(4000))
