"""What the server does about the time."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from tradeoms.app.server import Server
from tradeoms.model import commands as c


def test_requests_are_looked_after_each_second_cut_offs_each_minute() -> None:
    sent: list[c.Command] = []
    server: Any = SimpleNamespace(_minute=None, _submit=lambda command, _: sent.append(command))
    start = datetime(2026, 3, 2, 23, 59, 58, tzinfo=UTC)
    for second in range(4):
        Server._look_after(cast(Server, server), start + timedelta(seconds=second))
    assert [type(command).__name__ for command in sent] == [
        *("CheckPending", "CheckConfirmations", "CheckPending"),
        *("CheckPending", "CheckConfirmations", "CheckPending"),
    ]
    assert [one.at for one in sent if isinstance(one, c.CheckConfirmations)] == [
        start,
        start + timedelta(seconds=2),
    ]
