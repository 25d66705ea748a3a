"""The last file of each custodian and broker that was held against our books."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Moment

revision = "s0014_reconciliations"
down_revision = "s0013_ladder"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "reconciliations",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("key", "kind", "source")),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        *(sa.Column(n, sa.BigInteger(), nullable=False) for n in ("lines", "matched", "breaks")),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
