"""Our side: the real engine and gateway, with a broker for each FIX version."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.builders import DAY, Desk, instrument, new_order
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import OrdStatus, OrdType, Outcome, RequestKind, Side, TimeInForce
from tradeoms.model.placements import Request
from tradeoms.model.reference import Account
from tradeoms.views import placements

SENDER, TARGET = "TRADEOMS", "BROKER"
SYMBOL = "ACME"
SHOWN = ("OrderQty", "Price", "CumQty", "LeavesQty", "AvgPx")
ACCOUNT = "A1"


class Broken(Exception):
    """Something went differently from what a row expects."""

    def __init__(self, expected: object, actual: object) -> None:
        super().__init__(f"expected {expected}, actual {actual}")


def session_of(version: str) -> str:
    """The session, and the broker, that speak a version."""
    return f"S{version.removeprefix('FIX.')}"


class House(Desk):
    """A desk with one instrument in each currency and one broker a version, who takes chains."""

    def __init__(self, versions: tuple[str, ...]) -> None:
        super().__init__()
        self.engine.consumers[:] = []
        self.done(c.OpenDay(DAY))
        self.done(c.DefineAccounts((Account(ACCOUNT, "Client", "T1"),)))
        brokers = (Broker(s, s, s, chained_requests=True) for s in map(session_of, versions))
        self.done(c.DefineBrokers(tuple(brokers)))

    def listed(self, Currency: str) -> str:
        """The instrument in this currency."""
        name = f"{SYMBOL}.{Currency}"
        if name not in self.state.instruments:
            new = instrument(name, Symbol=SYMBOL, SecurityID="", Currency=Currency)
            self.done(c.DefineInstruments((new,)))
        return name

    def next_day(self) -> None:
        """End the day and begin the next."""
        self.done(c.OpenDay(self.state.business_date + timedelta(days=1)))

    def route_order(self, version: str, size: Decimal, fields: dict[str, Any]) -> str:
        """A new order of `size`, a part of it with the broker; the placement's name."""
        tif = TimeInForce(fields.get("TimeInForce", TimeInForce.Day))
        name = self.listed(fields.get("Currency", "USD"))
        side = Side(fields.get("Side", Side.Buy))
        block = self.block((ACCOUNT, size), instrument=name, TimeInForce=tif, Side=side)
        Price = fields.get("Price")
        route = c.Route(
            session_of(version),
            Decimal(fields.get("OrderQty", size)),
            OrdType.Market if Price is None else OrdType.Limit,
            None if Price is None else Decimal(str(Price)),
            TimeInForce=tif,
            ExecInst=fields.get("ExecInst", ""),
            CashOrderQty=_decimal(fields.get("CashOrderQty")),
        )
        (placement,) = self.done(c.RouteBlock(block, (route,)), "trader")
        return placement

    def ask(self, command: c.Command, placement: str) -> bool:
        """Send a trader's request; False where we rightly refuse it."""
        return self.do(command, "trader").outcome is Outcome.Done

    def put(self, placement: str, kind: RequestKind, quantity: Decimal) -> None:
        """A request that we would not send, in place as if it had been."""
        held = self.placement(placement)
        ClOrdID = f"{self.state.business_date:%y%m%d}{self.state.counters['ClOrdID'] + 1:08d}"
        self.engine._counters["ClOrdID"] = self.state.counters["ClOrdID"] + 1
        request = Request(kind, ClOrdID, quantity, self.engine._now, held.Price)
        asked = e.CancelRequested if kind is RequestKind.Cancel else e.ReplaceRequested
        self.engine._book(asked(placement, request), e.Cause())
        self.engine.step(())

    def attach(self, number: int, size: Decimal, name: str = "") -> str:
        """A telephoned order of this size, made of the report that told of it."""
        order = new_order((ACCOUNT, size), instrument=name or self.listed("USD"))
        ids = self.done(c.AttachReport(number, "given by telephone", order=order), "trader")
        return ids[-1]

    def shows(self, placement: str) -> dict[str, Any]:
        """What a placement shows to people."""
        row = placements.row(self.placement(placement))
        status = OrdStatus[row.OrdStatus].value if row.OrdStatus else None
        shown = {name: getattr(row, name) for name in SHOWN}
        return {"OrdStatus": status, **shown}


def _decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))
