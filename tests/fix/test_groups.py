"""Repeating groups: in FIX's order, whole after quickfix, and found again by our names."""

from pathlib import Path

import pytest
import quickfix as fix

from tests.fix.messages import VERSIONS
from tradeoms.fix.dialect import dialect
from tradeoms.fix.encode import Unsendable, message
from tradeoms.fix.groups import Entry, entries_of
from tradeoms.fix.settings import SessionSettings, reader

FEES = [{"MiscFeeAmt": "1.5", "MiscFeeType": "4"}, {"MiscFeeAmt": "2", "MiscFeeType": "5"}]
ACCOUNTS: list[Entry] = [
    # Not in FIX's order: an engine would lose the second entry's beginning.
    {"AllocQty": "60", "NoMiscFees": FEES, "AllocAccount": "A1"},
    {"AllocAccount": "A2", "AllocQty": "40", "AllocText": ""},
]
ORDERS: list[Entry] = [{"ClOrdID": "C1", "OrderID": "O1"}, {"ClOrdID": "C2"}]
FIELDS = {"AllocID": "X1", "AllocTransType": "0", "Side": "1", "Symbol": "ACME", "Quantity": "100"}
FIELDS |= {"AvgPx": "1.25", "TradeDate": "20260302"}
NEWER = {"AllocType": "1", "AllocNoOrdersType": "1"}


def allocation(version: str, **more: str) -> str:
    fields = FIELDS | ({} if version == "FIX.4.2" else NEWER) | more
    groups = {"NoOrders": ORDERS, "NoAllocs": ACCOUNTS}
    return message(dialect(version), "J", fields, groups=groups)


@pytest.mark.parametrize("version", VERSIONS)
def test_groups_survive_the_engine(version: str, tmp_path: Path) -> None:
    session = SessionSettings("S1", "US", "THEM", "127.0.0.1", 1, tmp_path, version=version)
    message, MsgType = reader(session)(allocation(version))
    assert MsgType == "J"
    sent = message.toString()
    accounts = "78=2|79=A1|80=60|136=2|137=1.5|139=4|137=2|139=5|79=A2|80=40|"
    assert accounts in sent.replace("\x01", "|")
    assert "|73=2|11=C1|37=O1|11=C2|" in sent.replace("\x01", "|")
    assert entries_of(dialect(version), sent, "NoOrders") == ORDERS
    assert entries_of(dialect(version), sent, "NoAllocs") == [
        {"AllocAccount": "A1", "AllocQty": "60", "NoMiscFees": FEES},
        {"AllocAccount": "A2", "AllocQty": "40"},
    ]
    torn = fix.Message(allocation(version), False).toString()
    assert accounts not in torn.replace("\x01", "|")


def test_what_follows_a_group_is_none_of_it() -> None:
    raw = "35=P|70=X|78=2|79=A|776=1|79=B|161=no|87=2|58=text|79=C|".replace("|", "\x01")
    spoken = dialect("FIX.4.4")
    assert entries_of(spoken, raw, "NoAllocs") == [
        {"AllocAccount": "A", "IndividualAllocRejCode": "1"},
        {"AllocAccount": "B", "AllocText": "no"},
    ]
    assert entries_of(spoken, raw, "NoOrders") == []
    assert entries_of(spoken, raw, "NoSuchGroup") == []
    assert entries_of(spoken, raw.replace("35=P", "35=zz"), "NoAllocs") == []


def test_a_broker_that_changes_the_order_of_members() -> None:
    raw = "35=J|78=2|80=1|79=A|80=2|79=B|75=x|".replace("|", "\x01")
    assert entries_of(dialect("FIX.4.4"), raw, "NoAllocs") == [
        {"AllocQty": "1", "AllocAccount": "A"},
        {"AllocQty": "2", "AllocAccount": "B"},
    ]


def test_wrong_groups_are_refused() -> None:
    spoken = dialect("FIX.4.4")
    wrong: dict[str, list[Entry]] = {
        "NoAllocs": [{"AllocQty": "1"}, {"AllocAccount": "a\x01b", "Side": "1"}],
        "NoSides": [{}],
        "NoOrders": ORDERS,
    }
    with pytest.raises(Unsendable) as error:
        message(spoken, "J", FIELDS | NEWER, groups=wrong)
    assert [f"{p.field} {p.reason}" for p in error.value.problems] == [
        "NoSides a message J has no such field",
        "NoAllocs[1].AllocAccount is missing: it begins the entry",
        "NoAllocs[2].AllocAccount only printable ASCII is sent",
        "NoAllocs[2].Side is no member of NoAllocs",
        "NoSides a message J has no such group",
    ]
    with pytest.raises(Unsendable, match="NoAllocs '': is required"):
        message(spoken, "J", FIELDS | NEWER, groups={"NoOrders": ORDERS, "NoAllocs": []})
