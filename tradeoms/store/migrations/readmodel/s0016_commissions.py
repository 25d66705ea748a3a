"""Commissions in two parts: brokers' bills, research accounts and payments out of them."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Exact, Moment

revision = "s0016_commissions"
down_revision = "s0015_errors"


def upgrade() -> None:
    """Create the tables; without a cursor all tables are filled again at the next start."""
    for name in ("allocations", "delivery_lines"):
        op.add_column(name, sa.Column("research", Exact(), nullable=False, server_default="0"))
    op.create_table(
        "bills",
        *(_text(name) for name in ("key", "block", "broker", "instrument", "Symbol", "Side")),
        *(_exact(name) for name in ("gross", "execution", "research")),
        _text("Currency"),
        _day("trade_date"),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "research",
        *(_text(name) for name in ("key", "broker", "Currency")),
        *(_exact(name) for name in ("collected", "paid", "balance")),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "research_payments",
        *(_text(name) for name in ("key", "broker", "Currency")),
        _exact("amount"),
        *(_text(name) for name in ("provider", "reason", "user")),
        _day("day"),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.execute("DELETE FROM cursor")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _exact(name: str) -> sa.Column[object]:
    return sa.Column(name, Exact(), nullable=False)


def _day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=False)
