"""The cash ladder."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Exact

revision = "s0013_ladder"
down_revision = "s0012_deliveries"


def upgrade() -> None:
    """Create the table; without a cursor all are filled again at the next start."""
    money = ("opening", "bought", "sold", "commission", "other", "balance")
    op.create_table(
        "ladder",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("key", "account", "Currency")),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, Exact(), nullable=False) for name in money),
        sa.PrimaryKeyConstraint("key"),
    )
    op.execute("DELETE FROM cursor")
