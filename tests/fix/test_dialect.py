"""What differs between the versions, row by row: required fields, names, and what reports mean."""

import pytest

import fixconfig
from fixconfig.table import members, read
from tests.fix.messages import VERSIONS, report
from tradeoms.fix.dialect import STATUSES, dialect
from tradeoms.model.fields import OrdStatus, ReportKind

V42, V44, V50 = VERSIONS
#: MsgType -> the tags that must be there, per version. Where the standard asks for a component, for
#: its field; where it asks for one of two quantities, the table says C and the dialect has the rule.
REQUIRED = {
    "D": ("11 21 55 54 60 40", "11 55 54 60 40", "11 55 54 60 40"),
    "G": ("41 11 21 55 54 60 40", "41 11 55 54 60 40", "11 55 54 60 40"),
    "F": ("41 11 55 54 60", "41 11 55 54 60", "11 55 54 60"),
    "8": (
        "37 17 20 150 39 55 54 151 14 6",
        "37 17 150 39 55 54 151 14 6",
        "37 17 150 39 55 54 151 14",
    ),
    "9": ("37 11 41 39 434", "37 11 41 39 434", "37 11 39 434"),
    "H": ("11 55 54", "11 55 54", "55 54"),
    "Q": ("37 17 127 55 54", "37 17 127 55 54", "37 17 127 55 54"),
    "J": (
        "70 71 73 54 55 53 6 75 78",
        "70 71 626 857 73 54 55 53 6 75 78",
        "70 71 626 73 54 55 53 75 78",
    ),
    "P": ("70 75 87", "70 60 87", "70 87"),
    "AK": (
        "",
        "664 666 773 665 60 75 55 80 54 862 79 6 381 118",
        "664 666 773 665 60 75 55 80 54 862 79 6 381 118",
    ),
    "AU": ("", "664 75 60 940", "664 75 60 940"),
}


@pytest.mark.parametrize("MsgType", REQUIRED)
def test_required_fields(MsgType: str) -> None:
    for version, tags in zip(VERSIONS, REQUIRED[MsgType], strict=True):
        data = fixconfig.dialect(version)
        names = data["required"].get(MsgType, [])
        assert {str(data["tags"][name]) for name in names} == set(tags.split()), version


def test_one_of_two_quantities_is_needed() -> None:
    """In 4.2 and 4.4 on each request; a cancel of 4.2 and 5.0 SP2 needs none."""
    for version, on in ((V42, ["D", "G"]), (V44, ["D", "G", "F"]), (V50, ["D", "G"])):
        rules = fixconfig.dialect(version)["conditional"]
        found = [
            r["on"] for r in rules if r["any"] == ["OrderQty", "CashOrderQty"] and not r["when"]
        ]
        assert found[0] == on


#: Our name -> its tag and its name in each version; None where there is no such field.
NAMES = {
    "LastQty": ("32 LastShares", "32 LastQty", "32 LastQty"),
    "SecurityIDSource": ("22 IDSource", "22 SecurityIDSource", "22 SecurityIDSource"),
    "OrderCapacity": ("47 Rule80A", "528 OrderCapacity", "528 OrderCapacity"),
    "SettlType": ("63 SettlmntTyp", "63 SettlType", "63 SettlType"),
    "SettlDate": ("64 FutSettDate", "64 SettlDate", "64 SettlDate"),
    "PositionEffect": ("77 OpenClose", "77 PositionEffect", "77 PositionEffect"),
    "Commission": ("12 Commission", "12 Commission", "12 Commission"),
    "CommType": ("13 CommType", "13 CommType", "13 CommType"),
    "StopPx": ("99 StopPx", "99 StopPx", "99 StopPx"),
    "ClientID": ("109 ClientID", None, None),
    "ExecBroker": ("76 ExecBroker", None, None),
    "ClearingFirm": ("439 ClearingFirm", None, None),
    "ClearingAccount": ("440 ClearingAccount", None, None),
    "MaturityDay": ("205 MaturityDay", None, None),
    "MaturityMonthYear": ("200 MaturityMonthYear",) * 3,
    "MaturityDate": (None, "541 MaturityDate", "541 MaturityDate"),
    "OrderRestrictions": (None, "529 OrderRestrictions", "529 OrderRestrictions"),
    "ApplVerID": (None, None, "1128 ApplVerID"),
}


@pytest.mark.parametrize("name", NAMES)
def test_names(name: str) -> None:
    for version, expected in zip(VERSIONS, NAMES[name], strict=True):
        table, data = read(fixconfig.path(version)), fixconfig.dialect(version)
        theirs = data["names"].get(name, name)
        known = theirs in table["fields"]
        assert (f"{data['tags'][name]} {theirs}" if known else None) == expected, version


def test_shares_of_an_account() -> None:
    names = [members(read(fixconfig.path(v)), "NoAllocs", "J") for v in VERSIONS]
    assert ["AllocShares" in found for found in names] == [True, False, False]
    assert [dialect(v).tags["AllocQty"] for v in VERSIONS] == ["80"] * 3


def test_the_session() -> None:
    assert [dialect(v).begin_string for v in VERSIONS] == ["FIX.4.2", "FIX.4.4", "FIXT.1.1"]
    ids = [fixconfig.dialect(v).get("default_appl_ver_id") for v in VERSIONS]
    assert ids == [None, None, "9"]
    assert [fixconfig.dialect(v)["header"] for v in VERSIONS] == [{}, {}, {"ApplVerID": "9"}]


def values(name: str) -> list[set[str]]:
    found = []
    for version in VERSIONS:
        data = fixconfig.dialect(version)
        found.append(set(read(fixconfig.path(version))["values"][data["names"].get(name, name)]))
    return found


def test_values() -> None:
    """What a broker is told the values mean; nothing is refused for having another."""
    v42, v44, v50 = values("ExecRestatementReason")
    assert v42 == {str(n) for n in range(6)}
    assert v44 == {str(n) for n in range(11)} | {"99"}
    assert v50 == {str(n) for n in range(21)} | {"99"}
    v42, v44, v50 = values("SecurityIDSource")
    assert (v42, max(v44), max(v50)) == (set("123456789"), "J", "Y")
    v42, v44, v50 = values("ExecType")
    assert {"1", "2"} <= v42
    assert not {"F", "G", "H", "I"} & v42
    assert {"F", "G", "H", "I"} <= v44 & v50
    assert [sorted(v) for v in values("AllocTransType")] == [
        list("012345"),
        list("012"),
        list("012"),
    ]
    assert [len(v) for v in values("CommType")] == [3, 6, 8]
    assert "7" not in values("TimeInForce")[0]


def test_what_we_may_send() -> None:
    capacities = [fixconfig.dialect(v)["supported"]["OrderCapacity"] for v in VERSIONS]
    assert ["".join(c) for c in capacities] == ["AIPW", "AGIPRW", "AGIMPRW"]
    assert "7" not in fixconfig.dialect(V42)["supported"]["TimeInForce"]
    orders = [set("DGFHQE"), {*"DGFHQEq", "AF"}, {*"DGFHQEq", "AF"}]
    after = [{"J"}, {"J", "AT", "AU", "BH"}, {"J", "AT", "AU", "BH"}]
    for version, order, trade in zip(VERSIONS, orders, after, strict=True):
        sent = set(fixconfig.dialect(version)["messages"])
        assert sent - {*"A012345", "j"} == order | trade, version


#: ExecTransType, ExecType -> the kind, in every version: brokers mix them.
MEANINGS = {
    ("0", "1"): ReportKind.Trade,
    ("0", "2"): ReportKind.Trade,
    ("", "F"): ReportKind.Trade,
    ("1", "1"): ReportKind.TradeCancel,
    ("1", "4"): ReportKind.TradeCancel,
    ("", "H"): ReportKind.TradeCancel,
    ("2", "2"): ReportKind.TradeCorrect,
    ("", "G"): ReportKind.TradeCorrect,
    ("3", "0"): ReportKind.Status,
    ("3", "2"): ReportKind.Status,
    ("", "I"): ReportKind.Status,
    ("", "L"): ReportKind.Status,
    ("0", "D"): ReportKind.Restated,
    ("0", "E"): ReportKind.PendingReplace,
    ("", "E"): ReportKind.PendingReplace,
    ("0", "5"): ReportKind.Replaced,
    ("0", "0"): ReportKind.New,
    ("0", "C"): ReportKind.Expired,
    ("", "z"): "",
    ("", ""): "",
}


@pytest.mark.parametrize("version", VERSIONS)
def test_meanings(version: str) -> None:
    for (transaction, kind), meaning in MEANINGS.items():
        assert dialect(version).kind(transaction, kind) == meaning, (transaction, kind)


@pytest.mark.parametrize("version", VERSIONS)
def test_fills_busts_and_corrections_in_the_version_s_own_words(version: str) -> None:
    old = version == V42
    fill = report(version, "20=0|150=1|39=1" if old else "150=F|39=1")
    assert (fill.kind, fill.OrdStatus, fill.LastQty) == ("trade", OrdStatus.PartiallyFilled, 100)
    bust = report(version, "20=1|150=1|39=1|19=E0" if old else "150=H|39=1|19=E0")
    assert (bust.kind, bust.ExecRefID) == ("trade_cancel", "E0")
    correct = report(version, "20=2|150=1|39=1|19=E0" if old else "150=G|39=1|19=E0")
    assert (correct.kind, correct.ExecRefID, correct.LastQty) == ("trade_correct", "E0", 100)
    status = report(version, "20=3|150=1|39=1" if old else "150=I|39=1")
    assert (status.kind, status.OrdStatus) == ("status", OrdStatus.PartiallyFilled)
    restated = report(version, "20=0|150=D|39=0|378=5" if old else "150=D|39=0|378=99")
    assert (restated.kind, restated.ExecRestatementReason) == ("restated", "5" if old else "99")
    pending = report(version, "20=0|150=E|39=E" if old else "150=E|39=E")
    assert (pending.kind, pending.OrdStatus) == ("pending_replace", OrdStatus.PendingReplace)


def test_every_status_has_a_word() -> None:
    assert set(STATUSES) == set(fixconfig.dialect(V44)["ord_status"].values())
    for version in VERSIONS:
        assert dialect(version).statuses == {status.value: status for status in OrdStatus}
