"""Deliveries, their lines, and breaks."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Exact, Moment

revision = "s0012_deliveries"
down_revision = "s0011_pnl"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "deliveries",
        _text("key"),
        _day("business_date"),
        _text("user"),
        sa.Column("at", Moment(timezone=True), nullable=False),
        *(_count(name) for name in ("lines", "new", "cancels", "corrects")),
        _text("state"),
        _count("rejected"),
        sa.Column("answered", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "delivery_lines",
        *(_text("key"), _count("delivery"), _day("business_date"), _count("line")),
        *(_text("action"), _text("trade"), _count("version")),
        *(_text(name) for name in ("block", "order", "account", "instrument", "Side")),
        *(_day(name) for name in ("trade_date", "settle_date")),
        *(_exact(name) for name in ("AllocQty", "AvgPx", "gross", "commission", "net")),
        *(_text(name) for name in ("Currency", "status", "reason")),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "breaks",
        *(_text(name) for name in ("key", "kind", "source", "subject", "account", "instrument")),
        *(_text(name) for name in ("Currency", "what", "ours", "theirs")),
        sa.Column("amount", Exact(), nullable=True),
        *(_day("since"), _count("age")),
        *(_text(name) for name in ("state", "owner", "user", "reason")),
        sa.Column("at", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _exact(name: str) -> sa.Column[object]:
    return sa.Column(name, Exact(), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=False)
