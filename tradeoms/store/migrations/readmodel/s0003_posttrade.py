"""Allocation instructions and confirmations."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Exact, Moment

revision = "s0003_posttrade"
down_revision = "s0002_settled"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "instructions",
        *(_text(n) for n in ("key", "block", "broker", "AllocTransType", "RefAllocID", "state")),
        *(_text(name) for name in ("void", "instrument", "Symbol", "Side")),
        *(_exact(name) for name in ("Quantity", "AvgPx", "gross", "commission", "net")),
        _text("Currency"),
        *(_count(name) for name in ("accounts", "affirmed", "mismatched")),
        *(_text(name) for name in ("rejected", "AllocRejCode", "text", "reason", "user")),
        *(_day(name) for name in ("trade_date", "settle_date")),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("answered", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "confirmations",
        *(_text(n) for n in ("key", "AllocID", "block", "broker", "account", "state")),
        *(_text(n) for n in ("differences", "confirmation", "instrument", "Symbol", "Side")),
        *(
            column
            for name in ("AllocQty", "AvgPx", "gross", "commission", "net")
            for column in (_exact(name), _exact(f"broker_{name}", nullable=True))
        ),
        *(_text(name) for name in ("Currency", "settlement")),
        *(_day(name) for name in ("trade_date", "settle_date")),
        sa.Column("confirmed", Moment(timezone=True), nullable=True),
        sa.Column("answered", Moment(timezone=True), nullable=True),
        *(_text(name) for name in ("user", "reason")),
        sa.PrimaryKeyConstraint("key"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _exact(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, Exact(), nullable=nullable)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=False)
