"""ListStatus (N), from wire text to how a list and its orders stand."""

from decimal import Decimal
from typing import Any

import structlog

from tradeoms.fix.application import Inbound
from tradeoms.fix.decode import Unreadable, number
from tradeoms.fix.dialect import Dialect
from tradeoms.fix.groups import entries_of
from tradeoms.model import commands as c
from tradeoms.model.lists import ListedOrder, ListStatus

log = structlog.get_logger("fix")
STATUS = "N"


def received(inbound: Inbound, dialect: Dialect) -> c.ListStatusReceived:
    """The command for a broker's N; with the reason where it cannot be read."""
    status, error = None, ""
    try:
        status = decode(dialect, inbound)
    except Unreadable as unreadable:
        error = str(unreadable)
    except Exception as bug:
        log.exception("decoding failed", session=inbound.session)
        error = f"{type(bug).__name__}: {bug}"
    return c.ListStatusReceived(inbound.session, inbound.MsgSeqNum, inbound.raw, status, error)


def decode(dialect: Dialect, inbound: Inbound) -> ListStatus:
    """How a list stands. Raises Unreadable."""

    def text(name: str) -> str:
        return inbound.fields.get(dialect.tags.get(name, ""), "")

    if not text("ListID"):
        raise Unreadable("ListID (66) is missing in a ListStatus")
    entries = entries_of(dialect, inbound.raw, "NoOrders")
    orders = tuple(_order(dialect, entry) for entry in entries)
    words = text("ListStatusText") or text("Text")
    return ListStatus(
        text("ListID"), text("ListOrderStatus"), text("ListStatusType"), words, orders
    )


def _order(dialect: Dialect, entry: dict[str, Any]) -> ListedOrder:
    status, filled = entry.get("OrdStatus", ""), entry.get("CumQty", "")
    if status and status not in dialect.statuses:
        raise Unreadable(f"OrdStatus (39) {status!r} is unknown")
    CumQty: Decimal | None = number(dialect, "CumQty", filled) if filled else None
    known = dialect.statuses.get(status)
    return ListedOrder(entry.get("ClOrdID", ""), known, CumQty, entry.get("Text", ""))
