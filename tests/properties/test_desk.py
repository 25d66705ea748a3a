"""Random days on a desk: whatever people and brokers do, the books add up and the log tells all."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from msgspec.structs import replace

from tests.builders import DAY, D, K, desk, lot, new_order
from tests.properties import deviating, drawn, invariants, policies
from tests.properties.acting import act, among
from tests.properties.conservation import Ledger, one_taxpayer
from tests.properties.drawn import ACCOUNTS, INSTRUMENTS, members, picks, prices, quantities, sides
from tests.states import dangling, same
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import CommissionSchedule, CommissionTier
from tradeoms.model.executions import Report
from tradeoms.model.fees import Fee
from tradeoms.model.fields import (
    BlockState,
    Effect,
    Handling,
    OrderState,
    OrdStatus,
    Outcome,
    Override,
    Severity,
    Side,
    TimeInForce,
)
from tradeoms.model.placements import Placement
from tradeoms.model.rate_cards import RateCard
from tradeoms.model.reference import Account, Limit


class DeskMachine(RuleBasedStateMachine):
    """Every rule is one thing that a person, a broker or the line does; any may be refused."""

    @initialize()
    def open(self) -> None:
        lots = [lot(a, 300 + 7 * n, 12_345, age=400 * n + 5) for n, a in enumerate(ACCOUNTS[:3])]
        self.desk = desk((*lots, lot("A4", -200, 9_999), lot("A1", 90, 4_001, 5, "BOLT")))
        self.ledger = Ledger()
        one_taxpayer(self.desk, ACCOUNTS[:3], INSTRUMENTS)
        outside = {"allocations": Handling.Outside, "confirmations": Handling.Outside}
        brokers = tuple(replace(one, **outside) for one in self._state.brokers.values())
        self.desk.done(c.DefineBrokers(brokers), "ops")
        row = Limit("order_quantity", DAY, {"most": "250"}, Severity.Block, Override.One)
        self.desk.done(c.SetLimits((row,)), "compliance")
        self.desk.done(c.DefineAccounts((Account("ERR", "Errors", "firm", error=True),)), "ops")
        tiers = CommissionTier(D(0), D("0.0333")), CommissionTier(D(40), D("0.01"))
        plan = CommissionSchedule(tiers=tiers, minimum=D("1.01"), maximum=D("2.5"))
        card = RateCard("own", 1, DAY, accounts=("A1", "A3"), brokers=("KING",), execution=plan)
        self.desk.done(c.DefineRateCards((card,)), "ops")
        fee = Fee("tax", 1, DAY, plan, sells=True, per="placement", exempt=("A2",))
        self.desk.done(c.DefineFees((fee,)), "ops")

    # -- people -------------------------------------------------------------------------------

    @act(members=members, side=sides, price=st.none() | prices, tif=drawn.lasting, name=picks)
    def order(self, members: Any, side: Side, price: Any, tif: TimeInForce, name: int) -> None:
        self._do(c.SubmitOrder(self._new(members, side, price, tif, name)))

    @act(
        orders=st.lists(st.tuples(members, sides, picks), min_size=1, max_size=3), bad=st.booleans()
    )
    def basket(self, orders: Any, bad: bool) -> None:
        new = [self._new(m, side, None, TimeInForce.Day, name) for m, side, name in orders]
        if bad:
            new.append(new_order(("NOBODY", 1)))
        self._do(c.SubmitBasket(f"K{self.desk.sent}", tuple(new)))

    @act(members=members, side=sides, tif=drawn.lasting, name=picks, part=st.integers(1, 3))
    def work(self, members: Any, side: Side, tif: TimeInForce, name: int, part: int) -> None:
        """All at once, so that much is at the brokers: an order, its block, one or two routes."""
        orders = self._do(c.SubmitOrder(self._new(members, side, None, tif, name)))
        blocks = self._do(c.BlockOrders(orders), "trader")
        for block in blocks:
            total = self._state.blocks[block].OrderQty
            first = max(total // part, D(1))
            for broker, quantity in (("KING", first), ("QUEEN", total - first)):
                route = c.Route(broker, quantity)
                for placement in self._do(c.RouteBlock(block, (route,)), "trader"):
                    self.desk.report(placement, K.New)

    @act(pick=picks)
    def withdraw(self, pick: int) -> None:
        self._do(c.CancelOrder(self._order(pick, OrderState.Staged, OrderState.Held), "no"))

    @act(pick=picks)
    def override(self, pick: int) -> None:
        name = self._order(pick, OrderState.Held)
        expires = self.desk.engine._now + timedelta(hours=1)
        self._do(c.OverrideViolation(name, "order_quantity", "agreed", expires), "compliance")

    @act(count=st.integers(1, 5))
    def merge(self, count: int) -> None:
        staged = [o.order for o in self._state.orders.values() if o.state is OrderState.Staged]
        among(staged, 0)
        self._do(c.BlockOrders(tuple(staged[:count])), "trader")

    @act(pick=picks, who=members)
    def join_or_leave(self, pick: int, who: Any) -> None:
        block = self._state.blocks[self._block(pick, BlockState.Open, BlockState.Working)]
        if pick % 3 == 0:
            self._do(c.LeaveBlock(block.block, block.orders[-(pick % 2)], "no more"), "trader")
        name = INSTRUMENTS.index(block.instrument)
        new = self._new(who, block.Side, block.Price, block.TimeInForce, name)
        self._do(c.JoinBlock(block.block, self._do(c.SubmitOrder(new)), "later"), "trader")

    @act(pick=picks)
    def dissolve(self, pick: int) -> None:
        self._do(c.DissolveBlock(self._block(pick, BlockState.Open)), "trader")

    @act(
        pick=picks,
        quantity=quantities,
        all=st.booleans(),
        broker=st.sampled_from(("KING", "QUEEN")),
        wired=st.integers(0, 4),
    )
    def route(self, pick: int, quantity: int, all: bool, broker: str, wired: int) -> None:
        """Over the line, now and then by telephone."""
        block = self._state.blocks[self._block(pick, BlockState.Open, BlockState.Working)]
        parts = [self._state.placements[name] for name in block.placements]
        free = block.OrderQty - sum(p.CumQty + p.exposure for p in parts)
        route = c.Route(broker, free if all and free > 0 else D(quantity))
        seen = ("price_collar",)
        spoken = c.RouteByPhone(block.block, route, "Bob", "line down", acknowledged=seen)
        sent = c.RouteBlock(block.block, (route,), seen)
        self._do(sent if wired else spoken, "trader")

    @act(pick=picks)
    def cancel(self, pick: int) -> None:
        self._do(c.CancelPlacement(self._placement(pick).placement), "trader")

    @act(pick=picks, quantity=quantities)
    def change(self, pick: int, quantity: int) -> None:
        placement = self._placement(pick)
        wanted = placement.CumQty + quantity
        self._do(c.ReplacePlacement(placement.placement, wanted, placement.Price), "trader")

    @act(fill=st.booleans())
    def finish(self, fill: bool) -> None:
        """The broker fills or cancels the rest first; what cannot go together goes one by one."""
        for placement in list(self._state.placements.values()):
            block = self._state.blocks[placement.block]
            if placement.LeavesQty and block.state is BlockState.Working:
                if fill:
                    self.desk.fill(placement.placement, placement.LeavesQty)
                else:
                    self.desk.report(placement.placement, K.Canceled)
        working = [b for b in self._state.blocks.values() if b.state is BlockState.Working]
        if fill and working:
            self._do(c.FinishBlocks(tuple(block.block for block in working)), "trader")
        for block in working:
            self._do(c.FinishBlock(block.block), "trader")

    @act(method=st.sampled_from(("pro_rata", "equal", "rotation", "lottery")), least=quantities)
    def policy(self, method: str, least: int) -> None:
        """Another version of how the house splits its blocks."""
        row = policies.drawn(self._state, method, least)
        self._do(c.DefineAllocationPolicies((row,)), "compliance")

    @act(pick=picks)
    def error(self, pick: int) -> None:
        """What is too much goes to the error account, and the block is over."""
        name = self._block(pick, BlockState.Working)
        self._do(c.BookError(name, "filled twice"), "ops")
        self._do(c.FinishBlock(name, "as it is"), "trader")

    @act(pick=picks, part=st.integers(1, 3))
    def wrong(self, pick: int, part: int) -> None:
        """A client should never have got this."""
        name = self._block(pick, BlockState.Allocated)
        event = self._state.allocations[name]
        n = among([n for n, q in enumerate(event.quantities) if q and event.orders[n]], pick)
        quantity = D(max(event.quantities[n] // part, 1))
        self._do(c.MoveToError(name, event.accounts[n], quantity, "wrong account"), "ops")

    @act(really=st.integers(0, 5))
    def day(self, really: int) -> None:
        if not really:
            self._next_day()

    def _next_day(self) -> None:
        self._do(c.OpenDay(self._state.business_date + timedelta(1)), "ops")

    @act(pick=picks, units=quantities, back=st.integers(0, 4))
    def deviate(self, pick: int, units: int, back: int) -> None:
        """One account gets some of another's, where that is possible: before or after the allocation."""
        block, rows = deviating.wish(self._state, pick, units)
        self._do(c.ChangeSplit(block, rows if back else (), "her letter"), "trader")
        self._do(c.ApproveSplit(block), "compliance")

    @act(days=st.integers(1, 7), retention=st.integers(1, 3))
    def quiet_days(self, days: int, retention: int) -> None:
        """All is looked at and handed over, and what is done leaves memory."""
        self._do(c.SetRetention(retention), "ops")
        for number in self._state.alerts.keys() - self._state.attended.keys():
            self._do(c.AcknowledgeAlert(number), "ops")
        for _ in range(days):
            self._do(c.Deliver(), "ops")
            self._next_day()

    # -- brokers and the line -----------------------------------------------------------------

    @act(pick=picks, quantity=quantities, price=prices, again=st.booleans(), odd=st.integers(0, 9))
    def fill(self, pick: int, quantity: int, price: Decimal, again: bool, odd: int) -> None:
        placement = self._placement(pick)
        wanted = min(D(quantity), placement.LeavesQty) or D(quantity)
        fields: dict[str, Any] = {}
        if odd == 0:
            fields = {"Symbol": "WRONG"}
        elif odd == 1:
            fields = {"OrdStatus": OrdStatus.Stopped, "CumQty": placement.CumQty}
        elif odd == 2:
            wanted = D(quantity) * 10
        ExecID = self.desk.fill(placement.placement, wanted, price, **fields)
        if again:
            before = self.desk.placement(placement.placement)
            self.desk.fill(placement.placement, wanted, price, ExecID=ExecID, **fields)
            assert self.desk.placement(placement.placement).CumQty == before.CumQty

    @act(pick=picks, correct=st.booleans(), quantity=quantities, price=prices)
    def amend(self, pick: int, correct: bool, quantity: int, price: Decimal) -> None:
        known = list(self._state.executions.values())
        target = among(known, pick)
        if correct:
            self.desk.correct(target.placement, target.ExecID, quantity, price)
        else:
            self.desk.bust(target.placement, target.ExecID)

    @act(
        pick=picks,
        kind=st.sampled_from(
            (
                *(K.New, K.New, K.Canceled, K.Canceled, K.Replaced, K.CancelReject, K.Rejected),
                *(K.Expired, K.DoneForDay, K.PendingCancel, K.PendingReplace, K.MessageReject),
            )
        ),
    )
    def answer(self, pick: int, kind: K) -> None:
        self.desk.report(self._placement(pick).placement, kind)

    @act(
        pick=picks, status=st.sampled_from((OrdStatus.New, OrdStatus.Rejected, OrdStatus.Canceled))
    )
    def status(self, pick: int, status: OrdStatus) -> None:
        name = self._placement(pick).placement
        self.desk.report(name, K.Status, OrdStatus=status, LastQty=D(5), LastPx=D(5))

    @act(pick=picks, sent=st.booleans())
    def gateway(self, pick: int, sent: bool) -> None:
        placement = self._placement(pick)
        ClOrdID, session = among([*placement.requests], -1).ClOrdID, placement.session
        if sent:
            number = self._state.sessions[session].out_seq + 1
            self.desk.system(c.ConfirmSent(session, (number,), (ClOrdID,)), session)
        else:
            self.desk.system(c.ReturnUnsent(ClOrdID, placement.placement, "down"), session)

    @act(session=st.sampled_from(("S1", "S2")), up=st.integers(0, 4))
    def line(self, session: str, up: int) -> None:
        self.desk.system(c.ChangeSession(session, up > 0), session)

    # -- what a person settles, ends and enters by hand ---------------------------------------

    @act(pick=picks, quantity=quantities, price=prices)
    def enter(self, pick: int, quantity: int, price: Decimal) -> None:
        name = self._placement(pick).placement
        self._settle(c.EnterFill(name, D(quantity), price, "by telephone"))

    @act(pick=picks)
    def take_back(self, pick: int) -> None:
        mine = [key for key, execution in self._state.executions.items() if execution.user]
        self._settle(c.BustFill(among(mine, pick), "told twice"))

    @act(pick=picks)
    def close(self, pick: int) -> None:
        self._settle(c.ClosePlacement(self._placement(pick).placement, "unknown there"))

    @act(pick=picks, books=st.booleans())
    def settle(self, pick: int, books: bool) -> None:
        disputed = [k for k, x in self._state.executions.items() if x.effect is Effect.Disputed]
        command = c.BookExecution if books else c.DismissExecution
        self._settle(command(among(disputed, pick), "looked at"))

    @act(members=members, side=sides, name=picks, part=quantities)
    def telephone(self, members: Any, side: Side, name: int, part: int) -> None:
        """An order given by voice, of which the broker reports a fill; then a person attaches it."""
        order = self._new(members, side, None, TimeInForce.Day, name)
        total = D(sum(quantity for _, quantity in members))
        number = len(self._state.unmatched) + 1
        said = Report(
            kind=K.Trade.value,
            OrderID=f"T{number}",
            ExecID=f"T{number}",
            OrdStatus=OrdStatus.PartiallyFilled,
            Side=side.value,
            OrderQty=total,
            LastQty=min(D(part), total),
            LastPx=D(50),
            TransactTime="20260302-14:30:00",
        )
        self.desk.hear("S1", said)
        self._settle(c.AttachReport(number, "given by telephone", order=order))

    @act(pick=picks)
    def attach(self, pick: int) -> None:
        waiting = [n for n in self._state.unmatched if n not in self._state.settled_reports]
        placement = self._placement(pick).placement
        self._settle(c.AttachReport(among(waiting, pick), "looked at", placement))

    @act(really=st.integers(0, 5))
    def kill(self, really: int) -> None:
        if not really:
            self._do(c.CancelAll("halt", everything=True), "compliance")

    def _settle(self, command: c.Command) -> None:
        """A person's word about facts: a block may be over-filled by it."""
        answer = self.desk.do(command, "trader")
        assert answer.outcome is not Outcome.Internal, answer.problems

    @act(really=st.integers(0, 5))
    def strange(self, really: int) -> None:
        if not really:
            self.desk.hear("S1", None, "8=FIX|?", "unreadable")

    # -- what holds ---------------------------------------------------------------------------

    @invariant()
    def books_add_up(self) -> None:
        if hasattr(self, "desk"):
            for holds in invariants.OF_NOW:
                holds(self._state)
            self.ledger.read(self.desk.journal.records[self.ledger.state.seq :]).check()

    def teardown(self) -> None:
        if not hasattr(self, "desk"):
            return
        assert "internal error" not in self.desk.alerts()
        records = self.desk.journal.records
        assert msgspec.json.decode(msgspec.json.encode(records), type=list[e.Record]) == records
        invariants.statements_come_before_routes(records)
        same(self.ledger.state, self._state)
        assert not (named := dangling(self._state, records)), named

    # -- choosing -----------------------------------------------------------------------------

    @property
    def _state(self) -> Any:
        return self.desk.state

    def _do(self, command: c.Command, user: str = "pm") -> tuple[str, ...]:
        """A person's command: never a bug, and never more at brokers than a block has.

        A broker may do that alone: over-fill, or revive what was over.
        """
        before = invariants.idle_of(self._state)
        answer = self.desk.do(command, user)
        assert answer.outcome is not Outcome.Internal, answer.problems
        for block, free in invariants.idle_of(self._state).items():
            assert free >= min(before.get(block, 0), 0)
        return answer.ids

    def _new(self, members: Any, side: Side, price: Any, tif: TimeInForce, name: int) -> Any:
        fields = {"locate": "L"} if side.short else {}
        instrument = INSTRUMENTS[name % len(INSTRUMENTS)]
        return new_order(
            *members, instrument=instrument, Side=side, Price=price, TimeInForce=tif, **fields
        )

    def _order(self, pick: int, *states: OrderState) -> str:
        names = [o.order for o in self._state.orders.values() if o.state in states]
        return among(names, pick)

    def _block(self, pick: int, *states: BlockState) -> str:
        names = [b.block for b in self._state.blocks.values() if b.state in states]
        return among(names, pick)

    def _placement(self, pick: int) -> Placement:
        """Any placement, one that is alive rather than another."""
        every = list(self._state.placements.values())
        live = [p for p in every if p.LeavesQty] if pick % 5 else every
        return among(live or every, pick)


@pytest.mark.timeout(240)  # on a busy machine
class TestDesk(DeskMachine.TestCase):
    settings = settings(max_examples=120, stateful_step_count=120)
