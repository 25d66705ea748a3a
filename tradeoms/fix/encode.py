"""Requests to a broker as FIX text, built as a string: several times faster than field by field.

What the dialect or the broker's file forbids is refused with every reason: a message that a broker
would reject, or misread, never leaves. The engine adds CompIDs, MsgSeqNum, SendingTime, length and
checksum when it sends.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from tradeoms.core.reports import MSG_TYPES
from tradeoms.fix.dialect import Dialect
from tradeoms.fix.groups import Groups, written
from tradeoms.fix.groups import problems as group_problems
from tradeoms.model.commands import Problem
from tradeoms.model.fields import OrdStatus, RequestKind, Side
from tradeoms.model.placements import Placement, Request
from tradeoms.model.reference import Instrument

# An enumeration's members and values are looked up slowly where every microsecond counts.
NEW, CANCEL = RequestKind.New, RequestKind.Cancel
UNTOLD = (None, OrdStatus.PendingNew)  # no broker has said what an amount comes to
SHORT = frozenset(side.value for side in Side if side.short)
LONGEST = 1000  # characters of a value
SHOWN = 40  # characters of a value that is refused
NONE: Groups = {}
NO_BIDDING, AT_ONCE = "3", "1"  # BidType, ListExecInstType
Listed = tuple[Placement, Request, Instrument]


class Unsendable(ValueError):
    """A message that must not leave, with every reason."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(_said(problem) for problem in problems))


def encode(
    dialect: Dialect,
    placement: Placement,
    request: Request,
    instrument: Instrument,
    poss_resend: bool = False,
) -> str:
    """D, F or G for a request; PossResend=Y where the broker may have seen it before.

    Raises:
        Unsendable: this broker does not take such a message.
    """
    MsgType = MSG_TYPES[request.kind]
    fields = _request(placement, request, instrument)
    return message(dialect, MsgType, fields, poss_resend)


def encode_list(dialect: Dialect, ListID: str, orders: Sequence[Listed]) -> str:
    """E for new orders, each with all that the broker's file wants in a D.

    Raises:
        Unsendable: this broker takes no lists, or one of the orders cannot be said in a list.
    """
    entries = []
    for placement, request, instrument in orders:
        encode(dialect, placement, request, instrument)  # raises where a D would not do
        fields = filled(dialect, "D", _request(placement, request, instrument))
        fields.pop("ListID", None)
        entries.append(fields | {"ListSeqNo": str(placement.ListSeqNo)})
    head = {"ListID": ListID, "BidType": NO_BIDDING, "ListExecInstType": AT_ONCE}
    head["TotNoOrders"] = str(len(entries))
    return message(dialect, "E", head, groups={"NoOrders": entries})


def _request(placement: Placement, request: Request, instrument: Instrument) -> dict[str, str]:
    fields = {"ClOrdID": request.ClOrdID}
    kind = request.kind
    if placement.ListID and kind is NEW:
        fields["ListID"] = placement.ListID
    if kind is not NEW:
        fields["OrigClOrdID"] = request.OrigClOrdID or placement.ClOrdID
        if placement.OrderID:
            fields["OrderID"] = placement.OrderID
    fields |= _instrument(instrument)
    fields["Side"] = placement.Side._value_
    fields["TransactTime"] = utc(request.at)
    amount = placement.CashOrderQty
    if amount is not None and kind is not NEW:
        untold = kind is CANCEL and placement.OrdStatus in UNTOLD
        amount = amount if untold else request.CashOrderQty
    if amount is None:
        fields["OrderQty"] = plain(request.OrderQty)
    else:
        fields["CashOrderQty"] = plain(amount)
        if kind is not CANCEL:
            fields["Currency"] = placement.Currency
    if kind is not CANCEL:
        _terms(fields, placement, request)
    return fields


def encode_status(
    dialect: Dialect, placement: Placement, ClOrdID: str, instrument: Instrument
) -> str:
    """H: what became of this request? Raises Unsendable."""
    fields = {"ClOrdID": ClOrdID} | _instrument(instrument) | {"Side": placement.Side.value}
    return message(dialect, "H", fields)


def problems(
    dialect: Dialect, placement: Placement, request: Request, instrument: Instrument
) -> tuple[Problem, ...]:
    """Why the broker would not take this request; empty where it would. Decides nothing."""
    try:
        encode(dialect, placement, request, instrument)
    except Unsendable as error:
        return error.problems
    return ()


def message(
    dialect: Dialect,
    MsgType: str,
    fields: dict[str, str],
    poss_resend: bool = False,
    groups: Groups = NONE,
) -> str:
    """A message of our names and their values, with the broker's own fields and values in it.

    Groups stand at its end; `settings.reader` makes a message of such a text and keeps them whole.

    Raises:
        Unsendable: the dialect or the broker's file forbids it, or a value is no plain text.
    """
    fields = filled(dialect, MsgType, fields)
    if groups:
        fields = fields | {name: "" for name, entries in groups.items() if entries}
    shape = dialect.shape(MsgType, fields, poss_resend)
    text = "".join(fields.values())
    # An SOH would begin a tag of its own; what is not ASCII is read differently by each engine.
    fine = text.isascii() and text.isprintable() and len(text) <= LONGEST
    ClOrdID = fields.get("ClOrdID")
    if not fine or shape.problems or groups or (ClOrdID and dialect.id_problem(ClOrdID)):
        _refuse(dialect, MsgType, fields, shape.problems, groups)
    if groups:
        fields |= {
            name: written(dialect, MsgType, name, rows) for name, rows in groups.items() if rows
        }
    return shape.template % tuple(fields.values())


def filled(dialect: Dialect, MsgType: str, fields: dict[str, str]) -> dict[str, str]:
    """The fields with the broker's own values among them, and none that is empty."""
    if own := dialect.defaults.get(MsgType):
        fields = own | fields
    if own := dialect.fixed.get(MsgType):
        fields = fields | own
    if "" in fields.values():  # FIX has no empty fields: what is required is then missing
        fields = {name: value for name, value in fields.items() if value}
    return fields


def _refuse(
    dialect: Dialect,
    MsgType: str,
    fields: dict[str, str],
    shape: tuple[Problem, ...],
    groups: Groups,
) -> None:
    """Raise Unsendable with all that is wrong, if anything is."""
    found = [Problem(p.field, p.value or fields.get(p.field, "")[:SHOWN], p.reason) for p in shape]
    found += _odd(fields)
    ClOrdID = fields.get("ClOrdID", "")
    if ClOrdID and (reason := dialect.id_problem(ClOrdID)):
        found.append(Problem("ClOrdID", ClOrdID, reason))
    for name, entries in groups.items():
        found += group_problems(dialect, MsgType, name, entries)
    if found:
        raise Unsendable(tuple(found))


def _odd(fields: dict[str, str]) -> Iterator[Problem]:
    """Values that are too long, or hold what may not be sent."""
    for name, value in fields.items():
        if len(value) > LONGEST:
            yield Problem(name, value[:SHOWN], f"is longer than {LONGEST} characters")
        for place, character in enumerate(value, 1):
            if not (character.isascii() and character.isprintable()):
                reason = f"character {place} is {character!r}: only printable ASCII is sent"
                yield Problem(name, value[:SHOWN], reason)
                break


def _said(problem: Problem) -> str:
    return f"{problem.field} {problem.value!r}: {problem.reason}"


def _instrument(instrument: Instrument) -> dict[str, str]:
    """The Symbol, and the SecurityID where there is one: it means nothing without its source."""
    fields = {"Symbol": instrument.Symbol}
    if instrument.SecurityID and instrument.SecurityIDSource:
        fields["SecurityID"] = instrument.SecurityID
        fields["SecurityIDSource"] = instrument.SecurityIDSource
    return fields


def _terms(fields: dict[str, str], placement: Placement, request: Request) -> None:
    fields["OrdType"] = placement.OrdType._value_
    fields["TimeInForce"] = placement.TimeInForce._value_
    fields["HandlInst"] = placement.HandlInst
    priced = placement if request.kind is NEW else request
    Price, StopPx = priced.Price, priced.StopPx
    if Price is not None:
        fields["Price"] = plain(Price)
    if StopPx is not None:
        fields["StopPx"] = plain(StopPx)
    if placement.ExecInst:
        fields["ExecInst"] = placement.ExecInst
    if fields["Side"] in SHORT:
        fields["LocateReqd"] = "N"
    if placement.instructions:
        fields["Text"] = placement.instructions


def plain(number: Decimal) -> str:
    """A number without exponent, as FIX wants it."""
    text = str(number)  # several times faster, and mostly enough
    return text if "E" not in text else f"{number:f}"


@lru_cache(1024)  # what is decided together has one time
def utc(at: datetime) -> str:
    """UTCTimestamp with milliseconds."""
    iso = at.isoformat(timespec="milliseconds")
    return f"{iso[:4]}{iso[5:7]}{iso[8:10]}-{iso[11:23]}"
