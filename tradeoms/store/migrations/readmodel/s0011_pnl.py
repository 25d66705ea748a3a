"""Profit and loss, rates of record, and the price with which the last day ended."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Exact

revision = "s0011_pnl"
down_revision = "s0010_statement_changes"


def upgrade() -> None:
    """Create the tables; without a cursor all are filled again at the next start."""
    op.add_column("prices", sa.Column("close", Exact(), nullable=True))
    op.create_table(
        "rates",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("key", "Currency", "base")),
        sa.Column("rate", Exact(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    names = ("key", "account", "instrument", "Symbol", "Currency", "base")
    known = ("quantity", "cost", "realized_short", "realized_long", "realized_today")
    perhaps = ("Px", "close", "market_value", "unrealized", "day", "base_market_value")
    in_base = ("base_unrealized", "base_realized_short", "base_realized_long", "base_day")
    op.create_table(
        "pnl",
        *(sa.Column(name, sa.Text(), nullable=False) for name in names),
        *(sa.Column(name, Exact(), nullable=False) for name in known),
        *(sa.Column(name, Exact(), nullable=True) for name in (*perhaps, *in_base)),
        sa.PrimaryKeyConstraint("key"),
    )
    op.execute("DELETE FROM cursor")
