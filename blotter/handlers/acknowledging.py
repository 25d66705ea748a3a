"""Sending what rules may warn about: no warning is acknowledged that nobody has seen."""

from collections.abc import Mapping

from blotter import objections
from blotter.objections import Routing
from blotter.screens.warnings import Warnings
from blotter.workplace import Workplace
from tradeoms.model.events import Answered
from tradeoms.model.fields import Outcome


async def insist(place: Workplace, what: str, command: Routing, value: str) -> bool:
    """Send; show what stands against it, ask, send again. True where the ticket is done with."""
    while True:
        answered = await place.send(what, command)
        if answered is None or answered.outcome is not Outcome.Refused:
            return True
        found = objections.read(answered)
        if not await place.ask(Warnings(f"Before: {what}", value, found)):
            place.tell("note", f"{what}: not sent")
            return False
        command = objections.acknowledged(command, answered, found.warnings)


async def insist_each(
    place: Workplace, what: str, commands: Mapping[str, Routing], value: str
) -> dict[str, Answered | None]:
    """Send commands that stand alone. Those that only warnings hold back are shown together, and sent
    again where they are acknowledged; the last answer to each by name.
    """
    answers, left = dict[str, Answered | None](), dict(commands)
    while left:
        got = await place.send_all(left)
        answers |= got
        warned = {name: a for name, a in got.items() if a is not None and _only_warned(a)}
        if not warned:
            break
        found = objections.together(warned)
        if not await place.ask(Warnings(f"Before: {what}", value, found)):
            place.tell("note", f"{what}: {len(warned)} not sent")
            break
        left = {
            name: objections.acknowledged(left[name], a, objections.read(a).warnings)
            for name, a in warned.items()
        }
    return answers


def _only_warned(answered: Answered) -> bool:
    return answered.outcome is Outcome.Refused and objections.read(answered).may_go_on
