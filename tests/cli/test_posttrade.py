"""What a person types after the trade, and the command that is sent."""

from decimal import Decimal

import pytest

from tests.cli.client import Client, typed
from tradeoms.bus.wire import Result
from tradeoms.cli import posttrade
from tradeoms.model import commands as c

LINES: dict[str, c.Command] = {
    "allocation send B1": c.SendAllocation("B1"),
    "allocation send B1 --broker KING --broker QUEEN": c.SendAllocation("B1", ("KING", "QUEEN")),
    "allocation cancel A1 -r wrong": c.CancelAllocation("A1", "wrong"),
    "allocation ask A1": c.RequestConfirmations("A1"),
    "allocation ask A1 --account F1": c.RequestConfirmations("A1", "F1"),
    "allocation move B1 F1 2.5 -r wrong": c.MoveToError("B1", "F1", Decimal("2.5"), "wrong"),
    "allocation move B1 F1 9 -r wrong --account E2 --order O7": c.MoveToError(
        *("B1", "F1", Decimal(9), "wrong", "E2", "O7")
    ),
    "allocation change B1 F1=300 F2/O7=2.5 -r cash": c.ChangeSplit(
        *(
            "B1",
            (c.AccountQty("F1", Decimal(300)), c.AccountQty("F2", Decimal("2.5"), "O7")),
            "cash",
        )
    ),
    "allocation change B1 -r mistake": c.ChangeSplit("B1", (), "mistake"),
    "allocation approve B1 -r seen --change 2": c.ApproveSplit("B1", "seen", 2),
    "confirmation affirm S1/C1 S1/C2": c.AffirmConfirmations(("S1/C1", "S1/C2")),
    "confirmation affirm S1/C1 -r agreed": c.AffirmConfirmations(("S1/C1",), "agreed"),
    "confirmation reject S1/C1 -r wrong": c.RejectConfirmation("S1/C1", "wrong"),
}


@pytest.mark.parametrize("line", list(LINES))
def test_what_is_sent(line: str, client: Client) -> None:
    typed(line)
    assert client.sent == [LINES[line]]


def test_the_split_is_shown_before_the_block_is_finished(client: Client) -> None:
    row = dict.fromkeys(posttrade.SHOWN, "0") | {"account": "FUND7", "net": "5000.13"}
    told = {"AvgPx": "50.01", "Currency": "USD", "settle_date": "2026-03-03", "policy": "fair/1"}
    told |= {"exception": "holds back 10 of 50", "alerts": [], "refused": "P1 works", "rows": [row]}
    told["left_out"] = 3
    client.found = Result("1", 7, (told,))
    said = typed("allocation preview B1")
    assert client.sent == [("allocation", {"block": "B1", "user": "tom"})]
    for text in ("FUND7", "5000.13", "B1 at 50.01 USD, settles 2026-03-03", "as of record 7"):
        assert text in said
    assert "and 3 that are not yours" in said
    assert "exception: holds back 10 of 50" in said
    assert "would be refused now: P1 works" in said
    client.found = Result("1", 7, problem="block: unknown block")
    assert typed("allocation preview B9", 1) == "block: unknown block\n"


def test_a_quantity_that_is_none_is_said(client: Client) -> None:
    assert "F1 'x' is no number" in typed("allocation change B1 F1=x -r r", 2)
    assert "'300': must be ACCOUNT=QUANTITY" in typed("allocation change B1 300 -r r", 2)
    assert client.sent == []


@pytest.mark.parametrize("line", ["allocation cancel A1", "confirmation reject S1/C1"])
def test_a_reason_is_needed(client: Client, line: str) -> None:
    assert "--reason" in typed(line, 2)
    assert client.sent == []
