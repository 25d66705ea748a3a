"""The kill switch that lasts: a trader, a desk, an account or the house, until two persons resume."""

from collections.abc import Mapping
from typing import Any

from blotter import cells
from blotter.handlers.deeds import Deed, act, put
from blotter.handlers.orders import REASON
from blotter.screens.choose import Choice, Choose
from blotter.screens.preview import Asked, Preview
from blotter.workplace import Workplace
from tradeoms.model import commands as c

TYPED = "HALT"  # what one types to show that one means it
HOUSE = "everything"
LEFT = ("open", "working", "staged", "held", "in block")


def _means_it(text: str) -> str:
    if text != TYPED:
        raise ValueError(f"type {TYPED}")
    return text


def _choices(place: Workplace) -> list[Choice]:
    """The house, and every trader, desk and account of open work."""
    rows = [
        row
        for table in ("orders", "blocks")
        for row in place.rows(table).values()
        if row.state in LEFT
    ]
    named = {(kind, getattr(row, field, "")) for row in rows for kind, field in _FIELDS}
    found = sorted(f"{kind} {name}" for kind, name in named if name)
    return [Choice(name, cells.printable(name)) for name in (HOUSE, *found)]


_FIELDS = (("trader", "claimed_by"), ("desk", "desk"), ("account", "account"))


async def halt(place: Workplace) -> None:
    """Cancel what is open, and let nothing new be done; typed, for it takes two to go on."""
    chosen = await place.ask(Choose("Halt …", _choices(place)))
    if chosen is None:
        return
    note = "All that is open is cancelled. Nothing new is done until two persons have resumed."
    typed = Asked("confirm", f"type {TYPED}", _means_it)
    send = put(place, f"halt {chosen}", lambda said: _halt(chosen, said["reason"]))
    await place.ask(Preview(f"Halt {chosen}", (), "Halt", send, (REASON, typed), note))


def _halt(chosen: str, reason: str) -> c.Halt:
    kind, _, name = chosen.partition(" ")
    whose = {field: name if kind == field else "" for field, _ in _FIELDS}
    return c.Halt(
        reason, whose["trader"], whose["desk"], whose["account"], everything=chosen == HOUSE
    )


async def resume(place: Workplace) -> None:
    """Consent that a halt ends."""
    found = await place.query("halts", "halts")
    if found is None:
        return
    if not found.rows:
        place.tell("note", "resume: nothing is halted")
        return
    chosen = await place.ask(Choose("Resume …", [_choice(row) for row in found.rows]))
    if chosen is None:
        return
    note = "It goes on when two persons have consented."
    send = put(place, f"resume {chosen}", lambda said: c.Resume(chosen, said["reason"]))
    await place.ask(Preview(f"Resume {chosen}", (), "Resume", send, (REASON,), note))


#: The halts themselves: on their own table.
resume_these = act(
    Deed(
        "resume",
        lambda row, said: c.Resume(row.key, said["reason"]),
        lambda row: "is lifted" if row.state == "lifted" else "",
        (REASON,),
        note="It goes on when two persons have consented.",
    )
)


def _choice(row: Mapping[str, Any]) -> Choice:
    consents = f"; {', '.join(row['consents'])} consented" if row["consents"] else ""
    about = f"{row['by']}: {row['reason']}{consents}"
    return Choice(row["halt"], f"{row['halt']} {row['what']}", cells.printable(about))
