"""A second opinion on wash sales: every share is an object, every rule a loop. Slow and obvious."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from allocation.lot_events import Buy, Event, Sell, Split, Transfer
from allocation.policy import Policy

WINDOW = timedelta(days=30)


@dataclass(eq=False)
class Share:
    """One share, sold or not."""

    lot: str
    number: int
    account: str
    acquired: date
    since: date
    basis: Fraction
    acquisition: str
    used: bool = False
    losses: int = 0
    sold: bool = False


@dataclass(eq=False)
class LossOf:
    """A share sold at a loss that nothing has replaced yet."""

    day: date
    share: Share
    amount: Fraction
    spare: list[Share] = field(default_factory=list)


@dataclass
class Shares:
    """FIFO only."""

    policy: Policy
    shares: list[Share] = field(default_factory=list)
    waiting: list[LossOf] = field(default_factory=list)
    recognized: Fraction = Fraction(0)
    lost: Fraction = Fraction(0)
    lots: int = 0

    def play(self, events: Sequence[Event]) -> "Shares":
        """All events in the order given."""
        for event in events:
            match event:
                case Buy():
                    self.buy(event)
                case Sell():
                    self.sell(event)
                case Transfer():
                    for share in self.first(event.account, int(event.quantity)):
                        share.account = event.to
                case Split():
                    raise AssertionError("shares cannot be split here")
        if self.policy.ira_last:
            self.settle()
        return self

    def settle(self) -> None:
        """What no taxable purchase took: each loss by the first share in an IRA it could have."""
        for loss in sorted(self.waiting, key=lambda each: (each.day, each.share.acquired)):
            for share in loss.spare:
                if not share.used:
                    share.used, share.losses = True, share.losses + 1
                    self.recognized += loss.amount
                    self.lost += loss.amount
                    break

    def first(self, account: str, quantity: int) -> list[Share]:
        """First in, first out; within a lot those that absorbed a loss first."""
        held = [s for s in self.shares if s.account == account and not s.sold]
        held.sort(key=lambda s: (s.acquired, s.number, s.since))
        return held[:quantity]

    def buy(self, event: Buy) -> None:
        """Each new share replaces the oldest loss that waits."""
        self.lots += 1
        unit = Fraction(event.amount) / int(event.quantity)
        acquisition = event.acquisition or event.lot
        day = event.acquired or event.date
        for _ in range(int(event.quantity)):
            share = Share(event.lot, self.lots, event.account, day, day, unit, acquisition)
            self.shares.append(share)
            for loss in sorted(self.waiting, key=lambda each: (each.day, each.share.acquired)):
                if self.replaces(share, loss):
                    break

    def sell(self, event: Sell) -> None:
        """Sell, then look back, in order of acquisition."""
        price = Fraction(event.amount) / int(event.quantity)
        gone = self.first(event.account, int(event.quantity))
        for share in gone:
            share.sold = True
            self.recognized += price - share.basis
        for share in gone:
            if price < share.basis and event.account not in self.policy.iras:
                loss = LossOf(event.date, share, share.basis - price)
                self.waiting.append(loss)
                for other in sorted(self.shares, key=lambda s: (s.acquired, s.number, s.account)):
                    if self.replaces(other, loss):
                        break

    def replaces(self, share: Share, loss: LossOf) -> bool:
        """Whether the share takes over the loss; if so it has."""
        near = abs(share.acquired - loss.day) <= WINDOW
        if share.used or share.sold or not near or share.acquisition == loss.share.acquisition:
            return False
        if share.account in self.policy.iras and self.policy.ira_last:
            loss.spare.append(share)
            return False
        share.used, share.losses = True, share.losses + 1
        self.waiting.remove(loss)
        self.recognized += loss.amount
        if share.account in self.policy.iras:
            self.lost += loss.amount
        else:
            share.basis += loss.amount
            share.since -= loss.day - loss.share.since
        return True
