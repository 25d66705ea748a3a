"""What a person types about crosses, and what is sent."""

from decimal import Decimal

import pytest

from tests.cli.client import Client, cells, typed
from tradeoms.bus.wire import Result
from tradeoms.model import commands as c

ROW = {
    "instrument": "ACME",
    "buys": ["O2", "O3"],
    "sells": ["O1"],
    "OrderQty": "300",
    "Px": "50.10",
    "basis": "mid",
    "source": "tape",
    "at": "10:30",
    "reason": "",
    "left_out": {"O9": "A7 may not cross: [its] client has not agreed"},
}


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (["propose", "O1", "O2"], c.ProposeCross(("O1", "O2"))),
        (
            ["propose", "O1", "O2", "--quantity", "50", "-r", "both agree", "-a", "price_collar"],
            c.ProposeCross(("O1", "O2"), Decimal(50), "both agree", ("price_collar",)),
        ),
        (["approve", "X1", "-a", "order_value"], c.ApproveCross("X1", "", ("order_value",))),
        (["reject", "X1", "-r", "no"], c.RejectCross("X1", "no")),
        (["bust", "X1", "-r", "wrong"], c.BustCross("X1", "wrong")),
        (["approve-bust", "X1", "-r", "agreed"], c.ApproveBust("X1", "agreed")),
    ],
)
def test_what_is_sent(client: Client, line: list[str], command: c.Command) -> None:
    assert typed(["cross", *line]) == f"{type(command).__name__}: done\n"
    assert client.sent == [command]


def test_candidates_are_shown_with_what_stays_out(client: Client) -> None:
    client.found = Result("1", 7, (ROW,))
    text = typed("cross candidates")
    assert client.sent == [("crosses", {"user": "tom"})]
    assert cells(text) == [["ACME", "O2 O3", "O1", "300", "50.10", "mid", "tape", "10:30", ""]]
    assert "ACME: not O9: A7 may not cross: [its] client has not agreed" in text
    client.found = Result("1", 7)
    assert typed("cross candidates") == "none as of record 7\n"


def test_a_quantity_must_be_a_number(client: Client) -> None:
    typed("cross propose O1 O2 --quantity many", 2)
    assert client.sent == []
