"""Orders, blocks and placements in an amount of money."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Exact

revision = "s0023_amounts"
down_revision = "s0022_lot_actions"


def upgrade() -> None:
    """Add the columns; before there were any, nothing was ordered in money."""
    for table in ("orders", "blocks", "placements"):
        op.add_column(table, sa.Column("CashOrderQty", Exact(), nullable=True))
    op.add_column("blocks", sa.Column("idle_amount", Exact(), nullable=True))
