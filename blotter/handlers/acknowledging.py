"""Sending what rules may warn about: no warning is acknowledged that nobody has seen."""

from blotter import objections
from blotter.objections import Routing
from blotter.screens.warnings import Warnings
from blotter.workplace import Workplace
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
