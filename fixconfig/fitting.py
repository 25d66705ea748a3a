"""Whether a broker's file fits its version: one function a question, and the table of them."""

import re
from collections.abc import Callable, Iterator

from fixconfig.overlay import Data, Overlay, id_problem, names

#: Whether an order is what was decided rests on these: no file sets them.
DECIDED = frozenset(
    ("ClOrdID", "OrigClOrdID", "Symbol", "Side", "OrderQty", "CashOrderQty", "OrdType")
) | {"Price", "StopPx", "TimeInForce", "TransactTime"}
#: These are the server's configuration.
GIVEN = frozenset(("BeginString", "SenderCompID", "TargetCompID", "SocketConnectHost"))
GIVEN |= {"SocketConnectPort", "FileStorePath", "FileLogPath", "DataDictionary"}
GIVEN |= {"AppDataDictionary", "TransportDataDictionary", "DefaultApplVerID", "ConnectionType"}
GIVEN |= {"NonStopSession", "UseLocalTime", "StartTime", "EndTime", "StartDay", "EndDay"}
#: A stricter one loses fills: what quickfix refuses never reaches us.
VALIDATION = frozenset(("UseDataDictionary", "ValidateUserDefinedFields", "AllowUnknownMsgFields"))
VALIDATION |= {"ValidateFieldsHaveValues", "ValidateFieldsOutOfOrder"}
#: What quickfix knows besides and a broker may need otherwise.
SETTINGS = frozenset(
    (
        *("HeartBtInt", "ReconnectInterval", "LogonTimeout", "LogoutTimeout", "CheckLatency"),
        *("MaxLatency", "CheckCompID", "TimestampPrecision", "MillisecondsInTimeStamp"),
        *("ResetOnLogon", "ResetOnLogout", "ResetOnDisconnect", "RefreshOnLogon"),
        *("SendNextExpectedMsgSeqNum", "SendRedundantResendRequests", "PersistMessages"),
        *("ValidateLengthAndChecksum", "SocketNodelay", "SocketSendBufferSize"),
        *("SocketReceiveBufferSize", "SocketConnectSourceHost", "SocketConnectSourcePort"),
        *("HostSelectionPolicy", "SSLProtocol", "SSLCipherSuite", "TLSCipherSuites"),
        *("CertificateVerifyLevel", "CertificationAuthoritiesFile", "ClientCertificateFile"),
        "ClientCertificateKeyFile",
    )
)
#: Fields of the header that the engine writes, or that come in twos; no file sets them.
FRAMING = frozenset(("BeginString", "BodyLength", "MsgType", "SenderCompID", "TargetCompID"))
FRAMING |= {"MsgSeqNum", "SendingTime", "PossDupFlag", "PossResend", "OrigSendingTime"}
FRAMING |= {"LastMsgSeqNumProcessed", "SecureDataLen", "SecureData", "XmlDataLen", "XmlData"}
FRAMING |= {"NoHops"}
MEMBER = re.compile(r"\d+ \w+( (LENGTH|DATA))?")

Check = Callable[[Data, Overlay], Iterator[str]]


def problems(data: Data, overlay: Overlay, ClOrdID: str) -> list[str]:
    """All mistakes of a broker's file against its version, and against the form of our ClOrdIDs."""
    found = [*_ids(overlay, ClOrdID), *_session(overlay)]
    return found + [problem for check in CHECKS for problem in check(data, overlay)]


def _ids(overlay: Overlay, ClOrdID: str) -> Iterator[str]:
    try:
        re.compile(f"[{overlay.ids.charset}]+")
    except re.error as error:
        yield f"ids.charset = {overlay.ids.charset!r}: {error}"
        return
    if reason := id_problem(overlay.ids, ClOrdID):
        yield f"ids = {ClOrdID!r}: our ClOrdIDs look like this: {reason}"


def _tags(data: Data, overlay: Overlay) -> Iterator[str]:
    known = {tag: name for name, tag in data["tags"].items()}
    groups = {name: group.tag for name, group in overlay.groups.items()}
    for place, rows in (("custom", overlay.custom), ("groups", groups)):
        for name, tag in rows.items():
            if name in data["tags"]:
                yield f"{place}.{name} = {tag}: the version has {name} as {data['tags'][name]}"
            elif tag in known:
                yield f"{place}.{name} = {tag}: is {known[tag]} already"
            elif tag < 1:
                yield f"{place}.{name} = {tag}: a tag is a number from 1"
            known.setdefault(tag, name)


def _groups(data: Data, overlay: Overlay) -> Iterator[str]:
    for name, group in overlay.groups.items():
        for member in group.members:
            if not MEMBER.fullmatch(member):
                yield f'groups.{name}.members = {member!r}: must look like "6001 FeeAmount"'
        for key in group.on:
            if key not in data["required"]:
                yield f"groups.{name}.on = {key!r}: {data['begin_string']} has no such message"


def _values(data: Data, overlay: Overlay) -> Iterator[str]:
    for place, given in (("defaults", overlay.defaults), ("fixed", overlay.fixed)):
        for key, rows in given.items():
            if key != "*" and key not in data["messages"]:
                yield f"{place}.{key} = {key!r}: is no message that we send"
                continue
            for name, value in rows.items():
                where = f"{place}.{key}.{name} = {value!r}"
                yield from _value(data, overlay, key, name, value, where)


def _value(
    data: Data, overlay: Overlay, key: str, name: str, value: str, where: str
) -> Iterator[str]:
    rows = data["messages"]
    fields = set().union(*rows.values()) if key == "*" else set(rows[key])
    if name in DECIDED:
        yield f"{where}: belongs to the order and is set nowhere else"
    elif name not in fields | set(overlay.custom):
        yield f"{where}: the message has no such field"
    elif not value and where.startswith("defaults"):
        yield f"{where}: is empty"
    elif not (value.isascii() and (value.isprintable() or not value)):
        yield f"{where}: holds what is not printable ASCII"
    else:
        allowed = overlay.supported.get(name) or data["supported"].get(name)
        more = overlay.added.get(name, [])
        if value and allowed and value not in [*allowed, *more]:
            yield f"{where}: is none of {', '.join([*allowed, *more])}"


def _supported(data: Data, overlay: Overlay) -> Iterator[str]:
    known = set(names(data, overlay))
    for place, given in (("supported", overlay.supported), ("added", overlay.added)):
        for name in given.keys() - known:
            yield f"{place}.{name} = {given[name]!r}: is no field"
    for name, values in overlay.supported.items():
        all_of = data["supported"].get(name)
        extra = set(values) - set(all_of or values) - set(overlay.added.get(name, ()))
        if not values:
            yield f"supported.{name} = []: at least one value is needed"
        elif extra:
            yield f"supported.{name} = {sorted(extra)!r}: the version has {', '.join(all_of)} only"


def _rules(data: Data, overlay: Overlay) -> Iterator[str]:
    known = set(names(data, overlay))
    asked = [("conditional", rule.on, rule.when, rule.any) for rule in overlay.conditional]
    asked += [("forbidden", rule.on, rule.when, rule.none) for rule in overlay.forbidden]
    for place, on, when, others in asked:
        for key in on:
            if key not in data["messages"]:
                yield f"{place}.on = {key!r}: is no message that we send"
        for name in [*when, *others]:
            if name not in known:
                yield f"{place} = {name!r}: is no field"


def _meanings(data: Data, overlay: Overlay) -> Iterator[str]:
    kinds = sorted({rule["kind"] for rule in data["exec"]})
    words = sorted(set(data["ord_status"].values()))
    known = set(names(data, overlay))
    for number, rule in enumerate(overlay.exec, 1):
        if rule.kind not in kinds:
            yield f"exec[{number}].kind = {rule.kind!r}: is none of {', '.join(kinds)}"
        for name in rule.when:
            if name not in known:
                yield f"exec[{number}].when = {name!r}: is no field"
    for value, word in overlay.ord_status.items():
        if word not in words:
            yield f"ord_status.{value} = {word!r}: is none of {', '.join(words)}"


def _header(data: Data, overlay: Overlay) -> Iterator[str]:
    for name, value in overlay.header.items():
        if name not in data["tags"]:
            yield f"header.{name} = {value!r}: is no field"
        elif name not in data["head"]:
            yield f"header.{name} = {value!r}: is no field of the header"
        elif name in FRAMING:
            yield f"header.{name} = {value!r}: is written by the engine and set nowhere else"
        elif not (value.isascii() and (value.isprintable() or not value)):
            yield f"header.{name} = {value!r}: holds what is not printable ASCII"


def _session(overlay: Overlay) -> Iterator[str]:
    for name, value in overlay.session.items():
        if name in GIVEN:
            yield f"session.{name} = {value!r}: belongs to the server's configuration"
        elif name in VALIDATION:
            yield f"session.{name} = {value!r}: may not be changed: a stricter check loses fills"
        elif name not in SETTINGS:
            yield f"session.{name} = {value!r}: is no setting of a session"


CHECKS: tuple[Check, ...] = (_tags, _groups, _values, _supported, _rules, _meanings, _header)
