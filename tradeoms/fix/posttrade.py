"""After the trade on the wire: J, AT, AU and BH for brokers; P, AS, AK and rejects of ours from them."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import structlog
from msgspec import Struct

from tradeoms.core.outbox import affirmation_key
from tradeoms.fix.application import Inbound
from tradeoms.fix.decode import Unreadable, number
from tradeoms.fix.dialect import Dialect
from tradeoms.fix.encode import message, plain, utc
from tradeoms.fix.groups import Entry, Groups, entries_of
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import AffirmStatus, AllocTransType
from tradeoms.model.posttrade import (
    AllocationAck,
    AllocationReport,
    AnySaid,
    ConfirmationSaid,
    Instruction,
    MessageRefused,
    MiscFee,
    Row,
)
from tradeoms.model.reference import Instrument
from tradeoms.model.settlement import SettlementInstruction
from tradeoms.model.state import State

log = structlog.get_logger("fix")
MISC_FEE = MiscFee.__struct_fields__
CALCULATED = "1"  # AllocType
NAMED = "1"  # AllocNoOrdersType
INCORRECT, CHANGED = "1", "2"  # AllocCancReplaceReason
ABSOLUTE = "3"  # CommType
IN_GROUP = "1"  # AvgPxIndicator
FULL_DETAILS, NAMED_INSTRUCTION = "2", "3"  # AllocSettlInstType
BY_NAME = "4"  # StandInstDbType: the account's custodian
OURS = "3"  # SettlInstSource: the investor's
UNMATCHED = "1"  # MatchStatus
CONFIRMATION = "2"  # ConfirmType
LONGEST_TEXT = 200
#: What a broker sends after the trade, and what of ours its engine may refuse.
SAID, OUR_MESSAGES, REJECTS = ("P", "AS", "AK"), ("J", "AT", "AU", "BH"), ("3", "j")
SEQ_NUM = re.compile("[0-9]{1,10}", re.ASCII)


def key_of(event: e.AnyEvent) -> str:
    """The key in the outbox of the message that an event asks for; empty where it asks for none."""
    if isinstance(event, e.AllocationInstructed):
        return f"J/{event.instruction.AllocID}"
    if isinstance(event, e.AllocationReported):
        return f"AT/{event.session}/{event.said.AllocReportID}"
    if isinstance(event, e.ConfirmationAnswered):
        return affirmation_key(event)
    if isinstance(event, e.ConfirmationsRequested):
        return f"BH/{event.ConfirmReqID}"
    return event.key if isinstance(event, e.PostTradeResent) else ""


def encode(dialect: Dialect, state: State, key: str, poss_resend: bool = False) -> str:
    """The message of a key of the outbox.

    Raises:
        Unsendable: this version or this broker does not take such a message.
    """
    kind, _, name = key.partition("/")
    if kind == "J":
        return _instruction(dialect, state, state.instructions[name], poss_resend)
    encoders = {"AT": _report_ack, "AU": _affirmation, "BH": _request}
    MsgType = kind[:2]  # the rest numbers repeated answers
    return message(dialect, MsgType, encoders[MsgType](state, name), poss_resend)


def _instruction(dialect: Dialect, state: State, known: Instruction, poss_resend: bool) -> str:
    instrument = state.instruments[known.instrument]
    fields = {
        "AllocID": known.AllocID,
        "AllocTransType": known.AllocTransType.value,
        "AllocType": CALCULATED,
        "RefAllocID": known.RefAllocID,
        "AllocCancReplaceReason": _why(state, known),
        "AllocNoOrdersType": NAMED,
        "Side": known.Side.value,
        **_instrument(instrument),
        "Quantity": plain(instrument.quantity(sum(known.quantities))),
        "AvgPx": plain(known.AvgPx),
        **_group(dialect, known),
        "Currency": known.Currency,
        "TradeDate": f"{known.trade_date:%Y%m%d}",
        "TransactTime": utc(known.at),
        "SettlDate": f"{known.settle_date:%Y%m%d}",
        "GrossTradeAmt": plain(state.money(sum(known.gross))),
        "NetMoney": plain(state.money(sum(known.net))),
    }
    old = _is_old(dialect)
    if old:
        fields = {name: value for name, value in fields.items() if name in dialect.tags}
    orders = zip(known.ClOrdIDs, known.OrderIDs, strict=True)
    groups: Groups = {
        "NoOrders": [{"ClOrdID": ours, "OrderID": theirs} for ours, theirs in orders],
        "NoAllocs": [
            _taxed(dialect, state, known, n, (_old_row if old else _row)(state, known, n))
            for n in range(len(known.accounts))
        ],
    }
    return message(dialect, "J", fields, poss_resend, groups)


def _group(dialect: Dialect, known: Instruction) -> dict[str, str]:
    """That AvgPx is of several blocks; versions without a word for it link their messages."""
    if not known.AvgPxGroupID:
        return {}
    if "AvgPxGroupID" in dialect.tags:
        return {"AvgPxIndicator": IN_GROUP, "AvgPxGroupID": known.AvgPxGroupID}
    return {"AllocLinkID": known.AvgPxGroupID}


def _is_old(dialect: Dialect) -> bool:
    """FIX 4.2 and before, which have no AllocType and name no row nor settlement of an account."""
    return "AllocType" not in dialect.tags


def _why(state: State, known: Instruction) -> str:
    """AllocCancReplaceReason: the orders have changed, or what was said of them was wrong."""
    if known.AllocTransType is AllocTransType.New:
        return ""
    return CHANGED if state.instructions[known.RefAllocID].void else INCORRECT


def _instrument(instrument: Instrument) -> dict[str, str]:
    """The Symbol, and the SecurityID where there is one: it means nothing without its source."""
    fields = {"Symbol": instrument.Symbol}
    if instrument.SecurityID and instrument.SecurityIDSource:
        fields["SecurityID"] = instrument.SecurityID
        fields["SecurityIDSource"] = instrument.SecurityIDSource
    return fields


def _old_row(state: State, known: Instruction, n: int) -> dict[str, Any]:
    account = known.accounts[n]
    instrument = state.instruments[known.instrument]
    settlement = known.settlements.get(account)
    return {
        "AllocAccount": account,
        "AllocQty": plain(instrument.quantity(known.quantities[n])),
        "AllocText": f"settle as {settlement.name}" if settlement else "",
        "Commission": plain(state.money(known.commission[n])),
        "CommType": ABSOLUTE,
        "AllocNetMoney": plain(state.money(known.net[n])),
        "AllocAvgPx": plain(known.prices[n]) if known.prices else "",
    }


def _row(state: State, known: Instruction, n: int) -> Entry:
    row = _old_row(state, known, n) | {"AllocText": "", "AllocAvgPx": plain(known.AllocAvgPx(n))}
    row["IndividualAllocID"] = known.IndividualAllocID(n)
    if settlement := known.settlements.get(known.accounts[n]):
        row |= _settlement(settlement)
    return row


def _taxed(dialect: Dialect, state: State, known: Instruction, n: int, row: Entry) -> Entry:
    """With the fees that are in its net, each for itself, where the version has a group for them."""
    fees = [
        {
            "MiscFeeAmt": plain(state.money(one.cents[n])),
            "MiscFeeCurr": known.Currency,
            "MiscFeeType": one.MiscFeeType,
        }
        for one in known.fees
        if one.cents[n]
    ]
    knows = "NoMiscFees" in dialect.groups["J"]["NoAllocs"]
    return {**row, "NoMiscFees": fees} if fees and knows else row


def _settlement(found: SettlementInstruction) -> dict[str, Any]:
    """By the parties that take part in it; without any, by the name that both sides know."""
    if not found.parties:
        return {
            "AllocSettlInstType": NAMED_INSTRUCTION,
            "SettlDeliveryType": found.SettlDeliveryType,
            "StandInstDbType": BY_NAME,
            "StandInstDbID": found.name,
        }
    parties = [
        {
            "SettlPartyID": party.SettlPartyID,
            "SettlPartyIDSource": party.SettlPartyIDSource,
            "SettlPartyRole": party.SettlPartyRole,
        }
        for party in found.parties
    ]
    return {
        "AllocSettlInstType": FULL_DETAILS,
        "SettlDeliveryType": found.SettlDeliveryType,
        "NoDlvyInst": [{"SettlInstSource": OURS, "NoSettlPartyIDs": parties}],
    }


def _report_ack(state: State, name: str) -> dict[str, str]:
    event = state.allocation_reports[name]
    return {
        "AllocReportID": event.said.AllocReportID,
        "AllocID": event.AllocID,
        "TradeDate": event.said.TradeDate,
        "TransactTime": utc(event.at),
        "AllocStatus": event.AllocStatus,
        "AllocRejCode": event.AllocRejCode,
        "AllocReportType": event.said.AllocReportType,
        "Text": clean(event.Text),
    }


def _affirmation(state: State, name: str) -> dict[str, str]:
    event = state.affirmations[name]
    rejected = event.AffirmStatus is AffirmStatus.Rejected
    return {
        "ConfirmID": event.ConfirmID,
        "TradeDate": event.TradeDate or f"{state.business_date:%Y%m%d}",
        "TransactTime": utc(event.at),
        "AffirmStatus": event.AffirmStatus.value,
        "ConfirmRejReason": event.ConfirmRejReason,
        "MatchStatus": UNMATCHED if rejected else "",
        "Text": clean(event.Text) if rejected else "",
    }


def _request(state: State, name: str) -> dict[str, str]:
    event = state.confirmation_requests[name]
    known = state.instructions[event.AllocID]
    one = known.accounts.index(event.account) if event.account else None
    return {
        "ConfirmReqID": event.ConfirmReqID,
        "ConfirmType": CONFIRMATION,
        "AllocID": event.AllocID,
        "IndividualAllocID": "" if one is None else known.IndividualAllocID(one),
        "AllocAccount": event.account,
        "TransactTime": utc(event.at),
    }


def clean(text: str) -> str:
    """A broker's own words may be in it: what may not be sent back becomes a question mark."""
    fine = "".join(c if c.isascii() and c.isprintable() else "?" for c in text)
    return fine if len(fine) <= LONGEST_TEXT else f"{fine[: LONGEST_TEXT - 3]}..."


def is_posttrade(fields: dict[str, str], key: str = "") -> bool:
    """True for a message that `decode` reads; `key` is the message of ours that a reject means."""
    MsgType = fields.get("35", "")
    if MsgType in REJECTS:
        return fields.get("372", "") in OUR_MESSAGES or "/" in key
    return MsgType in SAID


def refused(fields: dict[str, str]) -> str:
    """The number of the message of ours that a message rejects; empty where it rejects none."""
    named = fields.get("45", "") if fields.get("35") in REJECTS else ""
    return named if SEQ_NUM.fullmatch(named) else ""


def received(inbound: Inbound, dialect: Dialect, key: str) -> c.PostTradeReceived:
    """What a broker's message says; `key` is the message of ours that it refuses, where known."""
    said, error = None, ""
    try:
        said = decode(dialect, inbound.raw, inbound.fields, key)
    except Unreadable as failed:
        error = str(failed)
    except Exception as failed:
        log.exception("decoding failed", session=inbound.session)
        error = f"{type(failed).__name__}: {failed}"
    return c.PostTradeReceived(inbound.session, inbound.MsgSeqNum, inbound.raw, said, error)


def decode(dialect: Dialect, raw: str, fields: dict[str, str], key: str = "") -> AnySaid:
    """A message P, AS or AK, or a reject (3, j) of one of ours.

    Raises:
        Unreadable: a number that is none, an id that is missing.
    """
    readers: dict[str, Callable[[Dialect, str, dict[str, str]], AnySaid]] = {
        "P": _ack,
        "AS": _report,
        "AK": _confirmation,
    }
    named, RefMsgType = fields.get("379", ""), fields.get("372") or key.partition("/")[0]
    if reader := readers.get(fields["35"]):
        return reader(dialect, raw, fields)
    RefSeqNum = refused(fields)
    return MessageRefused(
        RefMsgType=RefMsgType,
        RefSeqNum=int(RefSeqNum) if RefSeqNum else None,
        key=key or (f"{RefMsgType}/{named}" if named else ""),
        Text=fields.get("58", ""),
    )


def _ack(dialect: Dialect, raw: str, fields: dict[str, str]) -> AllocationAck:
    values = _read(dialect, fields, AllocationAck, needed=("AllocID", "AllocStatus"))
    return AllocationAck(**values, rows=_rows(dialect, raw))


def _report(dialect: Dialect, raw: str, fields: dict[str, str]) -> AllocationReport:
    values = _read(dialect, fields, AllocationReport, ("AllocReportID", "AllocTransType"))
    ClOrdIDs = _ClOrdIDs(dialect, raw)
    return AllocationReport(**values, ClOrdIDs=ClOrdIDs, rows=_rows(dialect, raw))


def _confirmation(dialect: Dialect, raw: str, fields: dict[str, str]) -> ConfirmationSaid:
    values = _read(dialect, fields, ConfirmationSaid, ("ConfirmID", "ConfirmTransType"))
    parties = tuple(
        (party.get("SettlPartyRole", ""), party.get("SettlPartyID", ""))
        for entry in entries_of(dialect, raw, "NoDlvyInst")
        for party in entry.get("NoSettlPartyIDs", ())
    )
    fees = tuple(
        MiscFee(**_typed(dialect, MiscFee, {name: fee.get(name, "") for name in MISC_FEE}))
        for fee in entries_of(dialect, raw, "NoMiscFees")
    )
    orders = _ClOrdIDs(dialect, raw)
    return ConfirmationSaid(**values, ClOrdIDs=orders, parties=parties, MiscFees=fees)


def _ClOrdIDs(dialect: Dialect, raw: str) -> tuple[str, ...]:
    found = (row.get("ClOrdID", "") for row in entries_of(dialect, raw, "NoOrders"))
    return tuple(ClOrdID for ClOrdID in found if ClOrdID)


def _rows(dialect: Dialect, raw: str) -> tuple[Row, ...]:
    return tuple(
        Row(**_typed(dialect, Row, {name: entry.get(name, "") for name in Row.__struct_fields__}))
        for entry in entries_of(dialect, raw, "NoAllocs")
    )


def _read(
    dialect: Dialect, fields: dict[str, str], kind: type[Struct], needed: tuple[str, ...]
) -> dict[str, Any]:
    """The single fields of a message, by our names."""
    tags = dialect.tags
    found = {name: fields.get(tags[name], "") for name in kind.__struct_fields__ if name in tags}
    for name in needed:
        if not found.get(name):
            raise Unreadable(f"{name} ({tags[name]}) is missing")
    return _typed(dialect, kind, found)


def _typed(dialect: Dialect, kind: type[Struct], found: dict[str, str]) -> dict[str, Any]:
    """What is there, as the struct has it: text or number."""
    hints = kind.__annotations__
    return {
        name: number(dialect, name, value) if hints[name] == Decimal | None else value
        for name, value in found.items()
        if value
    }
