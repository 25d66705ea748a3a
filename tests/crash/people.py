"""A portfolio manager and a trader who know nothing of crashes: they ask until they are answered.

Every command has an id that follows from what it is for, so that asking again is harmless.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from tests.crash import world
from tests.crash.installation import BUSTS
from tests.crash.processes import PATIENCE
from tradeoms.bus.client import Client
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Outcome

TABLES = ("orders", "blocks", "placements", "executions", "sessions")
AT_ONCE = 12  # orders, or routes, that are sent before the first is answered
WARNINGS = ("duplicate_order",)


class Person:
    """Someone with a client, who remembers every answer that came."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.answers: dict[str, e.Answered] = {}

    def ask(self, commands: Mapping[str, c.Command]) -> None:
        """Send commands by id, a few at a time, and insist on answers."""
        ids = list(commands)
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            for id in some:
                self.client.send(commands[id], id)
            for answer in self.client.wait(some, PATIENCE):
                self._remember(answer)

    def _remember(self, answer: e.Answered) -> None:
        assert answer.outcome is Outcome.Done, answer
        known = self.answers.setdefault(answer.id, answer)
        assert known == answer, "the same command was answered in two ways"

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for the tables to say so."""
        self.client.until(true, PATIENCE)


class Manager(Person):
    """Sends half of the orders one by one, the others in two baskets."""

    def work(self) -> None:
        orders = world.orders()
        single = orders[: world.BASKETS[0].start]
        self.ask({f"order/{new.reference}": c.SubmitOrder(new) for new in single})
        for n, part in enumerate(world.BASKETS):
            self.ask({f"basket/{n}": c.SubmitBasket(f"basket {n}", tuple(orders[part]))})


class Trader(Person):
    """Blocks what is staged and works it: at ALPHA and CHARLIE in bulk, at BRAVO one by one."""

    def work(self) -> None:
        self.client.follow(*TABLES)
        self.block()
        self.until(lambda: self._send(self._bulk()))
        for name in self._blocks():
            self.until(partial(self._sent_one, name))
        self.until(self._quiet)
        self.until(lambda: self._send_rest() and self._quiet())
        self.finish()

    def block(self) -> None:
        """Merge all orders into blocks."""
        self.until(lambda: len(self.client.tables["orders"]) == world.ORDERS)
        rows = self.client.tables["orders"].values()
        names = [row.key for row in sorted(rows, key=lambda row: row.reference)]
        self.ask({"block": c.BlockOrders(tuple(names))})
        blocks = self.client.tables["blocks"]
        self.until(lambda: sum(b.orders for b in blocks.values()) == len(names))

    def finish(self) -> None:
        """Done with one block after the other."""
        for name in self._blocks():
            self.ask({f"finish/{name}": c.FinishBlock(name)})

    def _blocks(self) -> list[str]:
        rows = self.client.tables["blocks"].values()
        return [row.key for row in sorted(rows, key=lambda row: (row.instrument, row.Side))]

    def _placed(self, block: str, broker: str) -> list[Any]:
        """Placements that left, or will."""
        rows = self.client.tables["placements"].values()
        found = (p for p in rows if (p.block, p.broker) == (block, broker))
        return [p for p in found if p.transmission != "unsent"]

    def _third(self, block: str, last: bool = False) -> Decimal:
        quantity: Decimal = self.client.tables["blocks"][block].OrderQty
        return quantity - 2 * (quantity // 3) if last else quantity // 3

    def _bulk(self) -> dict[str, dict[str, Decimal]]:
        return {b: dict.fromkeys(("ALPHA", "CHARLIE"), self._third(b)) for b in self._blocks()}

    def _send(self, wanted: dict[str, dict[str, Decimal]]) -> bool:
        """Route what is wanted of a block at a broker and is not there; True once all is."""
        routes, complete = {}, True
        for block, parts in wanted.items():
            left = {b: quantity for b, quantity in parts.items() if not self._placed(block, b)}
            complete = complete and not left
            legs = tuple(c.Route(b, quantity) for b, quantity in left.items() if self._up(b))
            # The same id until a new placement shows: what is asked twice is done once.
            tried = sum(p.block == block for p in self.client.tables["placements"].values())
            if legs:
                routes[f"route/{block}/{tried}"] = c.RouteBlock(block, legs, WARNINGS)
        self.ask(routes)
        return complete

    def _sent_one(self, block: str) -> bool:
        """The last third is at BRAVO, which has said something about it."""
        sent = self._send({block: {"BRAVO": self._third(block, last=True)}})
        return sent and all(p.OrdStatus for p in self._placed(block, "BRAVO"))

    def _up(self, broker: str) -> bool:
        row = self.client.tables["sessions"].get(broker)
        return bool(row and row.up)

    def _send_rest(self) -> bool:
        """What a broker refused or gave back goes to ALPHA; True once nothing is left."""
        idle = [row for row in self.client.tables["blocks"].values() if row.idle]
        if idle and self._up("ALPHA"):
            routes = {row: (c.Route("ALPHA", row.idle),) for row in idle}
            self.ask(
                {
                    f"rest/{row.key}/{row.placements}": c.RouteBlock(row.key, route, WARNINGS)
                    for row, route in routes.items()
                }
            )
        return not idle

    def _quiet(self) -> bool:
        """Nothing is working, and the busts that will come have come."""
        executions = self.client.tables["executions"].values()
        live: Counter[str] = Counter()
        for x in executions:
            live[x.block] += int(x.LastQty) if x.effect == "booked" else 0
        return sum(x.effect == "busted" for x in executions) == BUSTS and all(
            not b.live and b.filled == live[b.key] for b in self.client.tables["blocks"].values()
        )
