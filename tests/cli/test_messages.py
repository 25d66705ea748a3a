"""What a person types to see an order's messages, what is asked, and how they are shown."""

from tests.cli.client import Client, typed
from tradeoms.bus.wire import Result

ROW = {
    "at": "2026-03-02T14:30:00.000000Z",
    "direction": "in",
    "text": "8=FIX.4.4\x0135=8\x0158=\x1b]0;mine\x07caf\xe9\nno line [b]of ours\x01",
}


def test_what_a_broker_says_does_not_speak_to_the_terminal(client: Client) -> None:
    client.found = Result("1", 7, (ROW,))
    text = r"8=FIX.4.4|35=8|58=\x1b]0;mine\x07café\nno line [b]of ours|"
    assert typed("messages P1") == f"2026-03-02T14:30:00.000000Z in  {text}\n"
    assert client.sent == [("messages", {"placement": "P1"})]


def test_ids_need_their_session(client: Client) -> None:
    at = "2026-03-02T14:00:00Z"
    typed(f"messages A1 X7 --session KING --after {at}")
    assert client.sent == [("messages", {"session": "KING", "ids": ["A1", "X7"], "after": at})]
    assert "ids need their --session" in typed("messages A1 X7", 2)
