"""The little world of the crash tests: accounts, lots, orders and brokers, all from one seed.

It is made so that the end of the day does not depend on the order in which orders reach a broker:
quantities are too small to move the simulated markets, which quote the same at every broker, and
the quantities of a block add up to a prime, so that no two accounts ever tie for a cent.
"""

import random
from datetime import UTC, date, datetime
from decimal import Decimal

import simulators
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import Severity, Side
from tradeoms.model.openings import OpeningCash, OpeningLot
from tradeoms.model.orders import Member, NewOrder
from tradeoms.model.reference import Account, Instrument, Limit, Price

DAY = date(2022, 12, 28)
CLOSES = f"{next(iter(simulators.__path__))}/data/closes.csv"
TICKERS = (
    *("AAPL", "AMD", "BAC", "BBY", "CVX", "GE", "HD", "JNJ", "JPM", "KO"),
    *("LLY", "MRK", "MSFT", "PEP", "PFE", "PG", "RRC", "UNH", "WMT", "XOM"),
)
ACCOUNTS = tuple(f"A{n:02d}" for n in range(1, 41))
BROKERS = ("ALPHA", "BRAVO", "CHARLIE")
COMMISSION = Decimal("0.01")
ORDERS = 500
PER_BLOCK = 25
BASKETS = (slice(240, 370), slice(370, 500))
MOST = 90  # shares of one order


def operations() -> list[c.Command]:
    """What operations enters before the day begins."""
    now = datetime.now(UTC).isoformat()
    return [
        c.OpenDay(DAY),
        c.DefineInstruments(tuple(Instrument(t, t, t, "8", "USD", issuer=t) for t in TICKERS)),
        c.DefineAccounts(tuple(Account(a, f"Invented client {a}", a) for a in ACCOUNTS)),
        c.DefineBrokers(
            tuple(
                Broker(b, f"Invented broker {b}", b, COMMISSION, knows_lists=True) for b in BROKERS
            )
        ),
        c.SetHolidays("USD", (date(2023, 1, 2),)),
        c.MarkPrices(tuple(Price(t, Decimal(100), "invented", now) for t in TICKERS)),
        _opening(),
    ]


def limits() -> c.SetLimits:
    """A quantity nobody exceeds, and a warning where an order seems to be there twice."""
    start = date(2022, 1, 1)
    return c.SetLimits(
        (
            Limit("order_quantity", start, {"most": "1000"}),
            Limit("duplicate_order", start, {"seconds": 600}, Severity.Warn),
        )
    )


def _opening() -> c.BookOpening:
    """Two lots an account and instrument, more than the largest sell, and cash."""
    draw = random.Random("opening")
    lots = [
        OpeningLot(account, ticker, Decimal(shares), Decimal(shares * draw.randrange(50, 150)), day)
        for account in ACCOUNTS
        for ticker in TICKERS
        for shares, day in ((draw.randrange(20, 60), date(2020, 1, 6)), (MOST, date(2022, 7, 1)))
    ]
    cash = [OpeningCash(account, "USD", Decimal(1_000_000)) for account in ACCOUNTS]
    return c.BookOpening("opening", tuple(lots), tuple(cash))


def orders() -> list[NewOrder]:
    """500 orders, one account each, 25 an instrument, about half of them sells; in mixed order."""
    draw = random.Random("orders")
    found = [order for ticker in TICKERS for order in _of(ticker, draw)]
    draw.shuffle(found)
    return found


def _of(ticker: str, draw: random.Random) -> list[NewOrder]:
    accounts = draw.sample(ACCOUNTS, PER_BLOCK)
    cut = draw.randrange(8, PER_BLOCK - 8)
    return [
        NewOrder(ticker, side, (Member(account, Decimal(shares)),), reference=f"{ticker}/{account}")
        for side, names in ((Side.Buy, accounts[:cut]), (Side.Sell, accounts[cut:]))
        for account, shares in zip(names, _quantities(len(names), draw), strict=True)
    ]


def _quantities(count: int, draw: random.Random) -> list[int]:
    """Different numbers of shares whose sum is prime."""
    while not _prime(sum(found := draw.sample(range(5, MOST), count))):
        pass
    return found


def _prime(number: int) -> bool:
    return all(number % divisor for divisor in range(2, int(number**0.5) + 1))
