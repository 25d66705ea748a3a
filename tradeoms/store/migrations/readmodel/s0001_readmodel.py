"""The views, their cursor, answers and snapshots, as they began."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

from tradeoms.store.columns import Exact, Moment

revision = "s0001_readmodel"
down_revision = None

KINDS: dict[str, TypeEngine[Any]] = {
    "Text": sa.Text(),
    "Exact": Exact(),
    "Moment": Moment(timezone=True),
    "Day": sa.Date(),
    "Count": sa.BigInteger(),
    "Flag": sa.Boolean(),
    "Name": sa.String(64),
    "Hash": sa.LargeBinary(32),
    "Bytes": sa.LargeBinary(),
}
# By table its key, and its columns: name, name:kind where it is no Text, ? where it may be null.
TABLES = {
    "alerts": (
        "key",
        """
        key kind subject text at:Moment
        """,
    ),
    "allocations": (
        "key",
        """
        key block order account pm instrument Symbol SecurityID SecurityIDSource Side
        OrderQty:Exact AllocQty:Exact AvgPx:Exact gross:Exact commission:Exact net:Exact
        Currency policy trade_date:Day settle_date:Day allocated:Moment
        """,
    ),
    "answers": (
        "user id",
        """
        user id answer
        """,
    ),
    "blocks": (
        "key",
        """
        key trader instrument Symbol SecurityID SecurityIDSource Currency Side OrdType
        OrderQty:Exact Price:Exact? StopPx:Exact? TimeInForce state idle:Exact working:Exact
        filled:Exact AvgPx:Exact orders:Count members:Count placements:Count live:Count pms
        desks opened:Moment frozen_at:Moment? trade_date:Day
        """,
    ),
    "cash": (
        "key",
        """
        key account Currency amount:Exact
        """,
    ),
    "cursor": (
        "name",
        """
        name:Name seq:Count hash:Hash
        """,
    ),
    "executions": (
        "key",
        """
        key ExecID placement block broker trader instrument Symbol Side LastQty:Exact
        LastPx:Exact LastMkt TransactTime effect replaced_by trade_date:Day
        """,
    ),
    "lots": (
        "key",
        """
        key account instrument Symbol Currency short:Flag acquired:Day size:Exact remaining:Exact
        basis:Exact open_basis:Exact
        """,
    ),
    "orders": (
        "key",
        """
        key pm desk basket instrument Symbol SecurityID SecurityIDSource share_class Currency
        Side OrdType OrderQty:Exact Price:Exact? StopPx:Exact? TimeInForce accounts:Count
        account state block CumQty:Exact AvgPx:Exact arrival:Exact? strategy instructions reason
        discretionary:Flag reference warnings blocks entered:Moment trade_date:Day
        """,
    ),
    "placements": (
        "key",
        """
        key block broker session trader instrument Symbol Side OrdType OrderQty:Exact
        Price:Exact? StopPx:Exact? TimeInForce OrdStatus CumQty:Exact LeavesQty:Exact
        AvgPx:Exact requests transmission text instructions ClOrdID OrderID routed:Moment
        trade_date:Day
        """,
    ),
    "positions": (
        "key",
        """
        key account instrument Symbol Currency quantity:Exact buying:Exact selling:Exact
        Px:Exact? market_value:Exact?
        """,
    ),
    "prices": (
        "key",
        """
        key Symbol Currency Px:Exact source at
        """,
    ),
    "realized": (
        "key",
        """
        key block lot:Count account instrument Symbol Currency short:Flag acquired:Day sold:Day
        quantity:Exact proceeds:Exact basis:Exact gain:Exact long_term:Flag
        """,
    ),
    "sessions": (
        "key",
        """
        key brokers up:Flag reason in_seq:Count out_seq:Count
        """,
    ),
    "snapshots": (
        "seq",
        """
        seq:Count version:Name hash:Hash digest:Hash body:Bytes
        """,
    ),
    "unmatched": (
        "key",
        """
        key session MsgSeqNum:Count reason kind ClOrdID OrderID ExecID Symbol Side
        LastQty:Exact? LastPx:Exact? TransactTime Text raw
        """,
    ),
}


def upgrade() -> None:
    """Create the tables."""
    for table, (key, columns) in TABLES.items():
        op.create_table(
            table, *map(_column, columns.split()), sa.PrimaryKeyConstraint(*key.split())
        )


def _column(text: str) -> sa.Column[Any]:
    name, _, kind = text.removesuffix("?").partition(":")
    # Numbers of records come from the journal: no database makes them.
    return sa.Column(name, KINDS[kind or "Text"], nullable=text.endswith("?"), autoincrement=False)
