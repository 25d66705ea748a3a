"""Killed while replaces wait for their turn: what was withdrawn never leaves, and the last one wins."""

from decimal import Decimal
from pathlib import Path

import pytest

from simulators.lines import Received, lines
from tests.crash.bench import House, house
from tests.crash.installation import Installation
from tests.crash.processes import PATIENCE
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Outcome
from tradeoms.store.journal import SqlJournal, connect

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(600)]
TICKERS = ("AAPL", "GE", "KO")
#: What is to follow a replace is known; it has made room for that; the last one has left.
MOMENTS = ("RequestDeferred", "PlacementUnsent", "MessagesSent")
RATE = 3  # messages a second


def quiet(found: House) -> bool:
    """The line is up, and each order is acknowledged and waits for nothing."""
    rows = found.tables["placements"].values()
    up = all(row.up for row in found.tables["sessions"].values())
    return up and len(rows) == len(TICKERS) and all(r.OrdStatus and not r.requests for r in rows)


def burst(found: House, quantity: int, id: str) -> dict[str, c.Command]:
    """Each order is to become four smaller ones, one after the other; `quantity` the last."""
    names = sorted(found.tables["placements"])
    return {
        f"{id}/{name}/{more}": c.ReplacePlacement(name, Decimal(quantity + more))
        for more in (3, 2, 1, 0)
        for name in names
    }


def test_killed_among_replaces_that_wait(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "x", {"ALPHA": ("ack_only", {})}, rate=RATE)
    with house(installation) as found:
        found.trader.ask(found.enter(TICKERS))
        found.trader.until(lambda: quiet(found))
        for n, kind in enumerate(MOMENTS):
            found.watch.look()
            commands = burst(found, 40 - 10 * n, kind)
            found.send(commands)
            found.seen(kind)
            found.restart()
            # What was not decided before the kill is refused while the line is down.
            found.trader.client.wait(list(commands), PATIENCE)
            found.trader.until(lambda: quiet(found))
        last = burst(found, 5, "last")
        found.trader.ask(last)
        rows = found.tables["placements"].values()
        found.trader.until(lambda: quiet(found) and all(row.OrderQty == 5 for row in rows))
        state = found.close()
    assert all(answer.outcome is not Outcome.Internal for answer in state.answers.values())
    engine = connect(f"sqlite:///{installation.home / 'journal.db'}")
    events = [record.event for record in SqlJournal(engine).read()]
    engine.dispose()
    ledger = lines(installation.ledger("ALPHA"))
    arrived = [x for x in ledger if isinstance(x, Received) and x.MsgType == "G"]
    withdrawn = {x.ClOrdID for x in events if isinstance(x, e.PlacementUnsent)}
    assert withdrawn
    assert not withdrawn & {x.ClOrdID for x in arrived}
    unmarked = [x.ClOrdID for x in arrived if not x.PossResend]
    assert len(unmarked) == len(set(unmarked))
    asked = sum(isinstance(x, e.ReplaceRequested) for x in events)
    assert asked < len(TICKERS) * 4 * (len(MOMENTS) + 1), "most were never asked for"
