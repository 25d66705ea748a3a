"""Plays the rows of one scenario: our requests are looked at on the wire, the broker's reports are
said, and what the placement then shows is compared.
"""

from decimal import Decimal
from typing import Any, Protocol

from tests.conform.codec import Fields
from tests.conform.house import Broken, House, session_of
from tests.conform.scenarios import Play, Row, day
from tradeoms.fix.dialect import Dialect, dialect
from tradeoms.model import commands as c
from tradeoms.model.fields import RequestKind

TELEPHONE = "(telephone)"
IDS = ("ClOrdID", "OrigClOrdID")
OURS = {"LastShares": "LastQty"}
EXEC_IDS = ("ExecID", "ExecRefID")
BUY, PRICE = "1", "10"
#: How many times what a scenario orders a block holds, so that a replace may ask for more.
ROOM = 3


class Line(Protocol):
    """What carries messages between the house and the broker."""

    def forget(self) -> None: ...
    def request(self, session: str, MsgType: str) -> Fields: ...
    def say(self, session: str, fields: Fields) -> None: ...
    def close(self) -> None: ...


class Player:
    """One play: its placements by the first ClOrdID of their chain, ids by the file's letters."""

    def __init__(self, house: House, line: Line, play: Play, number: int) -> None:
        self.house, self.line, self.play, self.number = house, line, play, number
        self.session = session_of(play.version)
        self.spoken: Dialect = dialect(play.version)
        self.ids: dict[str, str] = {}
        self.chain_of: dict[str, str] = {}
        self.placements: dict[str, str] = {}
        self.said = 0
        quantities = [
            Decimal(str(fields["OrderQty"]))
            for row in play.rows
            for fields in (row.get("recv_fields") or {}, row.get("sent") or {})
            if fields.get("OrderQty") is not None
        ]
        self.size = ROOM * max(quantities, default=Decimal(1))

    def run(self) -> None:
        """Raises Broken at the first row that goes otherwise."""
        today = day(self.play.rows[0])
        for row in self.play.rows:
            if day(row) != today:
                today = day(row)
                self.house.next_day()
            if row.get("recv"):
                self.receive(row["recv_fields"])
            elif row.get("sent"):
                self.send(row)

    # -- the broker receives ------------------------------------------------------------------

    def receive(self, fields: Row) -> None:
        """Our request, made by the command a person would use, as it is on the wire."""
        self.line.forget()
        {"D": self.order, "F": self.change, "G": self.change, "H": self.ask}[fields["MsgType"]](
            fields
        )

    def order(self, fields: Row) -> None:
        """A new chain. We never send the same id, or PossResend without need: then it is there."""
        symbol = fields["ClOrdID"]
        if symbol in self.ids:
            return
        name = self.house.route_order(self.play.version, self.size, fields)
        self.begin(symbol, name)
        wire = self.line.request(self.session, "D")
        if fields.get("PossResend") != "Y":
            self.compare(fields, wire)

    def begin(self, symbol: str, placement: str) -> None:
        self.chain_of[symbol], self.placements[symbol] = symbol, placement
        self.ids[symbol] = self.house.placement(placement).ClOrdID

    def change(self, fields: Row) -> None:
        """A cancel or replace; put in place where we would rightly not send it."""
        symbol, named = fields["ClOrdID"], fields["OrigClOrdID"]
        if named not in self.ids:  # an order that never reached the broker
            lost = {"OrderQty": fields.get("OrderQty", self.size)}
            self.begin(named, self.house.route_order(self.play.version, self.size, lost))
            self.line.forget()
        self.chain_of[symbol] = chain = self.chain_of[named]
        name = self.placements[chain]
        held = self.house.placement(name)
        quantity = Decimal(str(fields.get("OrderQty", held.OrderQty)))
        cancel = fields["MsgType"] == "F"
        Price = _price(fields, held.Price)
        command: c.Command = c.CancelPlacement(name)
        if not cancel:
            command = c.ReplacePlacement(name, quantity, Price)
        asked = self.house.ask(command, name)
        if not asked:
            kind = RequestKind.Cancel if cancel else RequestKind.Replace
            self.house.put(name, kind, quantity)
        self.ids[symbol] = self.house.placement(name).requests[-1].ClOrdID
        wire = self.line.request(self.session, fields["MsgType"])
        if asked:
            self.compare(fields, wire)

    def ask(self, fields: Row) -> None:
        """A status request. We ask for the id that holds, never for one that is past or unknown."""
        symbol = fields["ClOrdID"]
        name = self.placements.get(self.chain_of.get(symbol, ""), "")
        if not name or self.ids[symbol] != self.house.placement(name).ClOrdID:
            return
        if not self.house.ask(c.RequestStatus(name), name):
            raise Broken("a status request", "refused")
        self.compare(fields, self.line.request(self.session, "H"))

    def compare(self, fields: Row, wire: Fields) -> None:
        """Each field that is given must be on the wire."""
        for name, value in fields.items():
            wanted = self.ids[value] if name in IDS else value
            tag = "35" if name == "MsgType" else self.spoken.tags[OURS.get(name, name)]
            found = wire.get(tag)
            if not _equal(found, wanted):
                raise Broken(f"{name} {value} on the wire", f"{name} {found}")

    # -- the broker sends ---------------------------------------------------------------------

    def send(self, row: Row) -> None:
        """The broker's message, and what is then shown."""
        fields, expect = row["sent"], row.get("expect") or {}
        before, alerts = self.shown(), len(self.house.state.alerts)
        known = set(self.house.state.unmatched)
        self.line.say(self.session, self.message(fields))
        if fields.get("ClOrdID") is None and TELEPHONE not in self.placements:
            self.attach(fields, known)
        if expect.get("unchanged"):
            self.unchanged(before, alerts)
        elif expect:
            self.check(expect)

    def attach(self, fields: Row, known: set[int]) -> None:
        """A telephoned order: the report waits for a person, who makes an order of it."""
        fresh = set(self.house.state.unmatched) - known
        if len(fresh) != 1:
            raise Broken("the report in the queue of unknown reports", f"{len(fresh)} there")
        size = Decimal(str(fields["OrderQty"]))
        self.placements[TELEPHONE] = self.house.attach(fresh.pop(), size)

    def message(self, fields: Row) -> Fields:
        """The row's fields, and what a broker adds."""
        self.said += 1
        values: dict[str, Any] = self.usual(fields)
        values |= {OURS.get(name, name): value for name, value in fields.items()}
        for name in IDS:
            if values.get(name) is not None:
                values[name] = self.ids.get(values[name], f"NONE-{self.number}-{values[name]}")
        for name in EXEC_IDS:
            if values.get(name) is not None:
                values[name] = f"{self.number}-{values[name]}"
        tags = self.spoken.tags | {"MsgType": "35"}
        return {tags[name]: str(value) for name, value in values.items() if value is not None}

    def usual(self, fields: Row) -> dict[str, Any]:
        """What the file does not give."""
        symbol = fields.get("ClOrdID")
        chain = self.chain_of.get(symbol, "NONE") if symbol else TELEPHONE
        values: dict[str, Any] = {"OrderID": chain if chain == "NONE" else f"{self.number}{chain}"}
        if fields["MsgType"] != "8":
            return values
        held = self.placements.get(chain)
        values |= {
            "ExecID": f"#{self.said}",
            "Symbol": self.house.placement(held).Symbol if held else "ACME",
            "Side": BUY,
            "OrdType": "1" if fields.get("Price") is None else "2",
            "AvgPx": "0",
            "TransactTime": f"{self.house.state.business_date:%Y%m%d}-15:00:00.000",
        }
        quantity = fields.get("LastQty", fields.get("LastShares"))
        return values if quantity is None else values | {"LastPx": PRICE if quantity else "0"}

    # -- comparing ----------------------------------------------------------------------------

    def shown(self) -> dict[str, dict[str, Any]]:
        """What every placement of the play shows."""
        return {chain: self.house.shows(name) for chain, name in self.placements.items()}

    def check(self, expect: Row) -> None:
        """The named placement shows each number that is given."""
        name = self.placements.get(expect["placement"])
        if name is None:
            raise Broken(f"a placement {expect['placement']}", "none")
        shown = self.house.shows(name)
        for key in expect.keys() & shown.keys():
            if expect[key] is not None and not _equal(shown[key], expect[key]):
                raise Broken(f"{expect['placement']} {key} {expect[key]}", f"{shown[key]}")

    def unchanged(self, before: dict[str, Any], alerts: int) -> None:
        """Nothing of what was shown has changed, and somebody is told."""
        if self.shown() != before:
            raise Broken(f"unchanged {before}", self.shown())
        if len(self.house.state.alerts) == alerts:
            raise Broken("an alert", "none")


def _price(fields: Row, held: Decimal | None) -> Decimal | None:
    return Decimal(str(fields["Price"])) if fields.get("Price") is not None else held


def _equal(found: object, wanted: object) -> bool:
    """Numbers compare as numbers, what is no number as text."""
    if found is None or wanted is None:
        return found is wanted
    try:
        return Decimal(str(found)) == Decimal(str(wanted))
    except ArithmeticError:
        return str(found) == str(wanted)
