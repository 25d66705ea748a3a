"""What earns the demo its OK: the stored data, read back and compared with the brokers' own books."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
from msgspec import Struct

from simulators.ledger import BrokerBook, read
from tradeoms import core
from tradeoms.demo import world
from tradeoms.demo.aftertrade import all_confirmed_and_affirmed, brokers_hold_our_split
from tradeoms.demo.files import Run
from tradeoms.demo.lines import Spoken, each_in_its_version, spoken
from tradeoms.model.fields import Effect
from tradeoms.model.orders import ZERO
from tradeoms.model.state import State
from tradeoms.store.journal import SqlJournal, connect


class Stored(Struct, frozen=True):
    """The state that the journal on disk leads to, each broker's book, what was said on each line."""

    state: State
    books: dict[str, BrokerBook]
    spoken: dict[str, Spoken]


def load(run: Run) -> Stored:
    """Replay the journal, read the archive, checking every hash, and read the brokers' ledgers."""
    journal = SqlJournal(connect(f"sqlite:///{run.home / 'journal.db'}"))
    state = State()
    for record in journal.read():
        core.apply(state, record)
    books = {name: read(run.ledger(name)) for name in world.BROKERS}
    return Stored(state, books, spoken(run))


def every_fill_allocated_once(stored: Stored) -> str:
    """Live executions of a block, summed, are what its one allocation holds; no block is left out."""
    state = stored.state
    filled: dict[str, Decimal] = {}
    for execution in state.executions.values():
        if execution.effect is Effect.Booked:
            filled[execution.block] = filled.get(execution.block, ZERO) + execution.LastQty
    allocated = {
        name: state.instruments[state.blocks[name].instrument].quantity(a.quantity)
        for name, a in state.allocations.items()
    }
    return "" if filled == allocated else f"filled {filled}, allocated {allocated}"


def blocks_are_their_accounts(stored: Stored) -> str:
    """A block's quantity and money are the sums of its accounts'; nobody has more than ordered."""
    for name, allocation in stored.state.allocations.items():
        if sum(allocation.quantities) != allocation.quantity:
            return f"{name}: accounts have {sum(allocation.quantities)} of {allocation.quantity}"
        statement = stored.state.blocks[name].statement
        assert statement is not None
        if any(
            got > ordered
            for got, ordered in zip(allocation.quantities, statement.quantities, strict=True)
        ):
            return f"{name}: an account has more than it ordered"
    return ""


def cash_is_the_brokers_net(stored: Stored) -> str:
    """What moved in all accounts is what the brokers' books say they get and pay, to the cent."""
    state = stored.state
    opening = sum((cash.amount for cash in world.opening().cash), ZERO)
    moved = state.money(int(state.cash.cells.sum())) - opening
    nets = [order for book in stored.books.values() for order in book.orders.values()]
    brokers = sum((order.net if order.Side != "1" else -order.net for order in nets), ZERO)
    return "" if moved == brokers else f"accounts moved {moved}, the brokers say {brokers}"


def positions_are_their_lots(stored: Stored) -> str:
    """Open lots, summed by account and instrument, are the positions."""
    state = stored.state
    sums = np.zeros_like(state.position.cells)
    signs = np.where(state.lots["short"] == 1, -1, 1)
    np.add.at(
        sums, (state.lots["account"], state.lots["instrument"]), signs * state.lots["remaining"]
    )
    different = np.argwhere(sums != state.position.cells)
    return "" if not len(different) else f"{len(different)} positions differ from their lots"


def quantities_are_the_brokers(stored: Stored) -> str:
    """Our CumQty and each fill are the broker's for every placement, and every ClOrdID arrived once."""
    state, seen = stored.state, 0
    for placement in state.placements.values():
        book = stored.books[placement.broker]
        order = book.by_ClOrdID.get(placement.ClOrdID)
        if (
            order is None
            or order.CumQty != placement.CumQty
            or order.notional != placement.notional
        ):
            return f"{placement.placement}: we have {placement.CumQty}, the broker {order and order.CumQty}"
        seen += len(order.executions)
    live = sum(execution.effect is Effect.Booked for execution in state.executions.values())
    if live != seen:
        return f"we hold {live} fills, the brokers {seen}"
    twice = [
        id for book in stored.books.values() for id, times in book.received.items() if times != 1
    ]
    unknown = sum(len(book.orders) for book in stored.books.values()) - len(state.placements)
    return f"sent twice: {twice}, unknown to us: {unknown}" if twice or unknown else ""


CHECKS: tuple[tuple[str, Callable[[Stored], str]], ...] = (
    ("every fill allocated exactly once", every_fill_allocated_once),
    ("blocks = sum of their accounts", blocks_are_their_accounts),
    ("cash = the brokers' net", cash_is_the_brokers_net),
    ("positions = sum of lots", positions_are_their_lots),
    ("our quantities = the brokers' books", quantities_are_the_brokers),
    ("each broker in its FIX version", lambda stored: each_in_its_version(stored.spoken)),
    (
        "the brokers hold our split",
        lambda stored: brokers_hold_our_split(stored.state, stored.books),
    ),
    (
        "each account confirmed and affirmed",
        lambda stored: all_confirmed_and_affirmed(stored.state, stored.books),
    ),
)
