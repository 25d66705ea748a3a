"""Confirmations: each account of what a broker was told, and what the broker confirms for it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.fields import AllocTransType, InstructionState
from tradeoms.model.posttrade import Confirmation, Instruction
from tradeoms.model.state import State
from tradeoms.views import touched
from tradeoms.views.instructions import OWN, chain

ON = (e.AllocationInstructed, *OWN, e.Confirmed, e.ConfirmationAnswered)
GONE = (InstructionState.BlockRejected, InstructionState.Replaced, InstructionState.Cancelled)
UNCONFIRMED = "unconfirmed"


class ConfirmationRow(Struct, frozen=True, gc=False):
    """An account's part of an allocation instruction; `key` is AllocID/account. Gone with the
    instruction.

    AllocQty, AvgPx, gross, commission, fees and net are ours, `broker_...` the broker's, empty until it
    confirms; `differences` says where they are too far apart. `confirmation` is what commands name:
    session/ConfirmID. `confirmed` and `answered`: when the broker's came, and when ours went.
    `settlement` is our settlement instruction. `user` and `reason`: who affirmed
    or rejected it by hand, and why.
    """

    key: str
    AllocID: str
    block: str
    broker: str
    account: str
    state: str
    differences: str
    confirmation: str
    instrument: str
    Symbol: str
    Side: str
    AllocQty: Decimal
    broker_AllocQty: Decimal | None
    AvgPx: Decimal
    broker_AvgPx: Decimal | None
    gross: Decimal
    broker_gross: Decimal | None
    commission: Decimal
    broker_commission: Decimal | None
    net: Decimal
    broker_net: Decimal | None
    Currency: str
    settlement: str
    trade_date: date
    settle_date: date
    confirmed: datetime | None
    answered: datetime | None
    user: str
    reason: str
    fees: Decimal
    broker_fees: Decimal | None


def _row(state: State, known: Instruction, n: int) -> ConfirmationRow:
    account, instrument = known.accounts[n], state.instruments[known.instrument]
    key = f"{known.AllocID}/{account}"
    found: Confirmation | None = state.confirmations.get(state.confirmed.get(key, ""))
    said = found.said if found else None
    answer = state.affirmations.get(found.key) if found else None
    settlement = known.settlements.get(account)
    return ConfirmationRow(
        key=key,
        AllocID=known.AllocID,
        block=known.block,
        broker=known.broker,
        account=account,
        state=found.state._value_ if found else UNCONFIRMED,
        differences="; ".join(map(str, found.differences)) if found else "",
        confirmation=found.key if found else "",
        instrument=known.instrument,
        Symbol=instrument.Symbol,
        Side=known.Side.name,
        AllocQty=instrument.quantity(known.quantities[n]),
        broker_AllocQty=said.AllocQty if said else None,
        AvgPx=known.AvgPx,
        broker_AvgPx=said.AvgPx if said else None,
        gross=state.money(known.gross[n]),
        broker_gross=said.GrossTradeAmt if said else None,
        commission=state.money(known.commission[n]),
        broker_commission=said.commission if said else None,
        net=state.money(known.net[n]),
        broker_net=said.NetMoney if said else None,
        Currency=known.Currency,
        settlement=settlement.name if settlement else "",
        trade_date=known.trade_date,
        settle_date=known.settle_date,
        confirmed=found.at if found else None,
        answered=answer.at if answer else None,
        user=found.user if found else "",
        reason=found.reason if found else "",
        fees=state.money(known.fee(n)),
        broker_fees=said.fees if said else None,
    )


def keys(state: State, event: e.AnyEvent) -> Iterable[str]:
    """Accounts of instructions that the event changed."""
    if isinstance(event, e.Confirmed):
        new = event.confirmation
        return (f"{new.AllocID}/{new.account}",)
    if isinstance(event, e.ConfirmationAnswered):
        known = state.confirmations.get(f"{event.session}/{event.ConfirmID}")
        return (f"{known.AllocID}/{known.account}",) if known else ()
    return [
        f"{name}/{account}"
        for name in _instructions(state, event)
        for account in state.instructions[name].accounts
    ]


def _instructions(state: State, event: e.AnyEvent) -> Iterable[str]:
    if isinstance(event, e.AllocationInstructed):
        return (event.instruction.AllocID,)
    if isinstance(event, OWN):
        return chain(state, event.AllocID)
    defined = touched.instruments(event)
    return [k.AllocID for k in state.instructions.values() if defined and k.instrument in defined]


def upserts(state: State, keys: Iterable[str]) -> Iterator[tuple[str, ConfirmationRow | None]]:
    """The rows of accounts; none once a broker does not hold the instruction."""
    places: dict[str, dict[str, int]] = {}
    for key in keys:
        AllocID, _, account = key.partition("/")
        known = state.instructions[AllocID]
        if AllocID not in places:
            places[AllocID] = {name: n for n, name in enumerate(known.accounts)}
        n = places[AllocID].get(account)
        yield key, None if n is None or _gone(known) else _row(state, known, n)


def _gone(known: Instruction) -> bool:
    return known.AllocTransType is AllocTransType.Cancel or known.state in GONE


def all_rows(state: State) -> Iterator[ConfirmationRow]:
    """Every account of every instruction that a broker holds."""
    for known in state.instructions.values():
        if not _gone(known):
            yield from (_row(state, known, n) for n in range(len(known.accounts)))
