"""How a broker works its orders: behaviour, market and time brought together."""

import random
from collections.abc import Mapping
from functools import partial

from simulators.behaviours import BEHAVIOURS
from simulators.behaviours.steps import Ack, Act, Bust, Cancel, Fill, Job, Refuse, Step
from simulators.codes import AT_ONCE, DEAD, STOPPED, OrdStatus, TimeInForce
from simulators.execution import Executor
from simulators.orders import Order
from simulators.prices import Closes, simulate
from simulators.settings import BrokerSettings, Settings
from simulators.timing import Instant, Timers
from simulators.venue import Piece, Venue


class Worker:
    """Plans what happens to an order when it arrives or changes, and lets it happen in time."""

    def __init__(
        self,
        broker: BrokerSettings,
        settings: Settings,
        closes: Mapping[str, Closes],
        executor: Executor,
        timers: Timers,
    ) -> None:
        self._broker = broker
        self._settings = settings
        self._closes = closes
        self._executor = executor
        self._timers = timers
        self._venues: dict[str, Venue] = {}
        self._orders: dict[str, Order] = {}

    def work(self, order: Order, now: Instant) -> None:
        """Plan the order's open quantity; what is due at once happens before this returns."""
        self._orders[order.OrderID] = order
        venue = self._venue(order.Symbol)
        venue.arrive()
        steps = self._plan(order, venue)
        order.mute = not steps and order.OrdStatus == OrdStatus.PENDING_NEW
        due = now.mono
        for step in steps:
            due += step.after_ms / 1000
            self._at(due, order, step.act, now)
        order.busy_until = due
        self._settle(venue, now)

    def withdraw(self, order: Order) -> None:
        """Forget the plan for an order and take it out of the market."""
        order.begin_life()
        self._venue(order.Symbol).remove(order.OrderID)

    def step_venues(self, now: Instant) -> None:
        """Let every market that was used move on."""
        for venue in self._venues.values():
            venue.step()
            self._settle(venue, now)

    def _venue(self, symbol: str) -> Venue:
        venue = self._venues.get(symbol)
        if venue is None:
            # Without the broker's name: all brokers see the same day, each has its own liquidity.
            rng = random.Random(f"{self._settings.seed}/{self._settings.date}/{symbol}")
            venue = self._venues[symbol] = Venue(
                simulate(self._closes[symbol], self._settings.steps, rng)
            )
        return venue

    def _behaviour(self, number: int) -> str:
        broker = self._broker
        if number in broker.nth:
            return broker.nth[number]
        if broker.weights:
            rng = random.Random(f"{self._settings.seed}/{broker.name}/{number}")
            return rng.choices(list(broker.weights), list(broker.weights.values()))[0]
        return broker.behaviour

    def _plan(self, order: Order, venue: Venue) -> list[Step]:
        taken: list[int] = []

        def take(qty: int) -> list[Piece]:
            taken.append(qty)
            return self._take(order, venue, qty)

        def rng() -> random.Random:
            return random.Random(
                f"{self._settings.seed}/{self._broker.name}/{order.number}/{order.life}"
            )

        behaviour = BEHAVIOURS[self._behaviour(order.number)]
        steps = list(behaviour(Job(order.LeavesQty, order.buy, rng, self._settings.delays, take)))
        if order.OrdStatus != OrdStatus.PENDING_NEW:
            steps = [step for step in steps if not isinstance(step.act, Ack)]
        elif not steps:
            return steps
        waits = order.OrdType in STOPPED and not order.triggered
        # A market order cannot rest; one that asked the market for nothing is kept by a broker that
        # never trades.
        short = order.TimeInForce in AT_ONCE or (order.limit_px is None and bool(taken))
        if short and not waits and not _ended(steps) and _planned(steps) < order.LeavesQty:
            steps.append(Step(0, Cancel("the rest could not be traded")))
        return steps

    def _take(self, order: Order, venue: Venue, qty: int) -> list[Piece]:
        if order.OrdType in STOPPED and not order.triggered:
            if venue.park(order.OrderID, order.buy, order.StopPx or 0):
                return []
            order.triggered = True
        if order.TimeInForce == TimeInForce.FOK:
            return venue.take_all(order.buy, qty, order.limit_px)
        pieces = venue.take(order.buy, qty, order.limit_px)
        left = qty - sum(piece.qty for piece in pieces)
        if (
            left
            and qty == order.LeavesQty
            and order.limit_px is not None
            and order.TimeInForce not in AT_ONCE
        ):
            venue.rest(order.OrderID, order.buy, left, order.limit_px)
        return pieces

    def _at(self, due: float, order: Order, act: Act, now: Instant) -> None:
        if due <= now.mono:
            self._act(order, order.life, act, now)
        else:
            self._timers.at(due, partial(self._act, order, order.life, act))

    def _act(self, order: Order, life: int, act: Act, now: Instant) -> None:
        if order.life != life:
            return
        self._executor.carry_out(order, act, now.utc)
        if order.OrdStatus in DEAD:
            self.withdraw(order)

    def _settle(self, venue: Venue, now: Instant) -> None:
        """Fill the resting orders others met and start the stops that were reached."""
        passive, triggered = venue.collect()
        while passive or triggered:
            for trade in passive:
                order = self._orders[str(trade.maker)]
                # Not before what was planned earlier: its New may not be out yet.
                self._at(
                    max(now.mono, order.busy_until), order, Fill(Piece(trade.qty, trade.px)), now
                )
            for order_id in triggered:
                order = self._orders[order_id]
                order.triggered = True
                self.work(order, now)
            passive, triggered = venue.collect()


def _ended(steps: list[Step]) -> bool:
    return bool(steps) and isinstance(steps[-1].act, Cancel | Refuse)


def _planned(steps: list[Step]) -> int:
    """Shares that will have been filled when the plan is over."""
    fills = [step.act.piece.qty for step in steps if isinstance(step.act, Fill)]
    return sum(fills) - sum(fills[step.act.which] for step in steps if isinstance(step.act, Bust))
