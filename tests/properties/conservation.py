"""W18 of the whole book: nothing of what was paid and got is lost between gains and lots."""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from tests.builders import Desk
from tradeoms import core
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import TaxStatus
from tradeoms.model.lot_actions import ActionKind, LotTransfer
from tradeoms.model.reference import Account, IdenticalGroup
from tradeoms.model.state import State
from tradeoms.views.lots import open_basis


def one_taxpayer(floor: Desk, accounts: tuple[str, ...], instruments: tuple[str, ...]) -> None:
    """Make the accounts one taxpayer's, the last of them an IRA, and the instruments identical."""
    *own, last = (Account(a, a, "one", may_short=True) for a in accounts)
    ira = replace(last, tax=TaxStatus.IRA)
    floor.done(c.DefineAccounts((*own, ira)), "ops")
    floor.done(c.DefineIdentical((IdenticalGroup("g", instruments),)), "compliance")


Sums = Counter[tuple[int, int]]  # cents by account and instrument


class Ledger:
    """Cents that each booking that stands brought (or cost, below zero), from the log alone: what has left
    memory since is in it.
    """

    def __init__(self) -> None:
        self.state, self.booked = State(), dict[str, Sums]()
        self.opening = Sums()

    def read(self, records: Sequence[e.Record]) -> "Ledger":
        for record in records:
            event, size = record.event, self.state.lots.size
            if isinstance(event, e.LotsBooked):
                self.booked[event.block] = self._traded(event)
            elif isinstance(event, e.LotsConverted):
                self.booked[event.name] = self._converted(event)
            elif isinstance(event, e.LotsReversed):
                self.booked.pop(event.block)
            core.apply(self.state, record)
            if isinstance(event, e.OpeningBooked):
                for lot in range(size, self.state.lots.size):
                    basis = int(self.state.lots["basis"][lot])
                    self.opening[self._place(lot)] += basis if self._is_short(lot) else -basis
        return self

    def _place(self, lot: int) -> tuple[int, int]:
        lots = self.state.lots
        return int(lots["account"][lot]), int(lots["instrument"][lot])

    def _is_short(self, lot: int) -> bool:
        return bool(self.state.lots["short"][lot])

    def _traded(self, event: e.LotsBooked) -> Sums:
        """The net of a block, and what of a gift's basis counts in no sale: it lost before."""
        block, given = self.state.blocks[event.block], self.state.allocations[event.block]
        sign, sums = 1 if block.Side.sells else -1, Sums()
        column = self.state.instrument_axis.index[block.instrument]
        for account, net in zip(given.accounts, given.net, strict=True):
            sums[self.state.account_axis.index[account], column] += sign * net
        units, basis = Counter[int](), Counter[int]()
        for lot, quantity, cents in zip(
            event.relieved_lots, event.relieved_quantities, event.relieved_basis, strict=True
        ):
            units[lot], basis[lot] = units[lot] + quantity, basis[lot] + cents
        for lot, most in self._markdowns(units).items():
            columns = (int(self.state.lots[name][lot]) for name in ("basis", "size", "remaining"))
            whole, size, left = columns
            taken = open_basis(whole, size, left) - open_basis(whole, size, left - units[lot])
            assert 0 <= taken - basis[lot] <= most
            sums[self._place(lot)] += taken - basis[lot]
        return sums

    def _markdowns(self, lots: Iterable[int]) -> dict[int, int]:
        """Those of the lots that are gifts with two bases, and how far apart these are."""
        found = {lot: int(self.state.lots["markdown"][lot]) for lot in lots}
        return {lot: cents for lot, cents in found.items() if cents}

    def _converted(self, event: e.LotsConverted) -> Sums:
        """Cash, what a transfer takes along, and what of a gift's basis counts in no sale."""
        terms, sums = self.state.lot_actions[event.name].terms, Sums()
        names = ("account", "instrument", "cents")
        moved = (event.moved.get(name, ()) for name in names)
        for account, instrument, cents in zip(*moved, strict=True):
            sums[account, instrument] += cents
        if isinstance(terms, LotTransfer):
            for lot, basis in zip(event.closed, event.basis, strict=True):
                sums[self._place(lot)] += basis
            opened = (event.opened.get(name, ()) for name in ("account", "instrument", "basis"))
            for account, instrument, basis in zip(*opened, strict=True):
                sums[account, instrument] -= basis
        elif terms.kind is not ActionKind.Exercise:
            column = self.state.instrument_axis.index[terms.instrument]
            bought = terms.taxable or (terms.kind is ActionKind.Merger and not terms.new)
            for account, cents in self._uncounted(event, bought).items():
                sums[account, column] += cents
        return sums

    def _uncounted(self, event: e.LotsConverted, bought: bool) -> Counter[int]:
        """Basis of an account's lots that is neither in new ones, unless these were bought, nor in gains:
        only gifts have such.
        """
        rest, most, lots = Counter[int](), Counter[int](), self.state.lots
        for lot, basis in zip(event.closed, event.basis, strict=True):
            if not self._is_short(lot):
                rest[int(lots["account"][lot])] += basis
                most[int(lots["account"][lot])] += int(lots["markdown"][lot])
        opened = (event.opened.get(name, ()) for name in ("account", "short", "basis"))
        for account, short, basis in zip(*opened, strict=True):
            rest[account] -= 0 if short or bought else basis
        realized = (event.realized.get(name, ()) for name in ("account", "lot", "basis"))
        for account, lot, basis in zip(*realized, strict=True):
            rest[account] -= 0 if self._is_short(lot) else basis
        assert all(0 <= cents <= most[account] for account, cents in rest.items())
        return rest

    def check(self) -> None:
        """For each taxpayer and currency, to the cent: what is recognized is what sales brought less what
        was paid, plus the basis of what is open, plus what purchases in IRAs destroyed.
        """
        expected, table = Counter[tuple[str, str]](), self.state.realized
        for sums in (self.opening, *self.booked.values()):
            for (account, instrument), cents in sums.items():
                expected[self._whose(account, instrument)] += cents
        columns = (self.state.lots[name].tolist() for name in ("basis", "size", "remaining"))
        for lot, (basis, size, left) in enumerate(zip(*columns, strict=True)):
            cents = open_basis(basis, size, left)
            expected[self._whose(*self._place(lot))] += -cents if self._is_short(lot) else cents
        recognized = Counter[tuple[str, str]]()
        names = ("account", "instrument", "gain", "disallowed", "lost", "taken")
        for account, instrument, gain, disallowed, lost, taken in zip(
            *(table[name].tolist() for name in names), strict=True
        ):
            recognized[self._whose(account, instrument)] += gain + disallowed - lost
            assert 0 <= lost <= max(-gain, 0)
            assert disallowed <= max(-gain, 0)
            assert (
                taken or lost <= disallowed
            )  # what a sale takes over of a short's loss is below zero
        for key in recognized.keys() | expected.keys():
            assert recognized[key] == expected[key], key

    def _whose(self, account: int, instrument: int) -> tuple[str, str]:
        one = self.state.accounts[self.state.account_axis.names[account]]
        currency = self.state.instruments[self.state.instrument_axis.names[instrument]].Currency
        return one.taxpayer or one.account, currency


def money_is_recognized_deferred_or_lost(records: Sequence[e.Record]) -> None:
    """Of everything that is in the log."""
    Ledger().read(records).check()
