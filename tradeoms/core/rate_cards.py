"""Rate cards: what brokers bill for some accounts in the place of their own rates, in versions.

What a placement costs is what was agreed when it was routed: a card that is defined later, or is
effective later, is not for it, however often its block is allocated.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np

from tradeoms.core.commissions import schedule_problems, unbilled
from tradeoms.core.context import Context
from tradeoms.core.versions import Reasons, bad_name, defined, standing
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.columns import Int64s
from tradeoms.model.placements import Placement
from tradeoms.model.rate_cards import CardVersion, RateCard
from tradeoms.model.state import State


def define(state: State, command: c.DefineRateCards, ctx: Context) -> list[e.AnyEvent]:
    """New names or higher versions; the same version again only with the same content."""
    known = {name: tuple(v.card for v in rows) for name, rows in state.rate_cards.items()}
    added = defined(
        known,
        command.cards,
        "cards",
        lambda card: card.card,
        lambda card, again: _reasons(state, card) | ({} if again else _claimed(known, card)),
        _schedule_problems,
    )
    return [e.RateCardsDefined(added, ctx.now)] if added else []


PARTS = ("execution", "research")


def _schedule_problems(card: RateCard, place: str) -> list[c.Problem]:
    schedules = ((part, getattr(card, part)) for part in PARTS)
    return [
        problem
        for part, schedule in schedules
        if schedule
        for problem in schedule_problems(f"{place}{part}", schedule)
    ]


def _reasons(state: State, card: RateCard) -> Reasons:
    found: Reasons = {
        "card": (card.card, bad_name(card.card)),
        "version": (card.version, "" if card.version > 0 else "must be above zero"),
    }
    if not any(getattr(card, part) for part in PARTS):
        found["execution"] = ("", "or research is needed")
    for field, table in (("accounts", state.accounts), ("brokers", state.brokers)):
        for n, name in enumerate(getattr(card, field)):
            found[f"{field}[{n}]"] = (name, "" if name in table else f"unknown {field[:-1]}")
    for n, name in enumerate(card.groups):
        found[f"groups[{n}]"] = (name, "" if name.strip() else "is empty")
    return found


def _claimed(known: dict[str, tuple[RateCard, ...]], card: RateCard) -> Reasons:
    """Two cards for the same account or group with the same broker on the same day: nobody could say
    which holds.
    """
    found: Reasons = {}
    others = standing(known, card.card, card.effective)
    for field in ("accounts", "groups"):
        for name in getattr(card, field):
            for other in others:
                if name in getattr(other, field) and _meet(card, other):
                    found[field] = (name, f"card {other.card} is for it already")
    return found


def _meet(card: RateCard, other: RateCard) -> bool:
    """Whether both name the same broker, or both are for all."""
    return bool(set(card.brokers) & set(other.brokers)) or not (card.brokers or other.brokers)


class Cards(NamedTuple):
    """The cards that are for one placement."""

    accounts: dict[str, RateCard]
    groups: dict[str, RateCard]

    def all(self) -> list[RateCard]:
        """Each once."""
        return list({card.name: card for of in self for card in of.values()}.values())

    def places(
        self, accounts: Sequence[str], groups: Sequence[str]
    ) -> tuple[list[RateCard], Int64s]:
        """All cards, and for each account the place of its own card, else its group's, counted from 1;
        0 where it has none.
        """
        cards = self.all()
        number = {card.name: n for n, card in enumerate(cards, 1)}
        own, common = ({k: number[c.name] for k, c in of.items()} for of in self)
        found = np.zeros(len(accounts), np.int64)
        for table, names in ((common, groups), (own, accounts)):
            if table:
                some = np.fromiter(map(table.get, names, repeat(0)), np.int64, len(accounts))
                found = np.where(some, some, found)
        return cards, found


def agreed(state: State, placement: Placement) -> Cards:
    """As they were when it was routed; one that names the broker before one for all. Nobody bills
    what was crossed in the house.
    """
    found = Cards({}, {})
    if unbilled(placement):
        return found
    cards = [card for card in _in_force(state, placement) if placement.broker in card.brokers]
    others = [card for card in _in_force(state, placement) if not card.brokers]
    for card in (*others, *cards):
        found.accounts.update(dict.fromkeys(card.accounts, card))
        found.groups.update(dict.fromkeys(card.groups, card))
    return found


def _in_force(state: State, placement: Placement) -> Iterator[RateCard]:
    for rows in state.rate_cards.values():
        for row in reversed(rows):
            if row.at <= placement.routed and row.card.effective <= placement.trade_date:
                yield row.card
                break


def groups_of(state: State, accounts: Iterable[str]) -> tuple[str, ...]:
    """Each account's group; nothing where no card is for a group."""
    cards = (row.card for rows in state.rate_cards.values() for row in rows)
    if not any(card.groups for card in cards):
        return ()
    return tuple(state.accounts[account].group for account in accounts)


def apply_defined(state: State, event: e.RateCardsDefined) -> None:
    for card in event.cards:
        rows = state.rate_cards.get(card.card, ())
        state.rate_cards[card.card] = (*rows, CardVersion(card, event.at))


DECIDE = {c.DefineRateCards: define}
APPLY = {e.RateCardsDefined: apply_defined}
