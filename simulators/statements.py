"""What brokers and a custodian write at the end of the day, from the brokers' own ledgers.

``python -m simulators.statements fills LEDGER`` prints a broker's fills of its last run as CSV;
``positions`` and ``cash`` print what a custodian holds, who knows the opening balances (``--lots``,
``--cash``) and what brokers have confirmed for each account. ``--fault`` spoils the file on purpose.
"""

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from simulators import ledger
from simulators.codes import ExecType, Side
from simulators.ledger import BrokerBook
from simulators.lines import Changed, LedgerError, Line, Opened, lines

Table = list[list[str]]
NAMES = {
    Side.BUY: "Buy",
    Side.SELL: "Sell",
    Side.SELL_SHORT: "SellShort",
    Side.SELL_SHORT_EXEMPT: "SellShortExempt",
}
FILLS = ["ExecID", "instrument", "Side", "LastQty", "LastPx"]
POSITIONS = ["account", "instrument", "quantity"]
CASH = ["account", "Currency", "amount"]


def fills(every: Iterable[Line]) -> Table:
    """The executions of a ledger's last run that still live, oldest first."""
    read = list(every)
    book = ledger.fold(read)
    starts = [n for n, line in enumerate(read) if isinstance(line, Opened)]
    table = [FILLS]
    for line in read[starts[-1] :] if starts else []:
        if not isinstance(line, Changed) or line.ExecType not in (
            ExecType.TRADE,
            ExecType.TRADE_CORRECT,
        ):
            continue
        order = book.orders[line.OrderID]
        if fill := order.executions.get(line.ExecID):
            row = [line.ExecID, order.Symbol, NAMES[order.Side], str(fill.qty), f"{fill.px:f}"]
            table.append(row)
    return table


def positions(opening: Table, books: Iterable[BrokerBook]) -> Table:
    """What accounts own: the opening lots, and what brokers confirmed."""
    held: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for account, instrument, quantity in _picked(opening, POSITIONS):
        held[account, instrument] += Decimal(quantity)
    for account, symbol, shares, _ in _confirmed(books):
        held[account, symbol] += shares
    return [POSITIONS, *([*key, f"{total:f}"] for key, total in sorted(held.items()) if total)]


def cash(opening: Table, books: Iterable[BrokerBook], currency: str) -> Table:
    """The same of money; what brokers confirm is in one currency, which they do not say."""
    held: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for account, own, amount in _picked(opening, CASH):
        held[account, own] += Decimal(amount)
    for account, _, _, net in _confirmed(books):
        held[account, currency] += net
    return [CASH, *([*key, f"{total:f}"] for key, total in sorted(held.items()) if total)]


def _picked(opening: Table, columns: Sequence[str]) -> Iterable[list[str]]:
    """Columns of a file by name."""
    if not opening:
        return []
    places = [opening[0].index(name) for name in columns]
    return [[row[n] for n in places] for row in opening[1:] if row]


def _confirmed(books: Iterable[BrokerBook]) -> Iterable[tuple[str, str, Decimal, Decimal]]:
    """Account, symbol, by how much shares and money change: of each confirmation in force."""
    for book in books:
        for said in book.confirmations.values():
            told = book.allocations[said.AllocID]
            way = 1 if told.Side == Side.BUY else -1
            shares, net = Decimal(said.AllocQty), Decimal(said.NetMoney)
            yield said.AllocAccount, told.Symbol, way * shares, -way * net


def _missing(table: Table) -> Table:
    return [table[0], *table[2:]]


def _extra(table: Table) -> Table:
    return [*table, [f"X-{table[1][0]}", *table[1][1:]]]


def _amount(table: Table) -> Table:
    """The first line's quantity or amount is more by one."""
    place = next(n for n, name in enumerate(table[0]) if name in ("LastQty", "quantity", "amount"))
    return [table[0], _more(table[1], place, Decimal(1)), *table[2:]]


def _price(table: Table) -> Table:
    """The first line's price is a cent higher."""
    return [table[0], _more(table[1], table[0].index("LastPx"), Decimal("0.01")), *table[2:]]


def _more(row: list[str], place: int, by: Decimal) -> list[str]:
    return [*row[:place], f"{Decimal(row[place]) + by:f}", *row[place + 1 :]]


#: Ways to spoil a table that has at least one line.
FAULTS: dict[str, Callable[[Table], Table]] = {
    "missing": _missing,
    "extra": _extra,
    "amount": _amount,
    "price": _price,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table; 2 for a ledger or a file that cannot be read."""
    parser = argparse.ArgumentParser(prog="simulators.statements", description=__doc__)
    parser.add_argument("what", choices=("fills", "positions", "cash"))
    parser.add_argument("ledgers", nargs="+", type=Path)
    parser.add_argument("--lots", type=Path, help="the opening lots")
    parser.add_argument("--cash", type=Path, help="the opening cash")
    parser.add_argument("--currency", default="USD", help="of what brokers confirm")
    parser.add_argument("--fault", choices=list(FAULTS), help="spoil the file")
    given = parser.parse_args(arguments)
    try:
        table = _table(given)
    except (LedgerError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if given.fault and len(table) > 1:
        table = FAULTS[given.fault](table)
    csv.writer(sys.stdout, lineterminator="\n").writerows(table)
    return 0


def _table(given: argparse.Namespace) -> Table:
    if given.what == "fills":
        return fills(line for path in given.ledgers for line in lines(path))
    books = [ledger.read(path) for path in given.ledgers]
    if given.what == "positions":
        return positions(_read(given.lots), books)
    return cash(_read(given.cash), books, given.currency)


def _read(path: Path | None) -> Table:
    return list(csv.reader(path.read_text("utf-8").splitlines())) if path else []


if __name__ == "__main__":
    sys.exit(main())
