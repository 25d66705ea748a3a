"""Killed while orders in money are on their way: each is filled for its amount, once."""

from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from tests.crash.bench import ONE_BROKER, House, house
from tests.crash.installation import Installation
from tests.crash.people import WARNINGS
from tradeoms.model import commands as c
from tradeoms.model.fields import Side
from tradeoms.model.orders import Member, NewOrder

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(600)]
MOMENTS = {"PlacementRouted": "AAPL", "MessagesSent": "GE", "Reported": "KO"}
AMOUNTS = {"A01": Decimal("20000.50"), "A02": Decimal("7500.25")}


def enter(found: House, ticker: str) -> str:
    """A block in money of two accounts."""
    members = tuple(Member(a, CashOrderQty=amount) for a, amount in AMOUNTS.items())
    id = f"order/{ticker}"
    found.manager.ask({id: c.SubmitOrder(NewOrder(ticker, Side.Buy, members))})
    found.trader.ask({f"block/{ticker}": c.BlockOrders(found.manager.answers[id].ids)})
    return found.trader.answers[f"block/{ticker}"].ids[0]


def route(block: str) -> c.RouteBlock:
    return c.RouteBlock(
        block, (c.Route("ALPHA", CashOrderQty=sum(AMOUNTS.values(), Decimal(0))),), WARNINGS
    )


def filled(found: House, block: str) -> bool:
    """Whether its amount is spent; what came back unsent is routed again."""
    rows = [row for row in found.tables["placements"].values() if row.block == block]
    up = all(row.up for row in found.tables["sessions"].values())
    if rows and up and all(row.transmission == "unsent" for row in rows):
        found.trader.ask({f"again/{block}/{len(rows)}": route(block)})
    return any(row.OrdStatus == "Filled" for row in rows)


def test_killed_while_an_amount_is_on_its_way(tmp_path: Path) -> None:
    with house(Installation(tmp_path / "x", ONE_BROKER)) as found:
        for kind, ticker in MOMENTS.items():
            block = enter(found, ticker)
            found.watch.look()
            found.send({f"route/{block}": route(block)})
            found.seen(kind)
            found.restart()
            found.trader.ask({f"route/{block}": route(block)})
            found.trader.until(partial(filled, found, block))
            found.trader.ask({f"finish/{block}": c.FinishBlock(block)})
        state = found.close()
    spent = [p for p in state.placements.values() if p.CumQty]
    assert len(spent) == len(MOMENTS)
    amount = sum(AMOUNTS.values(), Decimal(0))
    for placement in spent:
        assert placement.CashOrderQty == amount
        # The broker counts shares at its last price; what it fills is a few cents away.
        assert abs(placement.notional - amount) < amount / 50
    assert {block.state.value for block in state.blocks.values()} == {"allocated"}
    assert not state.unmatched
