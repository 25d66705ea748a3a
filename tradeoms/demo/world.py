"""What the demo invents: accounts, models, opening lots, brokers and limits, from one seed.

Tickers and closes are real; everything built on them is not.
"""

import csv
import random
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

import simulators
from simulators.prices import day_volume, load_closes
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import Handling, Severity
from tradeoms.model.openings import OpeningCash, OpeningLot
from tradeoms.model.reference import Account, Instrument, Limit, Price

SEED = 7
DAY, PREVIOUS = date(2022, 12, 28), date(2022, 12, 27)
SOURCE = f"close of {PREVIOUS}, simulated volume"
STEPS = 390  # of a simulated day, a minute each
BOUGHT = (date(2018, 3, 1), date(2019, 8, 15), date(2021, 5, 3), date(2022, 6, 30))
ACCOUNTS = 250
#: The brokers, and the version of FIX that each speaks.
VERSIONS = {"ALPHA": "FIX.4.2", "BRAVO": "FIX.4.4", "CHARLIE": "FIX.5.0SP2"}
BROKERS = tuple(VERSIONS)
#: Those that confirm each account over FIX; FIX 4.2 has no message for it.
CONFIRMING = ("BRAVO", "CHARLIE")
#: The broker whose line is encrypted.
SECURE = "CHARLIE"
COMMISSION = Decimal("0.005")
CLOSES = Path(simulators.__file__).parent / "data" / "closes.csv"
CENT = Decimal("0.01")

ISINS = {
    "AAPL": "US0378331005",
    "AMD": "US0079031078",
    "BAC": "US0605051046",
    "BBY": "US0865161014",
    "CVX": "US1667641005",
    "GE": "US3696043013",
    "HD": "US4370761029",
    "JNJ": "US4781601046",
    "JPM": "US46625H1007",
    "KO": "US1912161007",
    "LLY": "US5324571083",
    "MRK": "US58933Y1055",
    "MSFT": "US5949181045",
    "PEP": "US7134481081",
    "PFE": "US7170811035",
    "PG": "US7427181091",
    "RRC": "US75281A1097",
    "UNH": "US91324P1021",
    "WMT": "US9311421039",
    "XOM": "US30231G1022",
}

#: Weights in thousandths, in the order of ISINS; 20 thousandths stay cash.
MODELS = {
    "growth": (95, 70, 45, 40, 35, 40, 60, 45, 50, 25, 80, 35, 100, 30, 30, 30, 25, 75, 35, 35),
    "balanced": (60, 35, 50, 35, 50, 40, 50, 60, 55, 45, 60, 50, 65, 50, 45, 55, 20, 60, 50, 45),
    "income": (30, 15, 60, 40, 75, 35, 45, 70, 65, 70, 45, 65, 40, 65, 60, 65, 15, 40, 45, 35),
}

#: US federal and market holidays on which dollars or equities do not settle, for the days of the demo.
HOLIDAYS = (date(2022, 11, 24), date(2022, 12, 26), date(2023, 1, 2), date(2023, 1, 16))


class Client(Struct, frozen=True):
    """An invented client account and the model it follows."""

    account: str
    model: str


def clients() -> list[Client]:
    """The accounts, a model each in turn."""
    names = list(MODELS)
    return [Client(f"C{n:03d}", names[n % len(names)]) for n in range(1, ACCOUNTS + 1)]


def closes(day: date) -> dict[str, Decimal]:
    """The closes of a day, rounded to the tick."""
    with CLOSES.open(newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["Date"] == day.isoformat())
    return {name: Decimal(row[name]).quantize(CENT) for name in ISINS}


def weights(model: str) -> dict[str, int]:
    """Weights of a model in millionths."""
    return {
        name: thousandths * 1000 for name, thousandths in zip(ISINS, MODELS[model], strict=True)
    }


def reference() -> list[c.Command]:
    """What operations enters before the day: instruments, accounts, brokers, holidays, day, prices."""
    volumes = simulated_volumes()
    return [
        c.OpenDay(DAY),
        c.DefineInstruments(
            tuple(
                # In 2022 US equities settled two days after the trade.
                Instrument(name, name, isin, "4", "USD", issuer=name, settle_cycle=2)
                for name, isin in ISINS.items()
            )
        ),
        c.DefineAccounts(
            tuple(
                Account(
                    client.account,
                    f"Invented client {client.account}",
                    client.account,
                    strategy=client.model,
                )
                for client in clients()
            )
        ),
        c.DefineBrokers(tuple(_broker(name) for name in BROKERS)),
        c.SetHolidays("USD", HOLIDAYS),
        c.MarkPrices(
            tuple(
                # The simulated day is played now, so that is when its last close became known.
                Price(name, price, SOURCE, datetime.now(UTC).isoformat(), volumes[name])
                for name, price in closes(PREVIOUS).items()
            )
        ),
    ]


def simulated_volumes() -> dict[str, Decimal]:
    """What trades on a day of the simulated market, in thousands of shares: no real volume."""
    known = load_closes(CLOSES, DAY)
    drawn = {
        name: day_volume(known[name], STEPS, random.Random(f"{SEED}/{DAY}/{name}"))
        for name in ISINS
    }
    return {name: Decimal(round(shares, -3)) for name, shares in drawn.items()}


def _broker(name: str) -> Broker:
    """Told of allocations by itself, and affirmed by itself where it confirms."""
    confirms = Handling.Automatic if name in CONFIRMING else Handling.Outside
    return Broker(
        *(name, f"Invented broker {name}", name, COMMISSION),
        allocations=Handling.Automatic,
        confirmations=confirms,
    )


def limits() -> c.SetLimits:
    """What compliance puts in force."""
    start = date(2022, 1, 1)
    return c.SetLimits(
        (
            Limit("price_collar", start, {"most_distance": "0.05", "most_age_seconds": 86400}),
            Limit("order_value", start, {"most": "5000000"}, Severity.Warn),
            Limit("order_quantity", start, {"most": "500000"}),
            Limit("duplicate_order", start, {"seconds": 60}, Severity.Warn),
            Limit("basket_notional", start, {"most": "900000000"}),
        )
    )


def opening() -> c.BookOpening:
    """Portfolios bought over four years and never rebalanced since: they have drifted from their models."""
    draw = random.Random(SEED)
    history = {day: closes(day) for day in BOUGHT}
    lots: list[OpeningLot] = []
    cash: list[OpeningCash] = []
    for client in clients():
        size = draw.randrange(800_000, 6_000_000)
        cash.append(
            OpeningCash(client.account, "USD", Decimal(draw.randrange(size // 50, size // 20)))
        )
        for name, weight in weights(client.model).items():
            for day in draw.sample(BOUGHT, 2):
                lot = _lot(
                    client.account,
                    name,
                    day,
                    size * weight * draw.randrange(25, 60),
                    history[day][name],
                )
                lots += [lot] if lot.quantity else []
    return c.BookOpening("demo day one", tuple(lots), tuple(cash))


def _lot(account: str, name: str, day: date, value: int, price: Decimal) -> OpeningLot:
    """A lot worth about `value` 10^-8 dollars at its day's close."""
    quantity = Decimal(value // 100_000_000 // int(price))
    return OpeningLot(account, name, quantity, quantity * price, day)
