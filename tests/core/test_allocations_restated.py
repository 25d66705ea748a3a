"""Whatever brokers take back after an allocation, all that was told and booked follows it."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import D, Desk, K, desk
from tests.core.after import leave
from tests.core.splits import define
from tests.properties import invariants
from tradeoms.core.instructions import cancelling, standing_all
from tradeoms.core.sharing import shares
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import Handling, OrdStatus

MEMBERS = (("A1", 70), ("A2", 31), ("A3", 19))
ENDED = {"OrdStatus": OrdStatus.Canceled}


def told(floor: Desk, block: str) -> None:
    """What each broker holds is what its fills came to, and nothing of it is void."""
    parts = shares(floor.state, floor.state.allocations[block])
    known = {one.broker: one for one in standing_all(floor.state, block)}
    assert set(known) >= set(parts)
    assert all(cancelling(floor.state, known[broker]) for broker in set(known) - set(parts))
    for broker, share in parts.items():
        assert known[broker].void == ""
        assert known[broker].accounts == share.accounts
        assert known[broker].quantities == tuple(share.quantities.tolist())
        assert known[broker].net == tuple(share.net.tolist())


@settings(max_examples=15)
@given(st.sampled_from(("average", "high_to_low")), st.data())
def test_busts_and_corrections_after_the_allocation(prices: str, data: st.DataObject) -> None:
    floor = desk()
    rows = (
        Broker(b, b, s, D("0.01"), allocations=Handling.Automatic)
        for b, s in (("KING", "S1"), ("QUEEN", "S2"))
    )
    floor.done(c.DefineBrokers(tuple(rows)))
    define(floor, prices=prices)
    block = floor.block(*MEMBERS)
    fills: list[tuple[str, str]] = []
    cents = st.integers(4900, 5100).map(lambda n: Decimal(n).scaleb(-2))
    for broker in ("KING", "QUEEN"):
        name = floor.route(block, 60, broker)
        for quantity in data.draw(st.lists(st.integers(1, 14), min_size=1, max_size=4)):
            ExecID = floor.fill(name, quantity, data.draw(cents))
            fills.append((name, ExecID))
        floor.done(c.CancelPlacement(name), "trader")
        floor.report(name, K.Canceled)
    floor.finish(block)
    while fills:
        leave(floor)
        told(floor, block)
        before = floor.state.allocations[block]
        name, ExecID = fills.pop(data.draw(st.integers(0, len(fills) - 1)))
        if data.draw(st.booleans()):
            floor.bust(name, ExecID, **ENDED)
        else:
            floor.correct(name, ExecID, data.draw(st.integers(1, 14)), data.draw(cents), **ENDED)
        assert block not in floor.state.allocations
        assert not any(floor.held(account) for account, _ in MEMBERS)
        assert all(one.void for one in standing_all(floor.state, block))
        floor.finish(block)
        after = floor.state.allocations[block]
        pairs = list(zip(before.quantities, after.quantities, strict=True))
        rose = after.quantity >= before.quantity
        assert all(new >= old if rose else new <= old for old, new in pairs)
        invariants.hold(floor)
