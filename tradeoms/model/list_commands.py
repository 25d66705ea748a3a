"""Commands about orders that a broker is given as one list."""

from tradeoms.model.base import Command
from tradeoms.model.lists import ListStatus


class RouteList(Command, frozen=True, tag=True):
    """Give a broker what is idle of several blocks as one list, each on its block's terms.

    All of them, or none with everything that is wrong. A broker that takes no lists gets the same
    orders one by one, under the same ListID. `acknowledged` as for a route.
    """

    broker: str
    blocks: tuple[str, ...]
    acknowledged: tuple[str, ...] = ()


class ListStatusReceived(Command, frozen=True, tag=True):
    """A broker's ListStatus (N). `status` is None where it makes no sense."""

    session: str
    MsgSeqNum: int
    raw: str
    status: ListStatus | None = None
    error: str = ""
