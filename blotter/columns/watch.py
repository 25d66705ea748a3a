"""The columns of what waits for a person: alerts, sessions, unknown reports."""

from typing import Any

from blotter import computed
from blotter.column import Column, always, clock, foreign, key, number, text, word


def _up(row: Any) -> str:
    return "up" if row.up else "DOWN"


ALERTS = (
    key(6, "alert"),
    clock("at"),
    text("kind", 16, tone=always("bad")),
    text("subject", 10),
    text("text", 40),
    word("state", 12),
    text("owner", 10),
    clock("until"),
    computed.age("at"),
    text("user", 10, "attended by"),
    text("reason", 30),
    clock("attended"),
)
SESSIONS = (
    text("key", 12, "session"),
    Column("up", "state", 6, _up, _up, tone=lambda row: "good" if row.up else "bad"),
    text("brokers", 24),
    computed.age("heard", "heard"),
    number("in_seq", 10, "last in"),
    number("out_seq", 10, "last out"),
    text("reason", 40),
)
UNKNOWN = (
    key(8, "report"),
    text("session", 10),
    text("reason", 30, tone=always("bad")),
    text("kind", 10),
    text("Symbol", 8),
    number("LastQty", 10),
    number("LastPx", 11),
    foreign("ClOrdID", 16),
    foreign("OrderID", 16),
    foreign("ExecID", 16),
    text("TransactTime", 22),
    text("Text", 30),
    number("MsgSeqNum", 9),
    text("raw", 60),
)
