"""The trader's side of the demo: blocks what is staged, routes it, routes again what came back, finishes."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tradeoms.bus.client import Client
from tradeoms.demo.world import BROKERS, CONFIRMING
from tradeoms.model import commands as c
from tradeoms.model.events import Answered
from tradeoms.model.fields import Outcome

TABLES = (
    "orders",
    "blocks",
    "placements",
    "executions",
    "allocations",
    "lots",
    "realized",
    "sessions",
    "instructions",
)
PATIENCE = 60  # seconds without any news; on a slow machine all takes as long as it takes
Progress = Callable[[Client], None]


class Stopped(Exception):
    """The demo cannot go on, and why."""


class Trader:
    """Works every block to its end, as a person at the blotter would."""

    def __init__(self, client: Client, progress: Progress) -> None:
        self._client, self._progress = client, progress
        self._sent: dict[str, int] = {}
        self._news = time.monotonic()

    def connected(self) -> None:
        """Wait until every session is logged on."""
        sessions = self._client.tables["sessions"]
        self._until(
            lambda: sum(row.up for row in sessions.values()) == len(BROKERS), "sessions are not up"
        )

    def block(self, orders: int) -> None:
        """Merge everything that is staged, once all the orders show."""
        self._until(lambda: len(self._client.tables["orders"]) == orders, "orders")
        staged = tuple(
            row.key for row in _numbered(self._client.tables["orders"]) if row.state == "staged"
        )
        self._ask(c.BlockOrders(staged))
        wanted = sum(row.OrderQty for row in self._client.tables["orders"].values())
        self._until(lambda: sum(row.OrderQty for row in self._blocks()) == wanted, "blocks")

    def work(self, busts: int) -> None:
        """Route what is idle until every block is filled, and the busts that will come have come.

        What came back is routed again once nothing is working any more and nothing more will come
        back, so that a run repeats.
        """
        while not self._worked(busts):
            rows = self._blocks()
            if not self._sent or (self._busted() >= busts and all(map(self._rests, rows))):
                commands = [route for row in rows if (route := self._route(row))]
                self._client.submit_all(commands)
            self._tick()

    def finish(self) -> None:
        """Done with every block: allocate and book."""
        self._ask(c.FinishBlocks(tuple(row.key for row in self._blocks())))
        self._until(lambda: all(row.state == "allocated" for row in self._blocks()), "allocations")

    def affirm(self) -> None:
        """Wait until brokers hold our split and what they confirm is affirmed; nobody has to act."""
        filled = {
            (row.block, row.broker)
            for row in self._client.tables["placements"].values()
            if row.CumQty
        }
        told = self._client.tables["instructions"]
        self._until(
            lambda: (
                {(row.block, row.broker) for row in told.values()} == filled
                and all(_settled(row) for row in told.values())
            ),
            "affirmations",
        )

    def _blocks(self) -> Any:
        return _numbered(self._client.tables["blocks"])

    def _tried(self, block: str) -> list[str]:
        placements = self._client.tables["placements"].values()
        return [row.broker for row in placements if row.block == block]

    def _busted(self) -> int:
        return sum(row.effect == "busted" for row in self._client.tables["executions"].values())

    def _rests(self, row: Any) -> bool:
        """Nothing of the block is at a broker, and what was sent last shows."""
        return not row.live and row.placements > self._sent.get(row.key, -1)

    def _worked(self, busts: int) -> bool:
        return self._busted() >= busts and all(
            row.filled == row.OrderQty and not row.live for row in self._blocks()
        )

    def _route(self, row: Any) -> c.RouteBlock | None:
        """Thirds at first; what comes back goes to the broker that had the block least."""
        tried = self._tried(row.key)
        if (
            row.idle <= 0
            or row.state not in ("open", "working")
            or self._sent.get(row.key) == row.placements
        ):
            return None
        self._sent[row.key] = row.placements  # until the placements show, the row is as it was
        if not tried:
            third = row.idle // len(BROKERS)
            parts = [third, third, row.idle - 2 * third]
            routes = tuple(
                c.Route(name, part) for name, part in zip(BROKERS, parts, strict=True) if part
            )
        else:
            routes = (c.Route(min(reversed(BROKERS), key=tried.count), Decimal(row.idle)),)
        return c.RouteBlock(
            row.key, routes, acknowledged=("price_collar", "order_value", "duplicate_order")
        )

    def _ask(self, command: c.Command) -> Answered:
        answer = self._client.submit(command, timeout=60)
        if answer.outcome is not Outcome.Done:
            raise Stopped(f"{answer.command}: {answer.problems}")
        return answer

    def _until(self, true: Callable[[], bool], what: str) -> None:
        while not true():
            self._tick(what)

    def _tick(self, what: str = "fills") -> None:
        """Take news; Stopped where there was none for a while, though something is awaited."""
        if self._client.poll(0.1):
            self._news = time.monotonic()
        elif time.monotonic() - self._news > PATIENCE:
            raise Stopped(f"nothing has moved for {PATIENCE} s, waiting for: {what}")
        self._progress(self._client)


def _settled(row: Any) -> bool:
    """An instruction that needs nobody any more."""
    wanted = row.accounts if row.broker in CONFIRMING else 0
    return bool(row.state == "accepted" and row.affirmed == wanted)


def _numbered(table: dict[str, Any]) -> list[Any]:
    """Rows by the number in their key, so that a run repeats whatever order the rows arrived in."""
    return sorted(table.values(), key=lambda row: int(row.key[1:]))
