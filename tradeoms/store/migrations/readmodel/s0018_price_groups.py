"""The group of blocks that share an average price."""

import sqlalchemy as sa
from alembic import op

revision = "s0018_price_groups"
down_revision = "s0017_volumes"


def upgrade() -> None:
    """Add the column; before there was one, each block had its own price."""
    column = sa.Column("price_group", sa.Text(), nullable=False, server_default="")
    op.add_column("allocations", column)
