"""quickfix's callbacks, which copy what came and queue it: somebody else decides."""

import queue
from collections.abc import Callable
from functools import wraps
from typing import Any

import quickfix as fix


class LoggedOn(str):
    """The CompID of a broker whose client has logged on."""


Item = str | LoggedOn | BaseException
# Not SimpleQueue: a signal at the moment its timeout ends makes Python's `get` wait for ever.
Items = queue.Queue[Item]


def _guarded(callback: Callable[..., None]) -> Callable[..., None]:
    """Nothing may leave a callback: quickfix would lose its thread or reject the message. Whoever
    reads the queue raises it.
    """

    @wraps(callback)
    def guard(self: "Application", *args: Any) -> None:
        try:
            callback(self, *args)
        except BaseException as error:  # noqa: BLE001 - the reader of the queue raises it again
            self.queue.put(error)

    return guard


class Application(fix.Application):  # type: ignore[misc, unused-ignore]
    """Logons and application messages go into ``items``."""

    def __init__(self, items: Items) -> None:
        super().__init__()
        self.queue = items

    @_guarded
    def onLogon(self, session: Any) -> None:
        self.queue.put(LoggedOn(session.getSenderCompID().getString()))

    @_guarded
    def fromApp(self, message: Any, session: Any) -> None:
        self.queue.put(message.toString())

    def onCreate(self, session: Any) -> None:
        """Nothing to do."""

    def onLogout(self, session: Any) -> None:
        """A broker goes on working its orders; quickfix keeps the reports for a resend."""

    def toAdmin(self, message: Any, session: Any) -> None:
        """Nothing to do."""

    def fromAdmin(self, message: Any, session: Any) -> None:
        """Nothing to do."""

    def toApp(self, message: Any, session: Any) -> None:
        """Nothing to do."""
