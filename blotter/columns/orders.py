"""The columns of what portfolio managers want: orders, and what compliance says of them."""

from datetime import UTC, datetime
from typing import Any

from blotter import computed
from blotter.cells import count
from blotter.column import (
    SIDE,
    Column,
    always,
    average,
    clock,
    day,
    flag,
    key,
    number,
    text,
    total,
    word,
)


def _accounts(row: Any) -> str:
    """The one account, or how many there are."""
    return str(row.account) or count(row.accounts, "account")


def _awaits(row: Any) -> str:
    """Who is still needed to lift a rule; a consent that has ended counts no longer."""
    ended = row.awaits and row.consents_until and row.consents_until <= datetime.now(UTC)
    return f"{row.awaits}; one has ended" if ended else str(row.awaits)


ORDERS = (
    key(7, "order"),
    text("Symbol", 8),
    SIDE,
    total("OrderQty", 11),
    text("OrdType", 9),
    number("Price", 10),
    word("state", 9),
    key(6, "block", "block"),
    Column("account", "account", 12, _accounts, _accounts),
    text("pm", 10),
    text("claimed_by", 10, "claimed"),
    text("warnings", 16, tone=always("attention")),
    text("blocks", 16, "held by", tone=always("bad")),
    computed.value("OrderQty", "Price", "arrival"),
    computed.age("entered"),
    computed.percent("CumQty", "OrderQty"),
    computed.VOLUME,
    total("CumQty", 11),
    average("AvgPx"),
    number("arrival", 10),
    computed.SLIPPAGE,
    number("StopPx", 10),
    text("TimeInForce", 14),
    clock("entered"),
    text("desk", 8),
    text("strategy", 10),
    text("basket", 10),
    text("reference", 16),
    text("instructions", 30),
    text("Currency", 8),
    text("instrument", 16),
    text("share_class", 11),
    text("SecurityID", 14),
    text("reason", 30),
    flag("discretionary", 13),
    *(day("trade_date"), number("CashOrderQty", 13)),
)
COMPLIANCE = (
    key(7, "order"),
    word("state", 9),
    text("blocks", 20, "held by", tone=always("bad")),
    Column("awaits", "still needed", 26, _awaits, _awaits, tone=always("attention")),
    text("consents", 18),
    text("warnings", 20, tone=always("attention")),
    text("Symbol", 8),
    SIDE,
    total("OrderQty", 11),
    number("Price", 10),
    Column("account", "account", 12, _accounts, _accounts),
    text("pm", 10),
    computed.value("OrderQty", "Price", "arrival"),
    computed.age("entered"),
    text("desk", 8),
    text("basket", 10),
    text("reason", 30),
    clock("entered"),
)
