"""How a broker works its orders: behaviour, market and time brought together."""

import random
from collections.abc import Callable, Mapping
from functools import partial

from simulators.acts import (
    Ack,
    Act,
    Bust,
    Cancel,
    Correct,
    DoneForDay,
    Expire,
    Fill,
    Grant,
    Lose,
    Pending,
    Refuse,
    RefuseBy,
)
from simulators.behaviours import ANSWERS, BEHAVIOURS, LATER
from simulators.behaviours.steps import Job, Step
from simulators.carrying import carry_out
from simulators.codes import AT_ONCE, DEAD, STOPPED, OrdStatus, TimeInForce
from simulators.execution import Executor
from simulators.orders import Order
from simulators.prices import Closes, simulate
from simulators.settings import BrokerSettings, Settings
from simulators.timing import Instant, Timers
from simulators.venue import Piece, Venue

GRANTED = Step(0, Grant())


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
        order.busy_until = self._schedule(order, steps, now)
        self._settle(venue, now)

    def wake(self, order: Order, now: Instant) -> None:
        """What a broker does at the start of a day with an order of an earlier one, and then with
        what is open.
        """
        later = LATER.get(self.behaviour(order.number))
        order.life_fills = list(order.executions)
        if later:
            self._schedule(
                order, list(later(self._job(order, held=tuple(order.executions.values())))), now
            )
        elif order.OrdStatus == OrdStatus.DONE_FOR_DAY and order.LeavesQty:
            self._executor.renew(order, now.utc)
        if order.LeavesQty and not order.life and not later:
            order.life_fills = []
            self.work(order, now)

    def answer(self, order: Order, wanted: int) -> list[Step]:
        """The steps that answer a cancel (0) or a replace to so many shares."""
        answer = ANSWERS.get(self.behaviour(order.number))
        if answer is None:
            return [GRANTED]
        return list(answer(self._job(order, wanted)))

    def withdraw(self, order: Order) -> None:
        """Forget the plan for an order and take it out of the market."""
        order.begin_life()
        self._venue(order.Symbol).remove(order.OrderID)

    def last(self, symbol: str) -> int:
        """The last price of a symbol, in ticks."""
        return self._venue(symbol).last

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

    def behaviour(self, number: int) -> str:
        """What the broker does with its nth order."""
        broker = self._broker
        if number in broker.nth:
            return broker.nth[number]
        if broker.weights:
            rng = random.Random(f"{self._settings.seed}/{broker.name}/{number}")
            return rng.choices(list(broker.weights), list(broker.weights.values()))[0]
        return broker.behaviour

    def _plan(self, order: Order, venue: Venue) -> list[Step]:
        missed: list[int] = []

        def take(qty: int) -> list[Piece]:
            pieces = self._take(order, venue, qty)
            missed.append(qty - sum(piece.qty for piece in pieces))
            return pieces

        steps = list(BEHAVIOURS[self.behaviour(order.number)](self._job(order, take=take)))
        if order.OrdStatus != OrdStatus.PENDING_NEW:
            steps = [step for step in steps if not isinstance(step.act, Ack | Pending)]
        elif not steps:
            return steps
        waits = order.OrdType in STOPPED and not order.triggered
        # A market order cannot rest; what the market was not asked for is kept by the broker.
        short = order.TimeInForce in AT_ONCE or (order.limit_px is None and any(missed))
        if short and not waits and not _ended(steps) and _planned(steps) < order.LeavesQty:
            steps.append(Step(0, Cancel("the rest could not be traded")))
        return steps

    def _job(
        self,
        order: Order,
        wanted: int = 0,
        take: Callable[[int], list[Piece]] | None = None,
        held: tuple[Piece, ...] = (),
    ) -> Job:
        def rng() -> random.Random:
            return random.Random(
                f"{self._settings.seed}/{self._broker.name}/{order.number}/{order.life}"
            )

        return Job(
            order.LeavesQty,
            order.buy,
            rng,
            self._settings.delays,
            take or partial(self._take, order, self._venue(order.Symbol)),
            order.CumQty,
            order.limit_px,
            order.TimeInForce in AT_ONCE,
            wanted,
            held,
        )

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

    def _schedule(self, order: Order, steps: list[Step], now: Instant) -> float:
        """Let the steps happen one after the other; when the last one is due."""
        due, life, fills = now.mono, order.life, order.life_fills
        for step in steps:
            due += step.after_ms / 1000
            self.at(due, partial(self._step, order, life, fills, step), now)
        return due

    def at(self, due: float, call: Callable[[Instant], None], now: Instant) -> None:
        """Make a call when it is due, at once if that is now."""
        if due <= now.mono:
            call(now)
        else:
            self._timers.at(due, call)

    def _step(self, order: Order, life: int, fills: list[str], step: Step, now: Instant) -> None:
        if order.life == life or step.late:
            self.act(order, step.act, fills, now)

    def act(self, order: Order, act: Act, fills: list[str], now: Instant) -> None:
        """One act of a plan whose fills are ``fills``."""
        carry_out(self._executor, order, act, fills, now.utc)
        if order.OrdStatus in DEAD:
            self.withdraw(order)

    def _settle(self, venue: Venue, now: Instant) -> None:
        """Fill the resting orders others met and start the stops that were reached."""
        passive, triggered = venue.collect()
        while passive or triggered:
            for trade in passive:
                order = self._orders[str(trade.maker)]
                # Not before what was planned earlier: its New may not be out yet.
                step = Step(0, Fill(Piece(trade.qty, trade.px)))
                call = partial(self._step, order, order.life, order.life_fills, step)
                self.at(max(now.mono, order.busy_until), call, now)
            for order_id in triggered:
                order = self._orders[order_id]
                order.triggered = True
                self.work(order, now)
            passive, triggered = venue.collect()


def _ended(steps: list[Step]) -> bool:
    ends = Cancel | Refuse | RefuseBy | Expire | Lose | DoneForDay
    return any(isinstance(step.act, ends) or _last(step.act) for step in steps)


def _last(act: Act) -> bool:
    return isinstance(act, Fill) and act.ends


def _planned(steps: list[Step]) -> int:
    """Shares that will have been filled when the plan is over."""
    fills = [step.act.piece.qty for step in steps if isinstance(step.act, Fill)]
    for step in steps:
        if isinstance(step.act, Bust):
            fills[step.act.which] = 0
        elif isinstance(step.act, Correct):
            fills[step.act.which] = step.act.piece.qty
    return sum(fills)
