"""Reasons that persons give: they go into the journal."""

from tradeoms.core.bounds import brief
from tradeoms.core.checks import bad_text
from tradeoms.model import commands as c


def reason_problems(reason: str) -> list[c.Problem]:
    """There must be one, in printable ASCII."""
    return optional_reason_problems(reason) or (
        [] if reason.strip() else [c.Problem("reason", "", "needs a reason")]
    )


def optional_reason_problems(reason: str) -> list[c.Problem]:
    """It may be left out; what is there must be printable ASCII."""
    bad = bad_text(reason)
    return [c.Problem("reason", brief(ascii(reason)), bad)] if bad else []
