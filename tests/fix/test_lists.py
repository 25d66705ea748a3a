"""A list on the wire: one message for all, single orders where that cannot be said, and N."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.builders import Desk, K, instrument
from tests.core.test_lists import given, opened
from tests.fix.messages import VERSIONS, brokers_dialect, placement, request
from tests.fix.test_sender import Line, line  # noqa: F401
from tests.fix.test_unsendable import floor as office
from tradeoms.fix.application import Inbound
from tradeoms.fix.decode import fields_of
from tradeoms.fix.dialect import Dialect, dialect
from tradeoms.fix.encode import Listed, Unsendable, encode_list
from tradeoms.fix.groups import entries_of
from tradeoms.fix.lists import received
from tradeoms.fix.sender import CANCELLED, LISTED, URGENCY, Outgoing
from tradeoms.fix.settings import SessionSettings, reader
from tradeoms.model import commands as c
from tradeoms.model.fields import OrdStatus, OrdType, RequestKind
from tradeoms.model.lists import ListedOrder, ListStatus

ACME, LIST = instrument("ACME"), "26030200000009"
MARKET = {"OrdType": OrdType.Market, "Price": None, "instructions": "at once"}
ENTRIES = (
    "|73=2|11=26030200000001|67=1|21=1|55=AC.X|48=USACME|22=4|54=1|60=20260302-14:30:00.123|38=100|"
    "40=2|44=12.50|59=0|11=26030200000002|67=2|21=1|55=AC.X|48=USACME|22=4|54=1|"
    "60=20260302-14:30:00.123|38=100|40=1|59=0|58=at once|"
)


def two() -> list[Listed]:
    first = placement(ListID=LIST, ListSeqNo=1)
    second = placement(ListID=LIST, ListSeqNo=2, **MARKET)
    asked = request(), request(ClOrdID="26030200000002")
    return [(first, asked[0], ACME), (second, asked[1], ACME)]


def said(spoken: Dialect) -> str:
    return encode_list(spoken, LIST, two())


@pytest.mark.parametrize("version", VERSIONS)
def test_a_list_survives_the_engine(version: str, tmp_path: Path) -> None:
    text = said(dialect(version)).replace("\x01", "|")
    assert f"|66={LIST}|394=3|433=1|68=2|73=2|" in text
    assert ENTRIES in text
    session = SessionSettings("S1", "US", "THEM", "127.0.0.1", 1, tmp_path, version=version)
    sent = reader(session)(said(dialect(version)))[0].toString()
    assert ENTRIES in sent.replace("\x01", "|")
    assert [entry["ClOrdID"] for entry in entries_of(dialect(version), sent, "NoOrders")] == [
        "26030200000001",
        "26030200000002",
    ]


def test_a_broker_s_values_for_orders_are_in_the_list(tmp_path: Path) -> None:
    text = '[defaults.D]\nOrderCapacity = "A"\n[fixed."*"]\nHandlInst = "3"\n'
    spoken = brokers_dialect(tmp_path, text)
    entries = entries_of(spoken, said(spoken), "NoOrders")
    assert [(entry["OrderCapacity"], entry["HandlInst"]) for entry in entries] == [("A", "3")] * 2


WHY_NOT = {
    "[supports]\nlists = false\n": r"the broker takes no such message \(supports.lists\)",
    '[supported]\nOrdType = ["2"]\n': "OrdType '1': the broker takes 2 only",
    '[custom]\nDesk = 5701\n[defaults.D]\nDesk = "7"\n': r"NoOrders\[1\].Desk .* no member",
    "[ids]\nmax_length = 14\n[[forbidden]]\non = ['D']\nwhen = {}\nnone = ['Text']\n": "may not be",
}


@pytest.mark.parametrize("text", WHY_NOT)
def test_what_cannot_be_said_in_a_list(text: str, tmp_path: Path) -> None:
    with pytest.raises(Unsendable, match=WHY_NOT[text]):
        said(brokers_dialect(tmp_path, text))


def listing(home: Path, text: str = "") -> tuple[Desk, list[Outgoing]]:
    floor, sent = office(home, text)
    known = floor.state.brokers["KING"]
    ready = opened().state.brokers["KING"]
    assert known.session == ready.session
    floor.done(c.DefineBrokers((ready,)), "ops")
    return floor, sent


def kinds(sent: list[Outgoing]) -> list[str]:
    return [fields_of(message.text)["35"] for message in sent]


def test_one_message_leaves_for_all(tmp_path: Path) -> None:
    floor, sent = listing(tmp_path)
    known, names = given(floor)
    (message,) = sent
    ids = [floor.placement(name).ClOrdID for name in names]
    assert (message.ClOrdID, message.placement) == (known.ListID, "")
    assert message.orders == tuple(zip(names, ids, strict=True))
    entries = entries_of(dialect("FIX.4.4"), message.text, "NoOrders")
    assert [entry["ClOrdID"] for entry in entries] == ids
    assert [entry["OrderQty"] for entry in entries] == ["100", "200", "300"]


def test_a_list_that_cannot_be_said_leaves_as_single_orders(tmp_path: Path) -> None:
    floor, sent = listing(tmp_path, "[supports]\nlists = false\n")
    known, names = given(floor)
    assert kinds(sent) == ["D", "D", "D"]
    assert [message.placement for message in sent] == list(names)
    assert all(fields_of(message.text)["66"] == known.ListID for message in sent)
    texts = [a.text for a in floor.state.alerts.values() if a.kind == "list not sent"]
    assert texts == [
        f"list {known.ListID} is sent as 3 single orders: MsgType 'E': the broker takes no such"
        " message (supports.lists)"
    ]


def test_an_order_sent_again_is_an_order(tmp_path: Path) -> None:
    floor, sent = listing(tmp_path)
    _, names = given(floor)
    floor.system(c.ChangeSession("S1", False))
    floor.system(c.ChangeSession("S1", True))
    unknown = {"OrdStatus": OrdStatus.Rejected, "OrdRejReason": "5", "OrderID": "NONE"}
    floor.report(names[0], K.Status, **unknown)
    again = [message for message in sent if "\x0197=Y\x01" in message.text]
    assert [(message.placement, message.again) for message in again] == [(names[0], True)]
    assert kinds(again) == ["D"]


def out(*names: str) -> Outgoing:
    """A list of these placements, as it waits to leave."""
    orders = tuple((name, f"id{name}") for name in names)
    return Outgoing("S1", "list", "", LIST, urgency=URGENCY[RequestKind.New], orders=orders)


def cancel(name: str) -> Outgoing:
    return Outgoing("S1", "cancel", name, "cx", urgency=URGENCY[RequestKind.Cancel])


def test_a_list_is_confirmed_order_by_order(line: Line) -> None:  # noqa: F811
    line.play(out("P1", "P2"), Outgoing("S1", "one", "P3", "id3"), None)
    assert line.said == [c.ConfirmSent("S1", (1, 1, 2), ("idP1", "idP2", "id3"))]
    assert line.sender.ClOrdID_of("S1", 1) == LIST


def test_a_list_that_cannot_leave_comes_back_order_by_order(line: Line) -> None:  # noqa: F811
    line.up.clear()
    line.play(out("P1", "P2"), None)
    down = "the session is down"
    assert line.said == [c.ReturnUnsent("idP1", "P1", down), c.ReturnUnsent("idP2", "P2", down)]


def test_a_cancel_never_overtakes_its_list(line: Line) -> None:  # noqa: F811
    line.play(out("P1", "P2"), cancel("P2"), None)
    assert line.sent == ["list", "cancel"]


def test_where_a_list_waits_a_cancel_takes_it_back(line: Line) -> None:  # noqa: F811
    line.limit("S1", rate=1, burst=1)
    line.sender.ways["S1"]._bucket.take(0)
    line.play(out("P1", "P2"), cancel("P2")._replace(names="idP2"), None)
    assert line.sent == []
    back = [(command.ClOrdID, command.reason) for command in line.said]  # type: ignore[attr-defined]
    assert back == [("idP1", LISTED), ("idP2", LISTED), ("cx", CANCELLED)]


def heard(version: str, text: str) -> c.ListStatusReceived:
    raw = f"35=N|34=3|66={LIST}|{text}".replace("|", "\x01")
    return received(Inbound("S1", raw), dialect(version))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_list_s_status_is_read(version: str) -> None:
    text = "429=1|82=1|83=1|431=7|444=none today|68=2|73=2|11=a|14=0|39=8|151=0|84=0|6=0|58=no|"
    command = heard(version, f"{text}11=b|14=10.5|39=1|151=0|84=0|6=0|")
    assert command.status == ListStatus(
        LIST,
        "7",
        "1",
        "none today",
        (
            ListedOrder("a", OrdStatus.Rejected, Decimal(0), "no"),
            ListedOrder("b", OrdStatus.PartiallyFilled, Decimal("10.5")),
        ),
    )
    assert heard(version, "431=2|").status == ListStatus(LIST, "2")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("73=1|11=a|14=x|39=0|", "CumQty 'x' is no number"),
        ("73=1|11=a|14=1|39=?|", "OrdStatus (39) '?' is unknown"),
    ],
)
def test_what_cannot_be_read_keeps_its_reason(text: str, error: str) -> None:
    command = heard("FIX.4.4", text)
    assert (command.status, command.error) == (None, error)


def test_a_status_of_no_list() -> None:
    raw = "35=N|34=3|431=7|".replace("|", "\x01")
    command = received(Inbound("S1", raw), dialect("FIX.4.4"))
    assert command.error == "ListID (66) is missing in a ListStatus"
