"""Killed right after a record is on disk: each kind of record, several times in a day."""

import random
from pathlib import Path
from threading import Event

import pytest

from tests.crash import world
from tests.crash.bench import ONE_BROKER, House, as_list, house
from tests.crash.installation import Installation
from tests.crash.processes import PATIENCE
from tradeoms.model import commands as c

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(600)]
ROUNDS = 3
KINDS = ("PlacementRouted", "ListRouted", "MessagesSent", "Reported", "BlockAllocated")
_never = Event()


@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_after(kind: str, tmp_path: Path) -> None:
    draw = random.Random(kind)
    with house(Installation(tmp_path / "x", ONE_BROKER)) as found:
        for n in range(ROUNDS):
            routes = found.enter(world.TICKERS[4 * n : 4 * n + 4])
            routes = as_list(routes) if kind == "ListRouted" else routes
            _kill(found, kind, routes, draw)
            found.finish(routes)
        state = found.close()
    assert {block.state.value for block in state.blocks.values()} == {"allocated"}
    assert not state.unmatched


def _kill(found: House, kind: str, routes: dict[str, c.Command], draw: random.Random) -> None:
    """Let it come to the record, and to a few thousandths of a second after it."""
    if kind == "BlockAllocated":
        found.trader.ask(routes)
        found.trader.until(lambda: found.filled(routes))
        found.send(found.finishing(routes))
    else:
        found.watch.look()
        found.send(routes)
    found.seen(kind, draw.choice((1, 1, 2)) if kind == "Reported" else 1)
    _never.wait(draw.choice((0, 0, 0.001, 0.005)))
    found.restart()


def test_a_basket_cut_short_is_not_there_and_then_there_once(tmp_path: Path) -> None:
    orders = tuple(world.orders())
    with house(Installation(tmp_path / "x", ONE_BROKER)) as found:
        found.watch.look()
        found.manager.client.send(c.SubmitBasket("basket", orders), "basket")
        found.manager.client.poll()
        found.seen("OrderEntered", 1)
        found.server.kill()
        cut = found.watch.look()["OrderEntered"]
        assert cut < len(orders), "the whole basket was there already"
        found.restart()
        answer = found.manager.client.wait(["basket"], PATIENCE)[0]
        found.trader.until(lambda: len(found.tables["orders"]) == len(orders))
        state = found.close()
    assert state.baskets == {"basket": answer.ids[-len(orders) :]}
    assert not state.drafts
    assert not any(order.violations for order in state.orders.values())
    assert len(state.orders) == len(orders)
