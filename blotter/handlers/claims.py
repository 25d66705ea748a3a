"""Who works which orders and blocks, and who looks after which alert."""

import re
from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any

from blotter import cells
from blotter.handlers.deeds import Deed, act, put
from blotter.handlers.orders import REASON
from blotter.screens.choose import Choice, Choose
from blotter.screens.preview import Asked, Preview, Said
from blotter.workplace import Workplace
from tradeoms.model import commands as c
from tradeoms.model.fields import Attention

OPEN = ("staged", "held", "open", "working")
SPAN = re.compile(r"(\d{1,4})([mhd])")
CLOCK = re.compile(r"(\d{1,2}):(\d\d)")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
WHY = Asked("reason", "if you want to say why", needed=False)
WHY_TAKEN = Asked("reason", "needed where it is another's", needed=False)
TRADER = Asked("trader", "whose it will be")
TO = Asked("to", "whose it will be")


def later(text: str) -> datetime:
    """When a time of day comes next, or a span is over, such as `16:30` or `30m`."""
    # Without a zone: the same time tomorrow may be 23 hours ahead.
    now = datetime.now().astimezone().replace(tzinfo=None)
    if span := SPAN.fullmatch(text.lower()):
        return now.astimezone() + timedelta(**{UNITS[span[2]]: int(span[1])})
    clock = CLOCK.fullmatch(text)
    if clock is None or int(clock[1]) > 23 or int(clock[2]) > 59:
        raise ValueError(f"“{text}”: say 30m, 2h or 1d, or a time such as 16:30")
    then = now.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
    return (then if then > now else then + timedelta(days=1)).astimezone()


def _closed(row: Any) -> str:
    """Why a row can be claimed by nobody."""
    if row.state in OPEN:
        return ""
    return f"is in {row.block}: claim that" if row.state == "in block" else f"is {row.state}"


def _whose(rows: Any) -> str:
    """Whose the rows are now."""
    owners = sorted({row.claimed_by for row in rows} - {""})
    taken = f"Now {', '.join(owners)} works some of it." if owners else "Nobody works it now."
    return cells.printable(taken)


def _unclaimed(row: Any) -> str:
    return _closed(row) or ("" if row.claimed_by else "is claimed by nobody")


#: What is nobody's is claimed without a question; what is another's is asked about.
_FREE = Deed("claim", lambda row, _: c.Claim((row.key,)), _closed, preview=False)
_TAKE = Deed(
    "claim",
    lambda row, said: c.Claim((row.key,), said["reason"] or ""),
    _closed,
    (WHY_TAKEN,),
    explain=_whose,
)


async def claim(place: Workplace) -> None:
    """Work the orders or blocks oneself."""
    taken = any(row.claimed_by for row in place.grid.targets() if not _closed(row))
    await act(_TAKE if taken else _FREE)(place)


release = act(
    Deed(
        "release",
        lambda row, said: c.Release((row.key,), said["reason"] or ""),
        _unclaimed,
        (WHY,),
    )
)
reassign = act(
    Deed(
        "reassign",
        lambda row, said: c.Reassign((row.key,), said["trader"], said["reason"]),
        _closed,
        (TRADER, REASON),
        explain=_whose,
    )
)


async def hand_over(place: Workplace) -> None:
    """Give everything that one trader has claimed to another."""
    rows = [row for name in ("orders", "blocks") for row in place.rows(name).values()]
    owners = [row.claimed_by for row in rows if row.claimed_by and not _closed(row)]
    if not owners:
        place.tell("note", "hand over: nobody has claimed anything that is open")
        return
    choices = [
        Choice(name, name, f"{owners.count(name)} orders and blocks")
        for name in sorted(set(owners))
    ]
    trader = await place.ask(Choose("Hand over the desk of …", choices))
    if trader is None:
        return
    note = f"All that {trader} has claimed and that is open: {owners.count(trader)}."
    title = f"Hand over the desk of {trader}"

    def make(said: Said) -> c.Command:
        return c.HandOver(trader, said["to"], said["reason"])

    send = put(place, title.lower(), make)
    await place.ask(Preview(title, (), "Hand over", send, (TO, REASON), note))


def _dealt_with(row: Any) -> str:
    if row.state == Attention.Ended.value:
        return "has ended by itself"
    return f"was acknowledged by {row.user}" if row.state == Attention.Acknowledged.value else ""


acknowledge = act(
    Deed(
        "acknowledge alert",
        lambda row, _: c.AcknowledgeAlert(int(row.key)),
        _dealt_with,
        preview=False,
    )
)
acknowledge_why = act(
    Deed(
        "acknowledge alert",
        lambda row, said: c.AcknowledgeAlert(int(row.key), said["reason"]),
        _dealt_with,
        (REASON,),
    )
)
own = act(
    Deed(
        "own alert",
        lambda row, said: c.OwnAlert(int(row.key), said["reason"] or ""),
        _dealt_with,
        (WHY_TAKEN,),
    )
)


def _snooze(row: Any, said: Said) -> c.Command:
    return c.SnoozeAlert(int(row.key), said["until"], said["reason"])


snooze = act(
    Deed(
        "snooze alert",
        _snooze,
        _dealt_with,
        (Asked("until", "30m, 2h, 1d, or a time such as 16:30", later, first="30m"), REASON),
        note="It comes back then, for whoever has it, or for everybody.",
    )
)


def seen(place: Workplace) -> Awaitable[None] | None:
    """What is meant waits no more: an alert for nobody, another row for this person."""
    if place.table == "alerts":
        return acknowledge(place)
    for row in place.grid.targets():
        if place.waiting.see(place.table, row.key):
            place.tell("note", f"seen: {place.table} {row.key}")
    place.grid.clear_selection()
    return None
