"""What happens after the trade in the random firm: brokers are told, answer, confirm and err."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import Handling
from tradeoms.model.posttrade import (
    AllocationAck,
    AllocationReport,
    AnySaid,
    ConfirmationSaid,
    Instruction,
    MessageRefused,
    Row,
)
from tradeoms.model.settlement import CutOff, SettlementInstruction

if TYPE_CHECKING:
    from tests.views.house import House


def brokers(sessions: dict[str, str]) -> tuple[Broker, ...]:
    """One that is told of allocations by itself and answers status requests, one that is not."""
    rate = Decimal("0.0125")
    return tuple(
        Broker(
            broker,
            broker.title(),
            session,
            rate,
            knows_status_requests=session == "S1",
            knows_mass_status=session == "S2",
            knows_mass_cancel=session == "S2",
            knows_lists=session == "S1",
            knows_price_groups=session == "S1",
            allocations=Handling.Automatic if session == "S1" else Handling.Manual,
        )
        for broker, session in sessions.items()
    )


def opened(house: "House") -> None:
    """Where accounts settle, and until when."""
    row = SettlementInstruction("A1", "main", house.state.business_date)
    house.send(c.DefineSettlementInstructions((row,)), "ops")
    house.send(c.SetCutOffs((CutOff("America/New_York", time(19), time(21)),)), "ops")


def told(house: "House") -> None:
    """Somebody tells brokers, changes their mind, looks at the clock."""
    r = house.random
    if house.state.allocations:
        house.send(c.SendAllocation(r.choice(list(house.state.allocations))), "ops")
    if house.state.instructions and r.random() < 0.3:
        name = r.choice(list(house.state.instructions))
        house.send(c.CancelAllocation(name, "no longer"), "ops")
        house.send(c.RequestConfirmations(name), "ops")
    late = datetime.combine(house.state.business_date, time(23, 59), UTC)
    house.engine.submit(c.CheckConfirmations(late), e.Cause())


def sending(house: "House") -> None:
    """What the gateway makes of the outbox."""
    for number, key in enumerate(list(house.state.outbox), len(house.journal.records) + 1):
        if house.random.random() < 0.2:
            hopeless = house.random.random() < 0.3
            house.engine.submit(c.ReturnPostTrade(key, "the line", hopeless), e.Cause(session="S1"))
        else:
            left = c.ConfirmPostTrade("S1", (number,), (key,))
            house.engine.submit(left, e.Cause(session="S1"))


def answering(house: "House") -> None:
    """A broker's P, AS, AK or reject."""
    if not house.state.instructions:
        return
    r = house.random
    known = r.choice(list(house.state.instructions.values())[-6:])
    kinds = (_ack, _ack, _report, _confirmation, _confirmation, _confirmation, _cancel, _reject)
    _hear(house, known.session, r.choice(kinds)(house, known))


def affirming(house: "House") -> None:
    """A person's word on confirmations."""
    r = house.random
    if house.state.confirmations:
        key = r.choice(list(house.state.confirmations))
        if r.random() < 0.7:
            house.send(c.AffirmConfirmations((key,), "agreed"), "ops")
        else:
            house.send(c.RejectConfirmation(key, "not agreed"), "ops")


def _hear(house: "House", session: str, said: AnySaid | None) -> None:
    house.incoming[session] += 1
    number = house.incoming[session]
    command = c.PostTradeReceived(session, number, "8=FIX", said, "" if said else "unreadable")
    house.engine.submit(command, e.Cause(session=session, MsgSeqNum=number))


def _ack(house: "House", known: Instruction) -> AnySaid:
    status = house.random.choice("0003124")
    rows = (Row(known.accounts[0], AllocText="closed"),) if status == "2" else ()
    return AllocationAck(known.AllocID, status, Text="because", rows=rows)


def _report(house: "House", known: Instruction) -> AnySaid:
    name = f"R{len(house.journal.records)}"
    quantity = Decimal(sum(known.quantities))
    return AllocationReport(name, "0", "3", known.AllocID, known.Side.value, quantity)


def _confirmation(house: "House", known: Instruction) -> AnySaid:
    r = house.random
    n = r.randrange(len(known.accounts))
    values: dict[str, Any] = {
        "ConfirmID": f"C{len(house.journal.records) // r.choice((1, 1, 50))}",
        "ConfirmTransType": "0",
        "AllocID": known.AllocID,
        "AllocAccount": r.choice((known.accounts[n], known.accounts[n], "A9")),
        "Side": known.Side.value,
        "AllocQty": Decimal(known.quantities[n]),
        "AvgPx": known.AvgPx,
        "NetMoney": Decimal(known.net[n] + r.choice((0, 0, 7))) / 100,
    }
    return ConfirmationSaid(**values)


def _cancel(house: "House", known: Instruction) -> AnySaid:
    mine = [found for found in house.state.confirmations.values() if found.session == known.session]
    ref = house.random.choice(mine).said.ConfirmID if mine else "C0"
    return ConfirmationSaid(f"X{len(house.journal.records)}", "2", ConfirmRefID=ref)


def _reject(house: "House", known: Instruction) -> AnySaid:
    return MessageRefused("J", known.MsgSeqNum, Text="no")


ACTIONS: dict[Callable[["House"], None], int] = {
    opened: 1,
    told: 6,
    sending: 5,
    answering: 12,
    affirming: 3,
}
