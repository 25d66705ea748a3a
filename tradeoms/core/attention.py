"""What a person should look at: alerts, and broker's messages that fit nothing of ours."""

from tradeoms.core.context import Context
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.state import State


def alert(ctx: Context, kind: str, subject: str, text: str) -> e.AlertRaised:
    """An alert of a kind about a placement, block, session or report."""
    return e.AlertRaised(ctx.number("alert"), kind, subject, text, ctx.now)


def unmatched(command: c.ReportReceived, reason: str, ctx: Context) -> list[e.AnyEvent]:
    """The message goes into the queue of unknown reports, whole, with an alert."""
    number, session = ctx.number("unmatched"), command.session
    return [
        e.ReportUnmatched(number, session, command.MsgSeqNum, reason, command.raw, command.report),
        alert(ctx, "unknown report", str(number), f"{session}: {reason}"),
    ]


def apply_unmatched(state: State, event: e.ReportUnmatched) -> None:
    state.unmatched[event.number] = event
    state.bump("unmatched", event.number)


APPLY = {e.ReportUnmatched: apply_unmatched}
