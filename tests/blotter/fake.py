"""A client in memory with AsyncClient's interface, and rows to fill it with."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from tradeoms.bus.client import BusRefused, Change, NoAnswer, Result
from tradeoms.model.commands import Command, Problem
from tradeoms.model.events import Answered, Record
from tradeoms.model.fields import Outcome
from tradeoms.model.orders import Violation
from tradeoms.views import VIEWS
from tradeoms.views.alerts import AlertRow
from tradeoms.views.blocks import BlockRow
from tradeoms.views.executions import ExecutionRow
from tradeoms.views.lots import LotRow
from tradeoms.views.orders import OrderRow
from tradeoms.views.placements import PlacementRow
from tradeoms.views.positions import PositionRow
from tradeoms.views.prices import PriceRow
from tradeoms.views.sessions import SessionRow
from tradeoms.views.unmatched import UnmatchedRow

AT = datetime(2025, 1, 2, 15, 30, tzinfo=UTC)
DAY = date(2025, 1, 2)
ZERO = Decimal(0)
D = Decimal
VOLUME = D(2_500_000)
NAMES = {"AAPL": "189.25", "MSFT": "415.10", "NVDA": "131.38", "XOM": "108.44", "KO": "62.07"}

Answer = Callable[[Command], Answered]


def done(*ids: str) -> Answered:
    """A command that was carried out."""
    return Answered("trader", "id", Outcome.Done, "c", AT, ids)


def refused(*problems: Problem, violations: tuple[Violation, ...] = ()) -> Answered:
    """A command that was not."""
    return Answered("trader", "id", Outcome.Refused, "c", AT, (), problems, violations)


class FakeLink:
    """Answers from a list, in order, then with done; remembers what was sent."""

    def __init__(self, **tables: list[Any]) -> None:
        self.changed: Callable[[list[Change]], None] = lambda changes: None
        self.tables: dict[str, dict[str, Any]] = {}
        self.seq: dict[str, int] = {}
        self.silence = 0.0
        self.sent: list[Command] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.results: list[Result] = []
        self.known: dict[str, Result] = {}
        self.ids: list[str] = []
        self.answers: list[Answered | Exception] = []
        self.held = asyncio.Event()
        self.held.set()
        self.refusal = BusRefused("unknown user")
        self.refusing = asyncio.Event()
        self.knows_us = True
        self.closed = False
        self.journal: list[Record] = []
        self.heard_after = -1
        self.first = tables

    async def run(self) -> None:
        """Wait for ever, or be refused."""
        await self.refusing.wait()
        self.refusing.clear()
        raise self.refusal

    async def follow(self, *tables: str) -> None:
        """Give the snapshots at once."""
        assert set(tables) <= set(VIEWS)
        for table in tables if self.knows_us else ():
            self.tables[table], self.seq[table] = {}, 41
            self.push(table, *self.first.get(table, []))

    def push(self, table: str, *rows: Any) -> None:
        """New versions of rows."""
        self.seq[table] += 1
        self.tables[table].update((row.key, row) for row in rows)
        self.changed([Change(table, row.key, row) for row in rows])

    def drop(self, table: str, *keys: str) -> None:
        """Rows that are gone."""
        for key in keys:
            del self.tables[table][key]
        self.changed([Change(table, key, None) for key in keys])

    async def records(self, after: int = 0) -> None:
        """Remember who asked."""
        self.heard_after = after

    def take_records(self) -> list[Record]:
        """What the test has put there."""
        taken, self.journal = self.journal, []
        return taken

    async def submit(self, command: Command, id: str = "", /) -> Answered:
        """Remember, answer."""
        self.sent.append(command)
        self.ids.append(id)
        await self.held.wait()
        answer = self.answers.pop(0) if self.answers else done()
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def query(
        self,
        question: str,
        timeout: float = 30.0,  # noqa: ASYNC109
        **arguments: Any,
    ) -> Result:
        """What the test has put there, else that nothing is known; remember the question."""
        self.asked.append((question, arguments))
        if question in self.known:
            return self.known[question]
        return self.results.pop(0) if self.results else Result("", 41, problem="unknown")

    async def until(
        self,
        true: Callable[[], bool],
        timeout: float = 30.0,  # noqa: ASYNC109
    ) -> None:
        """At once, or not at all: rows come when a test pushes them."""
        if not true():
            raise NoAnswer(f"waited in vain within {timeout:g} s")

    def close(self) -> None:
        """Remember it."""
        self.closed = True


def made(kind: Any, values: dict[str, Any]) -> Any:
    """A row with these values; a field that is not named is empty, so that a view may grow."""
    named = {field.name: field for field in msgspec.structs.fields(kind) if field.required}
    return kind(**{name: _empty(field.type) for name, field in named.items()} | values)


def _empty(kind: Any) -> Any:
    nothing = {str: "", bool: False, int: 0, Decimal: ZERO, datetime: AT, date: DAY}
    return nothing.get(kind)


def order(n: int, **changed: Any) -> OrderRow:
    """The n-th order."""
    Symbol = list(NAMES)[n % len(NAMES)]
    limit = n % 3 == 1
    values: dict[str, Any] = {
        "key": f"O{n}",
        "pm": "ann",
        "desk": "equity",
        "basket": "",
        "instrument": f"{Symbol}.US",
        "Symbol": Symbol,
        "SecurityID": "",
        "SecurityIDSource": "",
        "share_class": "",
        "Currency": "USD",
        "Side": "SellShort" if n % 7 == 3 else "Sell" if n % 3 == 2 else "Buy",
        "OrdType": "Limit" if limit else "Market",
        "OrderQty": D(100 * (1 + n * 37 % 250)),
        "Price": D(NAMES[Symbol]) if limit else None,
        "StopPx": None,
        "TimeInForce": "Day",
        "accounts": 1 if n % 2 else 4,
        "account": f"FUND{n % 9}" if n % 2 else "",
        "state": "staged",
        "block": "",
        "CumQty": ZERO,
        "AvgPx": ZERO,
        "arrival": D(NAMES[Symbol]),
        "strategy": "core",
        "instructions": "",
        "reason": "",
        "discretionary": True,
        "reference": f"R-{n}",
        "warnings": "order_value" if n % 11 == 4 else "",
        "blocks": "",
        "entered": AT + timedelta(seconds=n),
        "trade_date": DAY,
        "ADV": VOLUME,
    }
    return made(OrderRow, values | changed)


def block(n: int, **changed: Any) -> BlockRow:
    """The n-th block."""
    Symbol = list(NAMES)[n % len(NAMES)]
    values: dict[str, Any] = {
        "key": f"B{n}",
        "trader": "tom",
        "instrument": f"{Symbol}.US",
        "Symbol": Symbol,
        "SecurityID": "",
        "SecurityIDSource": "",
        "Currency": "USD",
        "Side": "Buy",
        "OrdType": "Market",
        "OrderQty": D(10000),
        "Price": None,
        "StopPx": None,
        "TimeInForce": "Day",
        "state": "open",
        "idle": D(10000),
        "working": ZERO,
        "filled": ZERO,
        "AvgPx": ZERO,
        "orders": 2,
        "members": 5,
        "placements": 0,
        "live": 0,
        "pms": "ann",
        "desks": "equity",
        "opened": AT,
        "frozen_at": None,
        "trade_date": DAY,
        "ADV": VOLUME,
    }
    return made(BlockRow, values | changed)


def placement(n: int, **changed: Any) -> PlacementRow:
    """The n-th placement."""
    values: dict[str, Any] = {
        "key": f"P{n}",
        "block": "B1",
        "broker": "ALPHA" if n % 2 else "BRAVO",
        "session": "ALPHA" if n % 2 else "BRAVO",
        "trader": "tom",
        "instrument": "MSFT.US",
        "Symbol": "MSFT",
        "Side": "Buy",
        "OrdType": "Market",
        "OrderQty": D(2000),
        "Price": None,
        "StopPx": None,
        "TimeInForce": "Day",
        "OrdStatus": "PartiallyFilled",
        "CumQty": D(500),
        "LeavesQty": D(1500),
        "AvgPx": D("415.1233333333333333333333333"),
        "requests": "",
        "transmission": "acknowledged",
        "text": "",
        "instructions": "",
        "ClOrdID": f"250102{n}",
        "OrderID": f"A{n}",
        "routed": AT,
        "trade_date": DAY,
    }
    return made(PlacementRow, values | changed)


def execution(n: int, **changed: Any) -> ExecutionRow:
    """The n-th execution."""
    values: dict[str, Any] = {
        "key": f"ALPHA/2025-01-02/E{n}",
        "ExecID": f"E{n}",
        "placement": "P1",
        "block": "B1",
        "broker": "ALPHA",
        "trader": "tom",
        "instrument": "MSFT.US",
        "Symbol": "MSFT",
        "Side": "Buy",
        "LastQty": D(100),
        "LastPx": D("415.12"),
        "LastMkt": "XNAS",
        "TransactTime": f"20250102-15:30:{n % 60:02}",
        "effect": "booked",
        "replaced_by": "",
        "trade_date": DAY,
    }
    return made(ExecutionRow, values | changed)


def position(account: str, Symbol: str, quantity: str) -> PositionRow:
    """A position with a price."""
    Px = D(NAMES[Symbol])
    value = D(quantity) * Px
    key = f"{account}/{Symbol}.US"
    return made(
        PositionRow,
        {
            "key": key,
            "account": account,
            "instrument": f"{Symbol}.US",
            "Symbol": Symbol,
            "Currency": "USD",
            "quantity": D(quantity),
            "Px": Px,
            "market_value": value,
        },
    )


def lot(n: int, account: str, Symbol: str, quantity: str, basis: str) -> LotRow:
    """An open lot."""
    values = {
        "key": str(n),
        "account": account,
        "instrument": f"{Symbol}.US",
        "Symbol": Symbol,
        "Currency": "USD",
        "acquired": DAY,
        "size": D(quantity),
        "remaining": D(quantity),
        "basis": D(basis),
        "open_basis": D(basis),
    }
    return made(LotRow, values)


def unknown(n: int) -> UnmatchedRow:
    """A report that belongs to nothing of ours."""
    values = {"key": str(n), "session": "ALPHA", "reason": "unknown ClOrdID", "Symbol": "KO"}
    return made(UnmatchedRow, values | {"raw": "8=FIX.4.4|35=8|11=X|", "LastQty": D(100)})


def alert(n: int, **changed: Any) -> AlertRow:
    """The n-th alert."""
    text = "a fill for an order we do not know"
    values = {"key": str(n), "kind": "unmatched", "subject": "ALPHA", "text": text, "at": AT}
    return made(AlertRow, values | changed)


def session(name: str, up: bool) -> SessionRow:
    """A session that reaches the broker of its name."""
    values = {"key": name, "brokers": name, "up": up, "in_seq": 7, "out_seq": 9}
    return made(SessionRow, values | ({"heard": AT} if up else {}))


def price(Symbol: str) -> PriceRow:
    """A price of record."""
    return PriceRow(
        f"{Symbol}.US", Symbol, "USD", D(NAMES[Symbol]), "close", "2025-01-02", ADV=VOLUME
    )


def world(orders: int = 40) -> FakeLink:
    """A morning on the desk."""
    return FakeLink(
        orders=[order(n) for n in range(1, orders + 1)],
        blocks=[
            block(1, state="working", idle=D(6000), working=D(3000), filled=D(1000), placements=2),
            block(2),
            block(3, Side="SellShort", state="allocated", idle=ZERO, filled=D(10000)),
        ],
        placements=[
            placement(1),
            placement(2),
            placement(3, OrdStatus="Filled", CumQty=D(2000), LeavesQty=ZERO),
            placement(4, OrdStatus="", transmission="unsent", LeavesQty=ZERO, CumQty=ZERO),
        ],
        executions=[execution(n) for n in range(1, 30)],
        positions=[position("FUND1", "AAPL", "12500"), position("FUND2", "KO", "-300")],
        alerts=[alert(1)],
        lots=[lot(1, "FUND1", "AAPL", "12500", "2000000"), lot(2, "FUND2", "KO", "300", "18000")],
        unmatched=[unknown(1)],
        sessions=[session("ALPHA", True), session("BRAVO", True), session("CHARLY", False)],
        prices=[price(Symbol) for Symbol in NAMES],
    )
