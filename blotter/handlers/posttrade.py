"""After the allocation: what brokers are told, and what they confirm."""

from typing import Any

from blotter.handlers.deeds import Deed, act
from blotter.handlers.orders import REASON
from blotter.screens.preview import Asked
from tradeoms.model import commands as c


def _cleared(row: Any) -> str:
    return "is cleared" if row.state == "cleared" else ""


own_break = act(
    Deed(
        "look after",
        lambda row, said: c.OwnBreak(row.key, said["reason"] or ""),
        _cleared,
        (Asked("reason", "needed where it is another's", needed=False),),
    )
)
explain_break = act(
    Deed("explain", lambda row, said: c.ExplainBreak(row.key, said["reason"]), _cleared, (REASON,))
)
send_allocation = act(
    Deed(
        "tell the brokers of",
        lambda row, _: c.SendAllocation(row.key),
        lambda row: "" if row.state == "allocated" else f"is {row.state}, not allocated",
        confirm=True,
        note="Each broker is told how its fills are split; what it was told before is replaced.",
    )
)
cancel_instruction = act(
    Deed(
        "cancel instruction",
        lambda row, said: c.CancelAllocation(row.key, said["reason"]),
        asks=(REASON,),
    )
)
request = act(Deed("ask for the confirmations of", lambda row, _: c.RequestConfirmations(row.key)))
affirm = act(
    Deed(
        "affirm",
        lambda row, said: c.AffirmConfirmations((row.confirmation,), said["reason"] or ""),
        lambda row: "" if row.confirmation else "is not confirmed yet",
        (Asked("reason", "needed where it does not match", needed=False),),
    )
)
reject = act(
    Deed(
        "reject",
        lambda row, said: c.RejectConfirmation(row.confirmation, said["reason"]),
        lambda row: "" if row.confirmation else "is not confirmed yet",
        (REASON,),
    )
)
