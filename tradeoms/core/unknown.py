"""Brokers' messages that are no reports and belong to nothing of ours."""

from tradeoms.core.attention import alert
from tradeoms.core.context import Context
from tradeoms.model import commands as c
from tradeoms.model import events as e


def unknown(
    command: c.PostTradeReceived | c.ListStatusReceived, reason: str, ctx: Context
) -> list[e.AnyEvent]:
    """The message goes into the queue of unknown reports, whole, with an alert."""
    number, session = ctx.number("unmatched"), command.session
    return [
        e.ReportUnmatched(number, session, command.MsgSeqNum, reason, command.raw),
        alert(ctx, "unknown report", str(number), f"{session}: {reason}"),
    ]
