"""All that the single writer and every reader know: one `State`, changed by `apply` alone."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from tradeoms.model.breaks import Break, Reconciliation, Tolerance
from tradeoms.model.brokers import Broker
from tradeoms.model.columns import Axis, Grid, Table
from tradeoms.model.crosses import Cross
from tradeoms.model.days import Close, Waiver
from tradeoms.model.deliveries import Delivery, DeliveryAnswer, DeliveryLine
from tradeoms.model.events import (
    AlertAttended,
    AlertRaised,
    AllocationReported,
    Answered,
    BlockAllocated,
    ConfirmationAnswered,
    ConfirmationsRequested,
    ExecutionSettled,
    HoldingsChanged,
    LotsBooked,
    LotsConverted,
    LotsWashed,
    ReportSettled,
    ReportUnmatched,
)
from tradeoms.model.executions import Execution
from tradeoms.model.fees import FeeVersion
from tradeoms.model.halts import Halt
from tradeoms.model.identifications import Identification
from tradeoms.model.lists import OrderList
from tradeoms.model.lot_actions import LotAction
from tradeoms.model.orders import Block, Order
from tradeoms.model.placements import MassCancel, Placement
from tradeoms.model.policies import AllocationPolicy
from tradeoms.model.posttrade import Confirmation, Instruction
from tradeoms.model.rate_cards import CardVersion, ResearchPayment
from tradeoms.model.reference import Account, Instrument, Limit, Price, Rate, Restriction
from tradeoms.model.settlement import CutOff, SettlementInstruction
from tradeoms.model.statements import PriceGroup


class SessionState(Struct, frozen=True, gc=False):
    """A FIX session as the journal knows it: last message numbers in and out that are on disk.

    `held` up (True) or down (False) by a person, `held_at` that time, against the schedule until
    that changes next. `numbers_at`: when counting last began anew; `logged_on`: the last logon;
    `heard`: when its last message was written down, of those that are no heartbeats.
    """

    session: str
    up: bool = False
    reason: str = ""
    in_seq: int = 0
    out_seq: int = 0
    enabled: bool = True
    held: bool | None = None
    held_at: datetime | None = None
    numbers_at: datetime | None = None
    logged_on: datetime | None = None
    heard: datetime | None = None


# A lot; its place in the table is its number. size: units when opened; basis: cents for the whole
# size; remaining: units still open. acquired: days since 1970-01-01. short: 1 for a short lot, whose
# basis is what its sale brought. holding_from: the day its holding period counts from. root: the lot
# that it came out of, itself where it was bought. acquisition: the first lot of the same purchase.
# replaces: 1 where its shares may take over a loss. added: cents of the basis that wash sales put
# there. markdown: cents by which the basis for a loss is lower, because the lot was a gift and worth
# less than it had cost on the day given, from which its holding period then counts.
LOT = (
    *("account", "instrument", "short", "acquired", "size", "basis", "remaining"),
    *("holding_from", "root", "acquisition", "replaces", "added", "markdown", "given"),
    *("against", "old"),
)
# A lot's part that a block closed, or an action, which is a number below zero; block and lot are
# numbers, sold a day, money in cents. fraction: millionths of a unit that were sold besides. Of a loss,
# matched of its shares (of `units`, in today's shares) were replaced: disallowed cents of it are
# deferred, and lost of these gone for good. Of a sale, taken of its shares took over a short's loss:
# that is in disallowed, below zero. Since its shares were last counted anew, by a split: from start of
# matched, and without the cents that were settled before. units, matched, start and taken count so many
# parts of a share, none meaning whole ones; and shares of the instrument that it became by a merger,
# whose number is one less (none: of the one that was sold).
REALIZED = (
    *("block", "lot", "account", "instrument", "sold"),
    *("quantity", "basis", "proceeds", "gain", "long_term"),
    *("units", "matched", "disallowed", "lost", "fraction", "taken"),
    *("settled", "start", "parts", "became"),
)
# What bookings move that had not settled when the day began, or was booked since: block a number,
# below zero an action's, instrument -1 where it is cash alone, booked and settle days, units and
# cents signed as they change position and cash; commission and fees are parts of cents.
FLOW = (
    *("block", "account", "instrument", "currency", "booked", "settle"),
    *("units", "cents", "commission", "fees"),
)


class State:
    """Dicts of frozen entities, replaced whole, and columns for what is per account × instrument.

    Positions and lots are int64 in the instrument's units, money in cents (10^-2 of the currency).
    """

    def __init__(self) -> None:
        self.seq = 0
        self.business_date = self.last_date = date.min  # the open day, and the one before it
        self.counters: dict[str, int] = {}
        self.instruments: dict[str, Instrument] = {}
        self.accounts: dict[str, Account] = {}
        self.brokers: dict[str, Broker] = {}
        # By name, oldest version first; and whose turn it is under those that take turns.
        self.allocation_policies: dict[str, tuple[AllocationPolicy, ...]] = {}
        self.turns: dict[str, int] = {}
        self.holidays: dict[str, frozenset[date]] = {}
        self.limits: dict[str, tuple[Limit, ...]] = {}
        # By stage and day, the rules that run with their terms: derived, forgotten with new limits.
        self.in_force: dict[tuple[str, date], Any] = {}
        self.restrictions: dict[str, tuple[Restriction, ...]] = {}  # by issuer
        self._begin_worth()
        self.openings: dict[str, str] = {}  # batch -> digest, empty in those of old
        self.orders: dict[str, Order] = {}
        self.baskets: dict[str, tuple[str, ...]] = {}
        self.drafts: dict[str, list[str]] = {}
        # By account, open buys in money, each with the account's place among its members.
        self.spending: dict[str, dict[str, int]] = {}
        # The day's orders by what makes them the same: when each was entered, its name.
        self.fingerprints: dict[str, tuple[tuple[datetime, str], ...]] = {}
        self.blocks: dict[str, Block] = {}
        self.placements: dict[str, Placement] = {}
        self.placement_of: dict[str, str] = {}
        self.executions: dict[str, Execution] = {}
        self.execution_of: dict[str, str] = {}
        self.executions_in: dict[str, list[str]] = {}  # by block, as they came
        self.unmatched: dict[int, ReportUnmatched] = {}
        self.settled_reports: dict[int, ReportSettled] = {}
        self.settled_executions: dict[str, ExecutionSettled] = {}
        self._begin_waiting()
        self._begin_days()
        self.sessions: dict[str, SessionState] = {}
        self._begin_retiring()
        self.allocations: dict[str, BlockAllocated] = {}
        self._begin_lots()
        self._begin_posttrade()
        self.alerts: dict[int, AlertRaised] = {}
        self.attended: dict[int, AlertAttended] = {}  # what was done with it last
        self.snoozed: dict[int, datetime] = {}  # until when
        self.answers: dict[str, Answered] = {}
        self.answer_days: list[tuple[date, list[str]]] = []
        self.account_axis, self.instrument_axis, self.currency_axis = Axis(), Axis(), Axis()
        self.position = Grid(self.account_axis, self.instrument_axis)
        self.buying = Grid(self.account_axis, self.instrument_axis)
        self.selling = Grid(self.account_axis, self.instrument_axis)
        self.cash = Grid(self.account_axis, self.currency_axis)

    def _begin_lots(self) -> None:
        self.bookings: dict[str, LotsBooked] = {}  # of blocks
        self.conversions: dict[str, LotsConverted] = {}  # of actions
        self.lot_actions: dict[str, LotAction] = {}
        self.action_references: dict[str, str] = {}  # what its source calls it -> the action
        # By instrument, what is booked, blocks and actions, oldest first.
        self.bookings_of: dict[str, list[str]] = {}
        # By instrument, the place of each among all instruments: its day, 0 for what happens before
        # that day's trades, a number that says which was booked first.
        self.booking_places: dict[str, dict[str, tuple[int, ...]]] = {}
        self.last_places: dict[str, tuple[int, ...]] = {}  # the greatest there was, by instrument
        self.opened_on: dict[str, int] = {}  # the day of the latest opening balance, by instrument
        self.lots, self.realized, self.flows = Table(*LOT), Table(*REALIZED), Table(*FLOW)
        self.identical: dict[str, tuple[str, ...]] = {}  # instruments by group
        self.identical_of: dict[str, str] = {}  # the group of an instrument
        # By instrument, those that were ever linked with it: they are booked in one order.
        self.kin: dict[str, tuple[str, ...]] = {}
        self.identified: dict[str, Identification] = {}  # by order/account
        self.washes: dict[str, LotsWashed] = {}  # by the booking that they are part of
        self.loss_days: dict[str, int] = {}  # by instrument, the day of its latest loss
        self.holdings: dict[str, HoldingsChanged] = {}  # by the booking that they are part of
        self.shorted: dict[str, None] = {}  # instruments that were ever sold short

    def _begin_days(self) -> None:
        self.waivers: dict[str, tuple[Waiver, ...]] = {}  # of the open day, by check
        self.closes: dict[int, Close] = {}
        self.closed: date | None = None  # the open day, once it is closed
        self.undelivered: dict[str, None] = {}  # blocks whose allocation changed since
        # By block, the last line of each of its trades; what a delivery was answered.
        self.delivered: dict[str, dict[str, DeliveryLine]] = {}
        # By block, rejected cancels: the next delivery says them again.
        self.uncancelled: dict[str, tuple[DeliveryLine, ...]] = {}
        self.deliveries: dict[int, Delivery] = {}
        self.delivery_answers: dict[int, DeliveryAnswer] = {}
        self.breaks: dict[str, Break] = {}
        self.tolerances: tuple[Tolerance, ...] = ()
        self.reconciliations: dict[str, Reconciliation] = {}  # the last one, by kind/source

    def _begin_retiring(self) -> None:
        self.retention = 5  # opened days for which finished work stays
        # The last opened days, and the counters as each began: what is older has smaller numbers.
        self.days: list[tuple[date, dict[str, int]]] = []
        self.finished: dict[str, date] = {}  # blocks, and orders in none, and when that was seen
        self.retired_through = date.min  # the latest day with fills that have left
        self.worked: dict[str, None] = {}  # accounts whose orders have left

    def _begin_worth(self) -> None:
        self.price_groups: dict[str, PriceGroup] = {}  # by their first block
        self.rate_cards: dict[str, tuple[CardVersion, ...]] = {}  # by name, oldest version first
        self.fees: dict[str, tuple[FeeVersion, ...]] = {}  # the same
        self.research: dict[
            str, int
        ] = {}  # cents that brokers have billed for it, by broker/Currency
        self.research_paid: dict[int, ResearchPayment] = {}
        self.prices: dict[str, Price] = {}
        self.last_prices: dict[
            str, Price
        ] = {}  # the prices of record with which the last day ended
        self.rates: dict[str, tuple[Rate, ...]] = {}  # by Currency/base, oldest first

    def _begin_waiting(self) -> None:
        # Placements that wait for an answer, with the number of their requests.
        self.pending: dict[str, int] = {}
        self.mass_cancels: dict[str, MassCancel] = {}  # by ClOrdID
        self.halts: dict[str, Halt] = {}  # lifted ones too
        self.lists: dict[str, OrderList] = {}  # by ListID
        self.crosses: dict[str, Cross] = {}
        self.crossing: dict[str, str] = {}  # by order, the cross that is proposed for it

    def _begin_posttrade(self) -> None:
        self.errors: dict[str, None] = {}  # blocks of which an error account has a part
        self.settlement_instructions: dict[str, tuple[SettlementInstruction, ...]] = {}
        self.cut_offs: dict[str, CutOff] = {}  # by market
        self.instructions: dict[str, Instruction] = {}
        self.instructions_of: dict[str, tuple[str, ...]] = {}  # by block
        self.allocation_reports: dict[str, AllocationReported] = {}  # by session/AllocReportID
        self.confirmations: dict[str, Confirmation] = {}
        self.confirmed: dict[str, str] = {}  # AllocID/account -> what stands
        self.affirmations: dict[str, ConfirmationAnswered] = {}  # our last answer
        self.confirmation_requests: dict[str, ConfirmationsRequested] = {}
        self.outbox: dict[str, int] = {}  # what has not left for certain
        self.missed: set[str] = set()  # block/step, and block/step near: what was told

    def become(self, other: "State") -> None:
        """Take another state's whole content; whoever holds this object sees it."""
        vars(self).update(vars(other))

    def bump(self, counter: str, number: int) -> None:
        """Remember that `number` of a counter is used."""
        if number > self.counters.get(counter, 0):
            self.counters[counter] = number

    def work_of(self, trader: str) -> list[Order | Block]:
        """Open orders and blocks that the trader has claimed."""
        every: tuple[Order | Block, ...] = (*self.orders.values(), *self.blocks.values())
        return [one for one in every if one.claimed == trader and one.is_open]

    def limit(self, rule: str) -> Limit | None:
        """The row of `rule` in force on the business date, None where there is none."""
        for row in reversed(self.limits.get(rule, ())):
            if row.effective <= self.business_date:
                return row
        return None

    def research_balance(self, broker: str, Currency: str) -> Decimal:
        """What a broker holds for research; below zero after a bust of what was paid out."""
        of = broker, Currency
        paid = [p.amount for p in self.research_paid.values() if (p.broker, p.Currency) == of]
        return self.money(self.research.get(f"{broker}/{Currency}", 0)) - sum(paid, Decimal(0))

    def money(self, cents: int) -> Decimal:
        """Cents as money with two decimals."""
        return Decimal(cents).scaleb(-2)
