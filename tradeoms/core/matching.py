"""Which shares take over which losses: section 1091 on whole units and cents.

`allocation.wash` does the same in fractions, one taxpayer at a time; a test plays both.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

WINDOW = 30  # days before and after the sale, both inclusive


@dataclass(slots=True)
class Loss:
    """A row of the realized table that lost `cents` over `units`, of which some are matched: whole ones,
    or so many `parts` of one.

    `acquired`, `root` and `acquisition` are those of what was sold, held for `holding_days`.
    """

    row: int
    taxpayer: int
    day: int
    acquired: int
    root: int
    acquisition: int
    holding_days: int
    short: bool
    cents: int
    units: int
    matched: int
    parts: int = 1


@dataclass(slots=True)
class Purchase:
    """An open lot whose shares may take over a loss; `done` of its first size is gone already.

    A short's loss may go into a plain `sale` too: `lot` is its row of the realized table.
    """

    lot: int
    taxpayer: int
    acquired: int
    root: int
    account: int
    acquisition: int
    short: bool
    ira: bool
    size: int
    basis: int
    done: int
    rank: int
    sale: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """So many units of a purchase for as many of a loss, whose parts are `matched`; `basis` goes with
    them.
    """

    loss: Loss
    purchase: Purchase
    quantity: int
    matched: int
    basis: int
    disallowed: int


def matches(losses: Iterable[Loss], purchases: Iterable[Purchase]) -> list[Match]:
    """Losses by date of sale and acquisition, purchases by date, each share once (W3 to W5)."""
    held: dict[tuple[int, bool], list[Purchase]] = defaultdict(list)
    for one in sorted(purchases, key=_order):
        held[one.taxpayer, one.short].append(one)
    found: list[Match] = []
    for loss in sorted(losses, key=lambda each: (each.day, each.acquired, each.root, each.row)):
        mine = held[loss.taxpayer, loss.short]
        before = len(found)
        for purchase in mine:
            if loss.matched == loss.units:
                break
            while _fits(loss, purchase):
                found.append(_take(loss, purchase))
        if len(found) > before:
            held[loss.taxpayer, loss.short] = [one for one in mine if one.done < one.size]
    return found


def _order(one: Purchase) -> tuple[int, ...]:
    """W4; of one purchase by account, then as they would be sold; of one day plain sales last."""
    return one.acquired, one.sale, one.root, one.account, one.rank


def _fits(loss: Loss, purchase: Purchase) -> bool:
    """W1; W10: shares of one purchase do not replace each other."""
    near = abs(purchase.acquired - loss.day) <= WINDOW and purchase.done < purchase.size
    return near and loss.matched < loss.units and purchase.acquisition != loss.acquisition


def _take(loss: Loss, purchase: Purchase) -> Match:
    """Whole units as far as the loss has them; what it has left of one goes into one alone."""
    left = loss.units - loss.matched
    quantity = min(max(left // loss.parts, 1), purchase.size - purchase.done)
    matched = min(quantity * loss.parts, left)
    basis = between(purchase.basis, purchase.done, purchase.done + quantity, purchase.size)
    part = between(loss.cents, loss.matched, loss.matched + matched, loss.units)
    loss.matched += matched
    purchase.done += quantity
    return Match(loss, purchase, quantity, matched, basis, part)


def between(value: int, start: int, end: int, size: int) -> int:
    """What of `value` belongs to units `start` to `end` of `size`; all parts add up to it."""
    return _rounded(value * end, size) - _rounded(value * start, size)


def _rounded(value: int, divisor: int) -> int:
    """A half away from zero, as lots are relieved."""
    whole = (2 * abs(value) + divisor) // (2 * divisor)
    return whole if value >= 0 else -whole
