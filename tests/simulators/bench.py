"""A desk on the bench: messages in, messages out, the clock in the hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from simulators import ledger, wire
from simulators.desk import Desk
from simulators.lines import Line
from simulators.prices import Closes
from simulators.settings import BrokerSettings, Settings
from simulators.timing import Instant, Timers
from simulators.wire import Fields

CLOSES = {"AAPL": Closes(12965, 12567), "GE": Closes(6456, 6388)}
CLOSES_CSV = (
    "Date,AAPL,GE\n2022-12-23,129.1,64.2\n2022-12-27,129.652,64.561\n2022-12-28,125.674,63.883\n"
)


def broker(behaviour: str = "ack_fill", **more: object) -> BrokerSettings:
    plain = BrokerSettings("ALPHA", "TRADEOMS", 9101, Decimal("0.005"), behaviour)
    return replace(plain, **more)  # type: ignore[arg-type]


def settings(*brokers: BrokerSettings, home: Path = Path(), **more: object) -> Settings:
    plain = Settings(
        7, home / "closes.csv", date(2022, 12, 28), home / "var", brokers or (broker(),)
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def order(cl_ord_id: str, qty: object = 1000, side: str = "1", **more: str) -> dict[int, str]:
    """A market order in AAPL; further fields as ``t44="1.00"``."""
    fields = {35: "D", 34: "2", 11: cl_ord_id, 55: "AAPL", 54: side, 38: str(qty), 40: "1"}
    return fields | {int(tag[1:]): value for tag, value in more.items()}


def limit(
    cl_ord_id: str, px: str, qty: object = 1000, side: str = "1", **more: str
) -> dict[int, str]:
    return order(cl_ord_id, qty, side, t40="2", t44=px, **more)


def request(kind: str, cl_ord_id: str, orig: str = "", **more: str) -> dict[int, str]:
    """A cancel (F), replace (G) or status request (H)."""
    fields = {35: kind, 34: "3", 11: cl_ord_id, 55: "AAPL", 54: "1"}
    if orig:
        fields[41] = orig
    if kind != "H":
        fields[38] = "1000"
    if kind == "G":
        fields[40] = "1"
    return fields | {int(tag[1:]): value for tag, value in more.items()}


class Bench:
    """One broker's desk with a clock that moves when told to."""

    def __init__(self, behaviour: str = "ack_fill", run: int = 1, **more: object) -> None:
        self.timers = Timers()
        self.sent: list[str] = []
        self.lines: list[Line] = []
        self.mono = 0.0
        self.desk = Desk(
            broker(behaviour, **more),
            settings(),
            CLOSES,
            self.timers,
            self.sent.append,
            self.lines.append,
            run,
        )

    @property
    def now(self) -> Instant:
        return Instant(self.mono, "20221228-15:00:00.000")

    def tell(self, *messages: Fields) -> list[Fields]:
        """Hand messages in; what is answered at once."""
        for fields in messages:
            raw = wire.SOH.join(f"{tag}={value}" for tag, value in fields.items())
            self.desk.on_message(fields, self.now, raw)
        return self.hear()

    def wait(self, seconds: float = 10.0) -> list[Fields]:
        """Let time pass; what is sent meanwhile, in order."""
        end = self.mono + seconds
        while (due := self.timers.next_due()) is not None and due <= end:
            self.mono = due
            self.timers.run_due(self.now)
        self.mono = end
        return self.hear()

    def hear(self) -> list[Fields]:
        heard = [wire.parse(text) for text in self.sent]
        self.sent.clear()
        return heard

    def book(self) -> ledger.BrokerBook:
        return ledger.fold(self.lines)


def states(reports: list[Fields]) -> list[tuple[str, str]]:
    """(ExecType, OrdStatus) of each report."""
    return [(report[150], report[39]) for report in reports]
