"""The client of a script: the real engine behind the real gateway, told what to do by the I lines."""

import queue
import time
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from simulators.player import Player
from simulators.script import Field, Line
from tests.builders import D, Desk, desk
from tests.simulators.client import PATIENCE
from tradeoms.fix.gateway import Gateway
from tradeoms.fix.settings import SessionSettings
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import (
    AllocTransType,
    BlockState,
    Effect,
    Handling,
    OrdType,
    RequestKind,
    Side,
    TimeInForce,
)
from tradeoms.model.orders import Member, NewOrder
from tradeoms.model.posttrade import Instruction
from tradeoms.views import instructions, placements

SESSION, BROKER = "S1", "KING"
#: Of what the broker was told last of the block.
AFTER_THE_TRADE = ("affirmed", "mismatched", "rejected")


class Oms:
    """A desk at one end of a session; what the gateway says is decided here, in order."""

    def __init__(self, version: str, home: Path, port: int) -> None:
        self.desk: Desk = desk()
        king = replace(
            self.desk.state.brokers[BROKER],
            knows_mass_cancel=True,
            knows_lists=True,
            allocations=Handling.Manual,
            confirmations=Handling.Automatic,
        )
        self.desk.done(c.DefineBrokers((king,)), "ops")
        self.desk.system(c.ChangeSession(SESSION, False))
        self.inbox: queue.SimpleQueue[tuple[c.Command, e.Cause]] = queue.SimpleQueue()
        session = SessionSettings(
            SESSION,
            "TRADEOMS",
            "ALPHA",
            "127.0.0.1",
            port,
            home,
            version=version,
            overrides={"ReconnectInterval": "1"},
        )
        self.gateway = Gateway((session,), lambda command, cause: self.inbox.put((command, cause)))
        self.desk.engine.consumers[:] = [self.gateway]
        self.placement = ""
        self.listed: tuple[
            str, ...
        ] = ()  # all of the last list; `show order=2` is about its second
        self._before = ""
        self.marks: dict[str, int] = {}
        self.decided = 0  # the last MsgSeqNum of the broker

    def begin(self) -> None:
        """Count from here: what went before belongs to another script."""
        self.placement, self._before = "", ""
        self.marks = self._counts()
        state = self.desk.state
        for known in [known for known in state.mass_cancels.values() if known.waiting]:
            self.desk.system(c.FailMassCancel(known.ClOrdID, "its script is over"))
        for name in [p.placement for p in state.placements.values() if p.exposure]:
            self.desk.done(c.ClosePlacement(name, "its script is over"), "trader")

    def before(self, line: Line, player: Player) -> None:
        """Do what the next line expects of us; compare what we show."""
        # After a logon we ask by ourselves, and before it nothing can be heard.
        if line.kind not in ("E", "logon"):
            self._hear_all(player)
        if line.kind == "ask" or (
            line.kind == "I" and self._before != "logon" and not self._asked(line)
        ):
            self._act(line, player)
        elif line.kind == "show":
            self._compare(line)
        self._before = line.kind

    def up(self) -> bool:
        """Whether the session is up, as far as we have heard."""
        while not self.inbox.empty():
            self._decide()
        return self.desk.state.sessions[SESSION].up

    def _asked(self, line: Line) -> bool:
        """What we have asked by ourselves: a cancel where that of all was refused, what followed a
        replace.
        """
        kind = {"F": RequestKind.Cancel, "G": RequestKind.Replace}.get(line.MsgType)
        return kind is not None and any(
            request.kind is kind for request in self.desk.placement(self.placement).requests
        )

    def _act(self, line: Line, player: Player) -> None:
        values = {field.name: player.resolve(field.value) for field in line.fields}
        if line.MsgType == "D":
            self.placement = self._route(values)
        elif line.MsgType == "E":
            quantities = [v for k, v in values.items() if k.startswith("OrderQty[")]
            blocks = [self.desk.block(("A1", D(quantity))) for quantity in quantities]
            self.listed = self.desk.done(c.RouteList(BROKER, tuple(blocks)), "trader")
            self.placement = self.listed[0]
        elif line.MsgType == "F":
            self.desk.done(c.CancelPlacement(self.placement), "trader")
        elif line.MsgType == "q":
            self.desk.done(c.CancelAll("halt", broker=BROKER), "trader")
        elif line.MsgType == "G":
            quantity, price = D(values.get("OrderQty") or 0), D(values["Price"])
            amount = D(values["CashOrderQty"]) if "CashOrderQty" in values else None
            command = c.ReplacePlacement(self.placement, quantity, price, CashOrderQty=amount)
            self.desk.done(command, "trader")
        elif line.MsgType in ("J", "BH"):
            self._after_the_trade(line.MsgType, values)
        elif line.MsgType == "H":
            self.desk.system(c.RequestStatus(self.placement))

    def _after_the_trade(self, MsgType: str, values: dict[str, str]) -> None:
        """Tell the broker of the split, cancel that, or ask it to confirm again."""
        block = self.desk.block_of(self.placement)
        if block.state is BlockState.Working:
            self.desk.finish(block.block)
        if MsgType == "BH":
            self.desk.done(c.RequestConfirmations(self._told()[-1].AllocID), "ops")
        elif values["AllocTransType"] == AllocTransType.Cancel:
            self.desk.done(c.CancelAllocation(self._told()[-1].AllocID, "by script"), "ops")
        else:
            self.desk.done(c.SendAllocation(block.block), "ops")

    def _told(self) -> list[Instruction]:
        """What the broker was told of the block, oldest first."""
        block = self.desk.placement(self.placement).block
        return [k for k in self.desk.state.instructions.values() if k.block == block]

    def _route_money(self, amount: Decimal, values: dict[str, str]) -> str:
        """An amount of two accounts."""
        first = amount * 6 // 10
        members = (
            Member("A1", CashOrderQty=first),
            Member("A2", CashOrderQty=amount - first),
        )
        price = values.get("Price")
        kind = OrdType.Limit if price else OrdType.Market
        order = NewOrder("ACME", Side.Buy, members, kind, D(price) if price else None)
        orders = self.desk.done(c.SubmitOrder(order))
        (block,) = self.desk.done(c.BlockOrders(orders), "trader")
        route = c.Route(BROKER, CashOrderQty=amount)
        return self.desk.done(c.RouteBlock(block, (route,)), "trader")[0]

    def _route(self, values: dict[str, str]) -> str:
        if "CashOrderQty" in values:
            return self._route_money(D(values["CashOrderQty"]), values)
        quantity = D(values["OrderQty"])
        first = quantity * 6 // 10
        block = self.desk.block(("A1", first), ("A2", quantity - first))
        price = values.get("Price")
        route = c.Route(
            BROKER,
            quantity,
            OrdType.Limit if price else OrdType.Market,
            D(price) if price else None,
            TimeInForce=TimeInForce(values.get("TimeInForce", "0")),
        )
        (name,) = self.desk.done(c.RouteBlock(block, (route,)), "trader")
        return name

    def _hear_all(self, player: Player) -> None:
        """Decide all that the broker has sent."""
        end = time.monotonic() + PATIENCE
        while not self.up() or self.decided < player.stage.sent:
            assert time.monotonic() < end, "what the broker sent did not arrive"
            self._decide()

    def _decide(self) -> None:
        command, cause = self.inbox.get(timeout=PATIENCE)
        self.desk.engine.submit(command, cause)
        self.desk.run()
        self.decided = max(self.decided, cause.MsgSeqNum)

    def _compare(self, line: Line) -> None:
        wrong = [
            f"{field.name}: expected {field.value!r}, shown {shown!r}"
            for field in line.fields
            if (shown := self._shown(field)) != field.value
        ]
        assert not wrong, f"{line.number}: {line.text}: {'; '.join(wrong)}"

    def _shown(self, field: Field) -> str:
        """What we show, in the spelling of the script where it means the same."""
        if field.name == "order":
            self.placement = self.listed[int(field.value) - 1]
            return field.value
        if field.name in self.marks:
            count = self._counts()[field.name] - self.marks[field.name]
            words = field.name == "alerts" and not field.value.isdecimal()
            return ("some" if count else "none") if words else str(count)
        if field.name == "instructions":
            return ", ".join(known.state for known in self._told())
        if field.name in AFTER_THE_TRADE:
            row = instructions.row(self.desk.state, self._told()[-1])
            return str(getattr(row, field.name))
        held = self.desk.placement(self.placement)
        if field.name == "OrdStatus":
            return held.OrdStatus.value if held.OrdStatus else ""
        shown = getattr(placements.row(held), field.name)
        if isinstance(shown, str):
            return shown
        return field.value if shown == D(field.value) else f"{shown.normalize():f}"

    def _counts(self) -> dict[str, int]:
        state = self.desk.state
        disputed = [x for x in state.executions.values() if x.effect is Effect.Disputed]
        return {
            "unmatched": len(state.unmatched),
            "disputed": len(disputed),
            "alerts": len(state.alerts),
        }
