"""What an action does to lots, positions and cash, gathered while it is worked out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby

import numpy as np
from msgspec import Struct

from allocation.exact import round_ratio
from allocation.term import long_term
from tradeoms.market.calendar import days
from tradeoms.model import events as e
from tradeoms.model.columns import Int64s
from tradeoms.model.lot_actions import LotAction
from tradeoms.model.state import LOT, REALIZED, State

MILLIONTHS = 10**6
DATED = (
    *("acquired", "holding_from", "root", "acquisition", "replaces", "given"),
    *("against", "old"),
)
MONEY = ("basis", "added", "markdown")


class Holding(Struct, frozen=True, gc=False):
    """What is open of lots, as columns int64 (n,): their `units`, and cents that belong to them."""

    lot: Int64s
    account: Int64s
    short: Int64s
    units: Int64s
    basis: Int64s
    added: Int64s
    markdown: Int64s
    acquired: Int64s
    holding_from: Int64s
    root: Int64s
    acquisition: Int64s
    replaces: Int64s
    given: Int64s
    against: Int64s
    old: Int64s

    def at(self, places: Int64s) -> "Holding":
        """Some of them."""
        return Holding(*(getattr(self, name)[places] for name in self.__struct_fields__))

    def joined(self, others: "Holding") -> "Holding":
        """They, then the others."""
        names = self.__struct_fields__
        return Holding(*(np.append(getattr(self, n), getattr(others, n)) for n in names))

    @property
    def sign(self) -> Int64s:
        """1 of a long lot, -1 of a short one."""
        return 1 - 2 * self.short

    def counted(self, proceeds: Int64s) -> Int64s:
        """The basis of a sale of the whole: as `gifts.counted_basis`."""
        lower = np.maximum(self.basis - self.markdown, np.minimum(self.basis, proceeds))
        gift = (self.short == 0) & (proceeds < self.basis) & (self.markdown > 0)
        return np.where(gift, lower, self.basis)


class Held(Struct, gc=False):
    """One of them."""

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


def holding(state: State, numbers: Int64s, units: Int64s | None = None) -> Holding:
    """What is open of these lots, or so many `units` of each."""
    own = {name: state.lots[name][numbers] for name in LOT}
    done = own["size"] - own["remaining"]
    taken = own["remaining"] if units is None else units
    money = {name: between(own[name], done, done + taken, own["size"]) for name in MONEY}
    dated = {name: own[name] for name in ("account", "short", *DATED)}
    return Holding(lot=numbers, units=taken, **money, **dated)


def held(state: State, numbers: Int64s, units: Int64s | None = None) -> list[Held]:
    """The same, one by one."""
    found = holding(state, numbers, units)
    columns = (getattr(found, name).tolist() for name in Held.__struct_fields__)
    return [Held(*row) for row in zip(*columns, strict=True)]


def between(value: Int64s, start: Int64s, end: Int64s, size: Int64s) -> Int64s:
    """What of `value` belongs to units `start` to `end` of `size`: as `matching.between`."""
    return round_ratio(value, end, size) - round_ratio(value, start, size)


def by_account(lots: Iterable[Held]) -> Iterator[list[Held]]:
    """Lots of one account and one side at a time, in the order in which they lie."""
    for _, group in groupby(lots, key=lambda one: (one.account, one.short)):
        yield list(group)


class Effects:
    """The event of an action, growing."""

    def __init__(self, state: State, action: LotAction) -> None:
        self.state, self.action = state, action
        self.day = days(action.terms.day)
        self.closed: tuple[list[int], ...] = ([], [], [])
        self.opened: dict[str, list[int]] = {name: [] for name in LOT}
        self.realized: dict[str, list[int]] = {name: [] for name in REALIZED}
        self.moved: defaultdict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0])
        self.losses: dict[str, tuple[int, ...]] = {}

    def close(self, lots: Holding, instrument: int) -> None:
        """The units leave their lots and the position."""
        for column, values in zip(self.closed, (lots.lot, lots.units, lots.basis), strict=True):
            column += values.tolist()
        self.move(lots.account, instrument, units=-lots.sign * lots.units)

    def open(self, lots: Holding, instrument: int, own: bool = False) -> None:
        """Lots with these dates and money; `own`: they came out of no others here."""
        start, count = self.state.lots.size + len(self.opened["size"]), len(lots.units)
        columns = {name: getattr(lots, name) for name in (*DATED, *MONEY, "account", "short")}
        columns |= {"size": lots.units, "remaining": lots.units}
        columns["instrument"] = np.full(count, instrument, np.int64)
        if own:
            columns["root"] = np.arange(start, start + count, dtype=np.int64)
        _extend(self.opened, columns)
        self.move(lots.account, instrument, units=lots.sign * lots.units)

    def move(
        self,
        accounts: Int64s,
        instrument: int,
        units: Int64s | None = None,
        cents: Int64s | None = None,
        on: date | None = None,
    ) -> None:
        """Units or cents of positions change, on the action's day or another."""
        day = days(on) if on else self.day
        for n, values in enumerate((units, cents)):
            if values is not None:
                for account, value in zip(accounts.tolist(), values.tolist(), strict=True):
                    self.moved[account, instrument, day][n] += value

    def realize(
        self,
        lots: Holding,
        instrument: int,
        proceeds: Int64s,
        basis: Int64s,
        units: Int64s | None = None,
        fraction: Int64s | None = None,
    ) -> None:
        """Gains or losses of `units`, and `fraction` millionths of one; the cents change hands.

        Of a short lot `proceeds` are what was paid. Losses of whole units may be washed.
        """
        count, gain = len(lots.lot), lots.sign * (proceeds - basis)
        since = np.where(lots.against > 0, self.day, lots.holding_from)
        since = np.where((gain < 0) & (lots.markdown > 0), lots.given, since)
        sold, nothing = np.full(count, self.day, np.int64), np.zeros(count, np.int64)
        columns = dict.fromkeys(REALIZED, nothing)
        columns |= {"lot": lots.lot, "account": lots.account, "sold": sold}
        columns |= {"basis": basis, "proceeds": proceeds, "gain": gain}
        columns["block"] = np.full(count, self.action.number, np.int64)
        columns["instrument"] = np.full(count, instrument, np.int64)
        old = (gain < 0) & (lots.old == 1)
        columns["long_term"] = np.where(lots.short == 1, old, long_term(since, sold)).astype(
            np.int64
        )
        if units is not None:
            columns["quantity"] = columns["units"] = units
        if fraction is not None:
            columns["fraction"] = fraction
        _extend(self.realized, columns)
        payable = getattr(self.action.terms, "payable", None)
        self.move(lots.account, instrument, cents=lots.sign * proceeds, on=payable)

    def event(self) -> e.LotsConverted:
        """What was gathered."""
        moved = [(*key, *sums) for key, sums in self.moved.items() if any(sums)]
        names = ("account", "instrument", "settle", "units", "cents")
        closed, quantities, basis = self.closed
        return e.LotsConverted(
            name=self.action.action,
            start=self.state.lots.size,
            closed=tuple(closed),
            quantities=tuple(quantities),
            basis=tuple(basis),
            opened=_tuples(self.opened),
            realized=_tuples(self.realized),
            moved=dict(zip(names, zip(*moved, strict=True), strict=True)) if moved else {},
            losses=self.losses,
        )


def _extend(table: dict[str, list[int]], columns: Mapping[str, Int64s]) -> None:
    for name, values in table.items():
        values += columns[name].tolist()


def _tuples(table: dict[str, list[int]]) -> dict[str, tuple[int, ...]]:
    """Nothing at all of a table without rows."""
    found = {name: tuple(values) for name, values in table.items()}
    return found if any(found.values()) else {}
