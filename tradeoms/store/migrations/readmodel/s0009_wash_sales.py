"""Wash sales: holding periods and added basis of lots, deferred losses."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Exact

revision = "s0009_wash_sales"
down_revision = "s0008_closes"


def upgrade() -> None:
    """Add the columns; before there were any, nothing was washed."""
    day = sa.Column("holding_from", sa.Date(), nullable=False, server_default="1970-01-01")
    op.add_column("lots", day)
    op.add_column("lots", _money("wash_basis"))
    op.execute("UPDATE lots SET holding_from = acquired")
    for name in ("disallowed", "lost", "recognized"):
        op.add_column("realized", _money(name))
    op.add_column("realized", sa.Column("provisional", sa.Date(), nullable=True))
    op.execute("UPDATE realized SET recognized = gain")


def _money(name: str) -> sa.Column[str]:
    return sa.Column(name, Exact(), nullable=False, server_default="0")
