"""Lists of orders (E): a broker says how it takes the whole (N), and works each order like any other."""

from collections.abc import Callable

from simulators.codes import MsgType, OrdStatus
from simulators.forms import Form
from simulators.timing import Instant
from simulators.wire import Fields, clean

Pairs = list[tuple[int, str]]
#: ListOrderStatus(431) and, of an N that answers an E, ListStatusType(429).
RECEIVED, REJECTED, ACK = "2", "7", "1"
#: Fields of the message that belong to every order in it.
COMMON = (34, 43, 66)


class Lists:
    """One broker's lists. ``how`` is its setting, ``work`` what the desk does with a single order."""

    def __init__(
        self,
        how: str,
        form: Form,
        send: Callable[[str], None],
        work: Callable[[Fields, Instant], None],
    ) -> None:
        self._how = how
        self._form = form
        self._send = send
        self._work = work
        self._used: set[str] = set()

    def on_message(self, fields: Fields, found: Pairs, now: Instant) -> None:
        """An E; ``found`` are its fields in order."""
        orders = listed(found)
        ListID = fields.get(66, "")
        if self._how == "unsupported" or not ListID or not all(11 in order for order in orders):
            text = "this broker takes no lists" if ListID else "ListID(66) is missing"
            self._send(self._form.business_reject(fields, "3" if ListID else "5", text))
            return
        if self._how == "reject" or ListID in self._used:
            text = "ListID(66) was used before" if ListID in self._used else "the list is refused"
            self._tell(ListID, orders, REJECTED, OrdStatus.REJECTED, now, text)
            return
        self._used.add(ListID)
        self._tell(ListID, orders, RECEIVED, OrdStatus.PENDING_NEW, now)
        for order in orders:
            self._work(order, now)

    def _tell(
        self,
        ListID: str,
        orders: list[Fields],
        status: str,
        each: str,
        now: Instant,
        text: str = "",
    ) -> None:
        body = f"66={ListID}\x01429={ACK}\x0182=1\x0183=1\x01431={status}\x01"
        body += f"444={clean(text)}\x01" if text else ""
        body += f"60={now.utc}\x0168={len(orders)}\x0173={len(orders)}\x01"
        for order in orders:
            leaves = "0" if each == OrdStatus.REJECTED else order.get(38, "0")
            body += f"11={order[11]}\x0114=0\x0139={each}\x01151={leaves}\x0184=0\x016=0\x01"
        self._send(self._form.message(MsgType.LIST_STATUS, body))


def listed(found: Pairs) -> list[Fields]:
    """The orders of a message, each as if it had come by itself. An order begins with its ClOrdID."""
    common = {tag: value for tag, value in found if tag in COMMON} | {35: MsgType.ORDER}
    orders: list[Fields] = []
    inside = False
    for tag, value in found:
        if inside and tag == 11:
            orders.append(dict(common))
        if orders:
            orders[-1][tag] = value
        inside = inside or tag == 73
    return orders
