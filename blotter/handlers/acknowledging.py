"""Sending what rules may warn about: no warning is acknowledged that nobody has seen."""

from collections.abc import Mapping, Sequence

from blotter import objections
from blotter.objections import Routing
from blotter.screens.warnings import Warnings
from blotter.workplace import Reply, Workplace
from tradeoms.model.commands import Problem


async def insist(place: Workplace, what: str, command: Routing, value: str) -> Sequence[Problem]:
    """Send; show what rules say against it, ask, send again. What stands against it in the end."""
    while True:
        reply = await place.send(what, command)
        answered = reply.answered
        if reply.done or answered is None:
            return reply.problems
        found = objections.read(answered)
        if not found.by_rule:
            return reply.problems
        if not await place.ask(Warnings(f"Before: {what}", value, found)):
            place.tell("note", f"{what}: not sent")
            return reply.problems
        command = objections.acknowledged(command, answered, found.warnings)


async def insist_each(
    place: Workplace, what: str, commands: Mapping[str, Routing], value: str
) -> dict[str, Reply]:
    """Send commands that stand alone. Those that only warnings hold back are shown together, and sent
    again where they are acknowledged; the last answer to each by name.
    """
    answers, left = dict[str, Reply](), dict(commands)
    while left:
        got = await place.send_all(left)
        answers |= got
        warned = {
            name: reply.answered
            for name, reply in got.items()
            if reply.answered is not None and _only_warned(reply)
        }
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


def _only_warned(reply: Reply) -> bool:
    found = None if reply.done or reply.answered is None else objections.read(reply.answered)
    return found is not None and found.may_go_on
