"""What happens after the trade, in a few words: blocks allocated, brokers' answers."""

from typing import Any

from msgspec.structs import replace

from tests.builders import D, Desk, K, desk
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Handling
from tradeoms.model.posttrade import (
    AllocationAck,
    AnySaid,
    Confirmation,
    ConfirmationSaid,
    Instruction,
)

OPS = "olga"


def office(**fields: Any) -> Desk:
    """A desk whose broker KING has these fields."""
    floor = desk()
    king = replace(floor.state.brokers["KING"], **fields)
    floor.done(c.DefineBrokers((king,)), OPS)
    return floor


def automatic() -> Desk:
    """KING is told by itself, and what it confirms is affirmed by itself."""
    return office(allocations=Handling.Automatic, confirmations=Handling.Automatic)


def allocated(
    floor: Desk, *members: tuple[str, Any], fills: Any = ((100, "50"),), **fields: Any
) -> tuple[str, str, str]:
    """A block that KING filled, allocated: its name, the placement's, the last ExecID."""
    members = members or (("A1", 60), ("A2", 40))
    block = floor.block(*members, **fields)
    name = floor.route(block, sum(D(q) for _, q in members))
    ids = [floor.fill(name, quantity, price) for quantity, price in fills]
    if floor.placement(name).LeavesQty:
        floor.done(c.CancelPlacement(name), "trader")
        floor.report(name, K.Canceled)
    floor.finish(block)
    return block, name, ids[-1]


def instructions(floor: Desk) -> list[Instruction]:
    """Every instruction, oldest first."""
    return list(floor.state.instructions.values())


def told(floor: Desk, block: str, **fields: Any) -> Instruction:
    """The brokers of a block are told; the newest instruction, which has left."""
    floor.done(c.SendAllocation(block, **fields), OPS)
    leave(floor)
    return instructions(floor)[-1]


def leave(floor: Desk) -> None:
    """Everything in the outbox leaves."""
    for number, key in enumerate(list(floor.state.outbox), floor.sent * 1000):
        session = "S2" if "S2" in key else "S1"
        if key.startswith("J/"):
            session = floor.state.instructions[key[2:]].session
        floor.system(c.ConfirmPostTrade(session, (number,), (key,)), session)


def say(floor: Desk, said: AnySaid | None, session: str = "S1", error: str = "") -> None:
    """A broker's message, decided at once."""
    floor.incoming[session] += 1
    number = floor.incoming[session]
    command = c.PostTradeReceived(session, number, "8=FIX", said, error)
    floor.engine.submit(command, e.Cause(session=session, MsgSeqNum=number))
    floor.run()


def answer(floor: Desk, known: Instruction, AllocStatus: str, **fields: Any) -> Instruction:
    """A P for an instruction, and what it became."""
    say(floor, AllocationAck(known.AllocID, AllocStatus, **fields), known.session)
    return floor.state.instructions[known.AllocID]


def accepted(floor: Desk, block: str) -> Instruction:
    """An instruction that the broker has accepted."""
    return answer(floor, told(floor, block), "0")


def right(known: Instruction, account: str, ConfirmID: str = "", **fields: Any) -> ConfirmationSaid:
    """The confirmation of an account that says what we say, but for `fields`."""
    n = known.accounts.index(account)
    values = {
        "ConfirmID": ConfirmID or f"C-{known.AllocID}-{account}",
        "ConfirmTransType": "0",
        "ConfirmType": "2",
        "ConfirmStatus": "4",
        "AllocID": known.AllocID,
        "IndividualAllocID": known.IndividualAllocID(n),
        "AllocAccount": account,
        "Side": known.Side.value,
        "AllocQty": D(known.quantities[n]),
        "AvgPx": known.AllocAvgPx(n),
        "GrossTradeAmt": D(known.gross[n]) / 100,
        "Commission": D(known.commission[n]) / 100,
        "CommType": "3",
        "NetMoney": D(known.net[n]) / 100,
        "Currency": known.Currency,
        "TradeDate": f"{known.trade_date:%Y%m%d}",
        "SettlDate": f"{known.settle_date:%Y%m%d}",
    }
    return ConfirmationSaid(**(values | fields))


def confirm(floor: Desk, known: Instruction, account: str, **fields: Any) -> Confirmation:
    """An AK for an account, and what became of it."""
    said = right(known, account, **fields)
    say(floor, said, known.session)
    return floor.state.confirmations[f"{known.session}/{said.ConfirmID}"]


def answers(floor: Desk) -> list[tuple[str, str, str]]:
    """Our AUs: ConfirmID, AffirmStatus, text."""
    found = (record.event for record in floor.journal.records)
    return [
        (event.ConfirmID, event.AffirmStatus.value, event.Text)
        for event in found
        if isinstance(event, e.ConfirmationAnswered)
    ]


def replayed(floor: Desk) -> None:
    """What a restart would read is the same."""

    same(floor.journal.replay(), floor.state)
