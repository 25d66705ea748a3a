"""Commands that halt work, and let it go on."""

from tradeoms.model.base import Command


class Halt(Command, frozen=True, tag=True):
    """The kill switch: cancels what is open, and nothing new until two persons have resumed.

    Exactly one of `trader`, `desk`, `account` and `everything` says whose.
    """

    reason: str
    trader: str = ""
    desk: str = ""
    account: str = ""
    everything: bool = False


class Resume(Command, frozen=True, tag=True):
    """One person's consent that a halt ends; it ends with the consent of a second one."""

    halt: str
    reason: str
