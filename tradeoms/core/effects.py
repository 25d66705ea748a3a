"""What an action does to lots, positions and cash, gathered while it is worked out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import numpy as np

from allocation.term import long_term
from tradeoms.core.matching import between
from tradeoms.market.calendar import days
from tradeoms.model import events as e
from tradeoms.model.columns import Int64s
from tradeoms.model.lot_actions import LotAction
from tradeoms.model.state import LOT, REALIZED, State

MILLIONTHS = 10**6
DATED = ("acquired", "holding_from", "root", "acquisition", "replaces", "given")
MONEY = ("basis", "added", "markdown")


@dataclass(slots=True)
class Held:
    """What is open of a lot: its `units`, and cents that belong to them."""

    lot: int
    account: int
    short: int
    units: int
    basis: int
    added: int
    markdown: int
    acquired: int
    holding_from: int
    root: int
    acquisition: int
    replaces: int
    given: int

    @property
    def money(self) -> tuple[int, ...]:
        """Values that go along with the units, in the order of MONEY."""
        return self.basis, self.added, self.markdown


def held(state: State, numbers: Int64s, units: Int64s | None = None) -> list[Held]:
    """What is open of these lots, or so many `units` of each."""
    lots = state.lots
    done = lots["size"][numbers] - lots["remaining"][numbers]
    taken = lots["remaining"][numbers] if units is None else units
    names = ("account", "short", *MONEY, *DATED, "size")
    columns = [lots[name][numbers].tolist() for name in names]
    found = []
    for number, start, n, *values in zip(
        numbers.tolist(), done.tolist(), taken.tolist(), *columns, strict=True
    ):
        own = dict(zip(names, values, strict=True))
        size = own.pop("size")
        money = {name: between(own.pop(name), start, start + n, size) for name in MONEY}
        found.append(Held(lot=number, units=n, **money, **own))
    return found


def by_account(lots: Iterable[Held]) -> Iterator[list[Held]]:
    """Lots of one account and one side at a time, in the order in which they lie."""
    for _, group in groupby(lots, key=lambda one: (one.account, one.short)):
        yield list(group)


class Effects:
    """The event of an action, growing."""

    def __init__(self, state: State, action: LotAction) -> None:
        self.state, self.action = state, action
        self.day = days(action.terms.day)
        self.closed: list[tuple[int, int]] = []
        self.opened: list[dict[str, int]] = []
        self.realized: list[dict[str, int]] = []
        self.moved: defaultdict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0])
        self.losses: dict[str, tuple[int, ...]] = {}

    def close(self, one: Held, instrument: int) -> None:
        """The units leave their lot and the position."""
        self.closed.append((one.lot, one.units))
        self.move(one.account, instrument, one.units if one.short else -one.units)

    def open(self, one: Held, instrument: int, own: bool = False) -> None:
        """A lot with these dates and money; `own`: it came out of no other here."""
        number = self.state.lots.size + len(self.opened)
        row = {name: getattr(one, name) for name in (*DATED, *MONEY, "account", "short")}
        row |= {"instrument": instrument, "size": one.units, "remaining": one.units}
        if own:
            row["root"] = number
        self.opened.append(row)
        self.move(one.account, instrument, -one.units if one.short else one.units)

    def move(
        self, account: int, instrument: int, units: int, cents: int = 0, on: date | None = None
    ) -> None:
        """Units and cents of a position change, on the action's day or another."""
        sums = self.moved[account, instrument, days(on) if on else self.day]
        sums[0] += units
        sums[1] += cents

    def realize(
        self,
        one: Held,
        instrument: int,
        proceeds: int,
        basis: int,
        units: int = 0,
        fraction: int = 0,
    ) -> None:
        """A gain or a loss of `units`, and `fraction` millionths of one; the cents change hands.

        Of a short lot `proceeds` are what was paid. Losses of whole units may be washed.
        """
        gain = basis - proceeds if one.short else proceeds - basis
        since = one.given if gain < 0 and one.markdown else one.holding_from
        long = not one.short and bool(long_term(np.array([since]), np.array([self.day]))[0])
        row = dict.fromkeys(REALIZED, 0)
        row |= {"block": self.action.number, "lot": one.lot, "account": one.account}
        row |= {"instrument": instrument, "sold": self.day, "quantity": units, "units": units}
        row |= {"basis": basis, "proceeds": proceeds, "gain": gain, "long_term": int(long)}
        self.realized.append(row | {"fraction": fraction})
        paid = -proceeds if one.short else proceeds
        self.move(one.account, instrument, 0, paid, getattr(self.action.terms, "payable", None))

    def event(self) -> e.LotsConverted:
        """What was gathered."""
        moved = [(*key, *sums) for key, sums in self.moved.items() if any(sums)]
        names = ("account", "instrument", "settle", "units", "cents")
        return e.LotsConverted(
            name=self.action.action,
            start=self.state.lots.size,
            closed=tuple(lot for lot, _ in self.closed),
            quantities=tuple(units for _, units in self.closed),
            opened=_columns(LOT, self.opened),
            realized=_columns(REALIZED, self.realized),
            moved=dict(zip(names, zip(*moved, strict=True), strict=True)) if moved else {},
            losses=self.losses,
        )


def _columns(names: tuple[str, ...], rows: list[dict[str, int]]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(row[name] for row in rows) for name in names} if rows else {}


def counted(one: Held, proceeds: int) -> int:
    """The basis of a sale of the whole: as `gifts.counted_basis`."""
    if one.short or proceeds >= one.basis or not one.markdown:
        return one.basis
    return max(one.basis - one.markdown, proceeds)
