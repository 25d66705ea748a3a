"""Average daily volumes beside prices, orders and blocks."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Exact

revision = "s0017_volumes"
down_revision = "s0016_commissions"


def upgrade() -> None:
    """Add the columns; without a cursor all tables are filled again at the next start."""
    for table in ("prices", "orders", "blocks"):
        op.add_column(table, sa.Column("ADV", Exact(), nullable=True))
    op.execute("DELETE FROM cursor")
