"""The soak's desk: enters orders at a steady rate, routes, changes and cancels them, routes again what
came back, and finishes what is filled.
"""

import random
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from benchmarks.soak_days import Days
from tradeoms.bus.client import Client
from tradeoms.demo import world
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrdType, Outcome, Side
from tradeoms.model.orders import Member, NewOrder

TABLES = ("blocks", "placements", "sessions", "alerts", "unmatched", "deliveries")
SYMBOLS = ("AAPL", "MSFT", "JPM", "KO", "XOM")
EVERY = 0.5  # seconds between two baskets
MOST = (
    15.0  # seconds' worth of orders that may be unfinished: a busy machine trades less, not later
)
REST = 2.0  # seconds that a block rests before it is routed again, or finished
BORED = 0.05  # of the placements are cancelled while they work, as many are replaced
SLOW = 20.0  # seconds that a day waits for what is unfinished when it ends
LATEST = 180.0  # seconds until everything is done after the last order
CENT = Decimal("0.01")


class Stuck(Exception):
    """Something is not done in time; what."""


class Desk:
    """One client that is manager, trader and operations. `orders` counts what was entered; a day takes
    `day` seconds.
    """

    def __init__(self, client: Client, rate: float, seed: int, day: float) -> None:
        self._client, self._rate = client, rate
        self._draw = random.Random(f"{seed}/desk")
        self.orders = self.refused = 0
        self._looked: dict[str, float] = {}  # blocks that are not done, and when they last changed
        self._routed: dict[str, int] = {}  # placements of a block when it was last routed
        self._seen: set[str] = set()
        self._compared = 0.0  # when the books were last compared
        self._blocks: set[str] = set()  # every one that was ever seen
        self._awaited: dict[str, e.Answered | None] = {}
        self.days, self._day, self._next = Days(client, self._ask), day, day

    def run(
        self, seconds: float, every_second: Callable[[], None], agreed: Callable[[], bool]
    ) -> None:
        """Trade for so long, then bring everything to its end, and wait until the books are `agreed`:
        a line may still owe us a broker's last word; then the last day ends. Raises Stuck.
        """
        began = time.monotonic()
        second = basket = 0
        while (elapsed := time.monotonic() - began) < seconds or not self._done(agreed):
            if elapsed > seconds + LATEST:
                raise Stuck(self._what_is_left())
            if elapsed < seconds and elapsed >= basket * EVERY:
                if self._unfinished() < MOST * self._rate and elapsed < self._next:
                    self._enter(basket)
                basket += 1
            self._turn()
            if seconds > elapsed >= self._next + (SLOW if self._unfinished() else 0.0):
                self.days.end()
                self._next = time.monotonic() - began + self._day
                every_second()
            if elapsed >= second:
                every_second()
                second += 1
        self.days.end()
        every_second()

    def _enter(self, basket: int) -> None:
        due = self.orders + max(1, int(EVERY * self._rate))
        orders = tuple(self._order(n) for n in range(self.orders, due))
        self._client.send(c.SubmitBasket(f"soak {basket}", orders))
        self.orders = due

    def _unfinished(self) -> int:
        return self.orders - len(self._blocks) + len(self._looked)

    def _ask(self, command: c.Command) -> e.Answered:
        """A command and its answer, while everything else goes on."""
        id, until = self._client.send(command), time.monotonic() + LATEST
        self._awaited[id] = None
        while (answer := self._awaited[id]) is None:
            if time.monotonic() > until:
                raise Stuck(f"no answer to {command}")
            self._turn()
        del self._awaited[id]
        return answer

    def _order(self, number: int) -> NewOrder:
        """Limits above the market, each another one, so that each order is a block of its own."""
        member = Member(
            f"C{number % world.ACCOUNTS + 1:03d}", Decimal(self._draw.randrange(1, 900))
        )
        limit = Decimal(100_000 + number).scaleb(-2)
        symbol = self._draw.choice(SYMBOLS)
        return NewOrder(symbol, Side.Buy, (member,), OrdType.Limit, limit, reference=str(number))

    def _turn(self) -> None:
        now = time.monotonic()
        for change in self._client.poll(0.05):
            if change.table == "blocks" and change.row is not None:
                self._blocks.add(change.key)
                self._looked[change.key] = now
            elif change.table == "blocks":
                self._looked.pop(change.key, None)
            elif change.table == "placements":
                self._interfere(change.row)
            elif change.table == "alerts":
                self._tell_again(change.row)
        for answer in self._client.take_answers():
            if answer.id in self._awaited:
                self._awaited[answer.id] = answer
            elif answer.command == "SubmitBasket":
                if answer.outcome is not Outcome.Done:
                    raise Stuck(f"a basket was refused: {answer.problems[:3]}")
                self._client.send(c.BlockOrders(answer.ids))
            elif answer.outcome is not Outcome.Done:
                self.refused += 1  # the row was older than what the server knew
        for key in [key for key, at in self._looked.items() if now - at > self._patience(key)]:
            self._look(key, now)

    def _patience(self, key: str) -> float:
        return REST if key in self._routed else 0.0

    def _look(self, key: str, now: float) -> None:
        row = self._client.tables["blocks"][key]
        self._looked[key] = now
        if row.state == "allocated":
            del self._looked[key]
        elif row.live:
            return
        elif row.filled == row.OrderQty:
            self._client.send(c.FinishBlock(key))
        elif row.placements > self._routed.get(key, -1):
            self._route(row)

    def _route(self, row: Any) -> None:
        up = sorted(one.key for one in self._client.tables["sessions"].values() if one.up)
        if not up:
            return
        parts = [row.idle] if row.idle < 10 or self._draw.random() < 0.5 else _halves(row.idle)
        brokers = self._draw.sample(up, min(len(parts), len(up)))
        routes = tuple(c.Route(*each) for each in zip(brokers, parts, strict=False))
        self._routed[row.key] = row.placements
        self._client.send(c.RouteBlock(row.key, routes))

    def _interfere(self, row: Any) -> None:
        """Once for each placement that works: mostly leave it, else cancel it or ask for more."""
        if row is None or row.key in self._seen or row.requests or not row.LeavesQty:
            return
        self._seen.add(row.key)
        luck = self._draw.random()
        if luck < BORED:
            self._client.send(c.CancelPlacement(row.key))
        elif luck < 2 * BORED:
            self._client.send(c.ReplacePlacement(row.key, row.OrderQty, row.Price + CENT))

    def _tell_again(self, row: Any) -> None:
        """An allocation that was on its way while the broker corrected a fill was wrong there."""
        if row is not None and row.kind == "allocation rejected" and row.state != "acknowledged":
            self._client.send(c.SendAllocation(row.text.partition(" ")[0]))

    def _done(self, agreed: Callable[[], bool]) -> bool:
        if self._looked or len(self._blocks) < self.orders:
            return False
        if time.monotonic() - self._compared < REST:
            return False
        done = agreed()
        self._compared = time.monotonic()
        return done

    def _what_is_left(self) -> str:
        rows = [self._client.tables["blocks"][key] for key in self._looked]
        blocks = [(r.key, r.state, str(r.idle), str(r.working), r.live) for r in rows[:5]]
        known = len(self._blocks)
        return f"{known} of {self.orders} blocks, {len(rows)} not done, such as {blocks}"


def _halves(quantity: Decimal) -> list[Decimal]:
    half = quantity // 2
    return [half, quantity - half]
