"""Checks of what happens after the trade: brokers' middle offices against our allocations."""

from collections import Counter
from decimal import Decimal

from simulators.ledger import BrokerBook
from tradeoms.demo import world
from tradeoms.model.fields import AffirmStatus
from tradeoms.model.state import State

Split = dict[str, Counter[str]]


def brokers_hold_our_split(state: State, books: dict[str, BrokerBook]) -> str:
    """What brokers accepted, summed by block and account, is what we booked; nothing is left out."""
    told: Split = {name: Counter() for name in state.blocks}
    blocks = {(p.broker, p.OrderID): p.block for p in state.placements.values()}
    for name, book in books.items():
        instructed: Counter[str] = Counter()
        for one in book.allocations.values():
            instructed.update(one.OrderIDs)
            for part in one.parts:
                told[blocks[name, one.OrderIDs[0]]][part.AllocAccount] += part.AllocQty
        filled = {OrderID for OrderID, order in book.orders.items() if order.CumQty}
        if instructed != Counter(filled):
            return f"{name}: instructed {instructed}, filled {filled}"
    booked: Split = {name: Counter() for name in state.blocks}
    for name, allocation in state.allocations.items():
        for account, quantity in zip(allocation.accounts, allocation.quantities, strict=True):
            booked[name][account] += quantity
    return "" if told == booked else "the brokers' parts of accounts are not ours"


def all_confirmed_and_affirmed(state: State, books: dict[str, BrokerBook]) -> str:
    """Each account's part is confirmed once, affirmed, and in money within the broker's tolerance."""
    for name in world.CONFIRMING:
        book, most = books[name], 2 * state.brokers[name].money_tolerance
        parts = {
            (one.AllocID, part.AllocAccount): part.AllocQty
            for one in book.allocations.values()
            for part in one.parts
        }
        said = {(one.AllocID, one.AllocAccount): one for one in book.confirmations.values()}
        if {key: one.AllocQty for key, one in said.items()} != parts:
            return f"{name}: {len(said)} confirmations for {len(parts)} parts"
        for ConfirmID in book.confirmations:
            if book.affirmed.get(ConfirmID) != AffirmStatus.Affirmed:
                return f"{name}: {ConfirmID} is not affirmed"
        for (AllocID, account), one in said.items():
            known = state.instructions[AllocID]
            net = Decimal(known.net[known.accounts.index(account)]).scaleb(-2)
            if abs(Decimal(one.NetMoney) - net) > most:
                return f"{name}: {AllocID} {account} is {one.NetMoney}, not {net}"
    return ""
